// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Rings that the user of a program makes larger than the program asked for, by the environment.
#include <cstdlib>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "abi/ring/perf_buffer_fixture.hpp"

namespace ringside::test {
namespace {

constexpr char kPerCpu[] = "RINGSIDE_PERF_BYTES_PER_CPU";
constexpr char kTotal[] = "RINGSIDE_PERF_BYTES_TOTAL";

// Environment has these variables set while it is there.
class Environment {
public:
  Environment(const char* per_cpu, const char* total) {
    if (per_cpu != nullptr)
      setenv(kPerCpu, per_cpu, 1);
    if (total != nullptr)
      setenv(kTotal, total, 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    unsetenv(kPerCpu);
    unsetenv(kTotal);
  }
};

std::size_t data_size(perf_buffer* buffer, int index = 0) {
  void* memory = nullptr;
  size_t size = 0;
  REQUIRE(perf_buffer__buffer(buffer, index, &memory, &size) == 0);
  CHECK(static_cast<perf_event_mmap_page*>(memory)->data_size == size);
  return size;
}

bool same(const struct sim_live& left, const struct sim_live& right) {
  return left.fds == right.fds && left.mappings == right.mappings && left.slots == right.slots &&
         left.bytes == right.bytes;
}

struct Constructor {
  const char* name;
  perf_buffer* (*make)(PerfBufferFixture& fixture);
};
bpf_perf_event_ret go_on(void*, int, perf_event_header*) {
  return LIBBPF_PERF_EVENT_CONT;
}
Constructor any_constructor() {
  return GENERATE(
      Constructor{"perf_buffer__new", [](auto& fixture) { return fixture.make(); }},
      Constructor{"perf_buffer__new_raw", [](auto& fixture) { return fixture.make_raw(go_on); }});
}

} // namespace

TEST_CASE("the environment makes rings larger, and one message says how large") {
  struct Case {
    const char* per_cpu;
    const char* total;
    std::size_t size;
  };
  const auto [per_cpu, total, size] =
      GENERATE(Case{"100000", nullptr, 131072}, Case{nullptr, "300000", 131072},
               Case{"64K", "1M", 65536}, Case{"1M", "64K", 32768});
  const Constructor constructor = any_constructor();
  CAPTURE(constructor.name, per_cpu, total);
  PerfBufferFixture fixture(2);
  const auto before = sim_live();
  const Environment environment(per_cpu, total);
  perf_buffer* buffer = constructor.make(fixture);
  REQUIRE(buffer != nullptr);
  CHECK(data_size(buffer, 0) == size);
  CHECK(data_size(buffer, 1) == size);
  CHECK(fixture.messages.warnings() == 0);
  CHECK(fixture.messages.infos() == 1);
  CHECK_THAT(fixture.messages.last_info(), Catch::Contains(constructor.name) &&
                                               Catch::Contains(std::to_string(size) + " bytes") &&
                                               Catch::Contains("4096"));
  perf_buffer__free(buffer);
  CHECK(same(before, sim_live()));
}

TEST_CASE("a larger ring holds what a burst would have overrun the program's with") {
  const bool larger = GENERATE(false, true);
  PerfBufferFixture fixture;
  const Environment environment(larger ? "1M" : nullptr, nullptr);
  perf_buffer* buffer = fixture.make();
  for (int i = 0; i < 1000; ++i)
    fixture.output(0, std::string(500, 'x'));
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  CHECK((fixture.samples.size() == 1000) == larger);
  CHECK(fixture.losses.empty() == larger);
  perf_buffer__free(buffer);
}

TEST_CASE("rings are never smaller than the program asks, which a message says") {
  const auto [per_cpu, total] = GENERATE(std::pair<const char*, const char*>{"8K", nullptr},
                                         std::pair<const char*, const char*>{nullptr, "16K"},
                                         std::pair<const char*, const char*>{nullptr, "1"},
                                         std::pair<const char*, const char*>{"16K", nullptr});
  PerfBufferFixture fixture;
  const Environment environment(per_cpu, total);
  perf_buffer* buffer = fixture.make(4);
  CHECK(data_size(buffer) == 16384);
  CHECK(fixture.messages.warnings() == 0);
  CHECK(fixture.messages.infos() == 1);
  CHECK_THAT(fixture.messages.last_info(), Catch::Contains("16384 bytes, as asked for"));
  perf_buffer__free(buffer);
}

TEST_CASE("a budget of all rings is shared out among the CPUs that are online") {
  PerfBufferFixture fixture(4);
  for (const unsigned cpu : {1U, 2U, 3U})
    sim_set_online(cpu, 0);
  const Environment environment(nullptr, "64K");
  perf_buffer* buffer = fixture.make();
  CHECK(data_size(buffer) == 65536);
  perf_buffer__free(buffer);
}

TEST_CASE("where the kernel refuses larger rings, the program gets its own, and a warning") {
  struct Refusal {
    const char* call;
    unsigned nth;
    int error;
  };
  const auto [call, nth, error] =
      GENERATE(Refusal{"mmap", 1, EPERM}, Refusal{"mmap", 2, ENOMEM},
               Refusal{"perf_event_open", 2, EMFILE}, Refusal{"epoll_ctl", 1, ENOSPC});
  const Constructor constructor = any_constructor();
  CAPTURE(constructor.name, call, nth);
  PerfBufferFixture fixture;
  const auto before = sim_live();
  const Environment environment("1M", nullptr);
  sim_fail(call, nth, error);
  perf_buffer* buffer = constructor.make(fixture);
  REQUIRE(buffer != nullptr);
  CHECK(data_size(buffer, 0) == 4096);
  CHECK(data_size(buffer, 1) == 4096);
  CHECK(sim_live().slots == before.slots + 2);
  CHECK(fixture.messages.warnings() == 2);
  CHECK_THAT(fixture.messages.last(),
             Catch::Contains("1048576 bytes") && Catch::Contains("4096, as asked for"));
  CHECK(fixture.messages.infos() == 0);
  perf_buffer__free(buffer);
  CHECK(same(before, sim_live()));
}

TEST_CASE("where the kernel refuses the program's own size, too, nothing is left") {
  PerfBufferFixture fixture;
  const auto before = sim_live();
  const Environment environment("1M", nullptr);
  sim_fail_from("mmap", GENERATE(1U, 2U), EPERM);
  errno = 0;
  CHECK(fixture.make() == nullptr);
  CHECK(errno == EPERM);
  CHECK(same(before, sim_live()));
}

TEST_CASE("whichever call fails on the way to larger rings, nothing is left behind") {
  const Environment environment("1M", nullptr);
  const bool onwards = GENERATE(false, true);
  for (unsigned nth = 1, reached = nth; reached >= nth; ++nth) {
    PerfBufferFixture fixture;
    const auto before = sim_live();
    const unsigned calls = sim_calls("any");
    (onwards ? sim_fail_from : sim_fail)("any", nth, ENOMEM);
    perf_buffer* buffer = fixture.make();
    reached = sim_calls("any") - calls;
    CAPTURE(nth, onwards, fixture.messages.last());
    CHECK((buffer != nullptr || fixture.messages.warnings() != 0));
    if (buffer != nullptr)
      CHECK((data_size(buffer) == 4096 || data_size(buffer) == 1 << 20));
    if (!onwards)
      sim_fail("any", 0, 0);
    perf_buffer__free(buffer);
    auto after = sim_live();
    if (onwards)
      after.slots = before.slots;
    CHECK(same(before, after));
  }
}

} // namespace ringside::test
