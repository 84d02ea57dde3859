// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Making a perf_buffer: refusals, each with its errno and one message, and the failure of any call
// on the way, which must leave nothing behind.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <functional>

#include <catch2/catch.hpp>

#include "abi/ring/perf_buffer_fixture.hpp"
#include "os/unique_fd.hpp"

namespace ringside::test {
namespace {

bpf_perf_event_ret go_on(void*, int, perf_event_header*) {
  return LIBBPF_PERF_EVENT_CONT;
}

bool same(const struct sim_live& left, const struct sim_live& right) {
  return left.fds == right.fds && left.mappings == right.mappings && left.slots == right.slots &&
         left.bytes == right.bytes;
}

} // namespace

TEST_CASE("bad arguments are refused with their errno and one message that names them") {
  struct Case {
    const char* named;
    int error;
    std::function<perf_buffer*(PerfBufferFixture&)> make;
  };
  static const int kOne[] = {0};
  const auto [named, error, make] = GENERATE(
      Case{"page_cnt is 0", EINVAL, [](auto& f) { return f.make(0); }},
      Case{"page_cnt is 3", EINVAL, [](auto& f) { return f.make(3); }},
      Case{"page_cnt is more", EINVAL,
           [](auto& f) { return f.make(std::size_t{1} << (sizeof(size_t) * 8 - 12)); }},
      // What BPF_OBJ_GET_INFO_BY_FD says of a closed descriptor on 6.18, and so on the simulator.
      Case{"map_fd -1", EBADFD,
           [](auto&) { return perf_buffer__new(-1, 1, nullptr, nullptr, nullptr, nullptr); }},
      Case{"attr is NULL", EINVAL,
           [](auto& f) {
             return perf_buffer__new_raw(f.map(), 1, nullptr, go_on, nullptr, nullptr);
           }},
      Case{"cpus or map_keys", EINVAL,
           [](auto& f) {
             perf_buffer_raw_opts options{};
             options.sz = sizeof(options);
             options.cpu_cnt = 1;
             options.cpus = const_cast<int*>(kOne);
             return f.make_raw(go_on, &options);
           }},
      Case{"perf_buffer_opts: sz", EINVAL,
           [](auto& f) {
             perf_buffer_opts options{};
             options.sz = 1;
             return f.make(1, &options);
           }},
      Case{"perf_buffer_raw_opts: sz", EINVAL, [](auto& f) {
             perf_buffer_raw_opts options{};
             options.sz = 1;
             return f.make_raw(go_on, &options);
           }});
  PerfBufferFixture fixture;
  const auto before = sim_live();
  CAPTURE(named);
  errno = 0;
  CHECK(make(fixture) == nullptr);
  CHECK(errno == error);
  CHECK(fixture.messages.warnings() == 1);
  CHECK_THAT(fixture.messages.last(), Catch::Contains(named));
  CHECK(same(before, sim_live()));
}

TEST_CASE("a map of another type is refused by its name and type") {
  PerfBufferFixture fixture;
  const os::UniqueFd array(sim_create_map(BPF_MAP_TYPE_ARRAY, 2, "plain"));
  CHECK(perf_buffer__new(array.get(), 1, nullptr, nullptr, nullptr, nullptr) == nullptr);
  CHECK(errno == EINVAL);
  CHECK(fixture.messages.warnings() == 1);
  CHECK_THAT(fixture.messages.last(), Catch::Contains("'plain' is of type 2"));
}

TEST_CASE("a kernel that cannot say what a map is does not stop it") {
  PerfBufferFixture fixture(4);
  sim_fail("map_info", 1, EINVAL);
  perf_buffer* buffer = fixture.make();
  REQUIRE(buffer != nullptr);
  CHECK(perf_buffer__buffer_cnt(buffer) == 4);
  perf_buffer__free(buffer);
}

TEST_CASE("a map with fewer slots than CPUs has a ring for each slot") {
  const auto slots = GENERATE(1U, 3U, 4U, 9U);
  PerfBufferFixture fixture(slots);
  perf_buffer* buffer = fixture.make();
  REQUIRE(buffer != nullptr);
  CHECK(perf_buffer__buffer_cnt(buffer) == std::min(slots, PerfBufferFixture::kCpus));
  perf_buffer__free(buffer);
}

TEST_CASE("listed CPUs get the keys listed for them") {
  PerfBufferFixture fixture(4);
  int cpus[] = {3, 1};
  int keys[] = {0, 2};
  perf_buffer_raw_opts options{};
  options.sz = sizeof(options);
  options.cpu_cnt = 2;
  options.cpus = cpus;
  options.map_keys = keys;
  perf_buffer* buffer = fixture.make_raw(go_on, &options);
  REQUIRE(buffer != nullptr);
  CHECK(fixture.event(0) == perf_buffer__buffer_fd(buffer, 0));
  CHECK(fixture.event(2) == perf_buffer__buffer_fd(buffer, 1));
  CHECK(fixture.event(1) < 0);
  perf_buffer__free(buffer);
}

TEST_CASE("a refused call is told with its CPU and the reason") {
  PerfBufferFixture fixture;
  sim_fail("perf_event_open", 2, EMFILE);
  CHECK(fixture.make() == nullptr);
  CHECK(errno == EMFILE);
  CHECK(fixture.messages.warnings() == 1);
  CHECK_THAT(fixture.messages.last(), Catch::Contains("CPU 1"));
  CHECK_THAT(fixture.messages.last(), Catch::Contains("3 more are needed"));
}

TEST_CASE("without a descriptor more, a buffer goes on with the caller's of the map") {
  PerfBufferFixture fixture;
  sim_fail("dup", 1, EMFILE);
  perf_buffer* buffer = fixture.make();
  REQUIRE(buffer != nullptr);
  CHECK(fixture.messages.warnings() == 0);
  fixture.output(0, "text");
  CHECK(perf_buffer__consume(buffer) == 0);
  CHECK(fixture.samples.size() == 1);
  perf_buffer__free(buffer);
  CHECK(fixture.event(0) < 0);
}

TEST_CASE("a buffer that takes the slots of another says so, once") {
  PerfBufferFixture fixture;
  perf_buffer* first = fixture.make();
  CHECK(fixture.messages.warnings() == 0);
  const unsigned deletes = sim_calls("map_delete");
  perf_buffer* second = fixture.make();
  REQUIRE(second != nullptr);
  CHECK(sim_calls("map_delete") == deletes + 1);
  CHECK(fixture.messages.warnings() == 1);
  CHECK_THAT(fixture.messages.last(),
             Catch::Contains("another reader") && Catch::Contains("CPU 0"));
  // Which is all that is new: the records go to the second.
  fixture.output(0, "taken");
  CHECK(perf_buffer__consume(first) == 0);
  CHECK(fixture.samples.empty());
  CHECK(perf_buffer__consume(second) == 0);
  CHECK(fixture.samples.size() == 1);
  perf_buffer__free(second);
  perf_buffer__free(first);
}

TEST_CASE("what another reader has elsewhere in the map is not asked about") {
  PerfBufferFixture fixture(4);
  int cpu = 1;
  int key = 1;
  perf_buffer_raw_opts options{};
  options.sz = sizeof(options);
  options.cpu_cnt = 1;
  options.cpus = &cpu;
  options.map_keys = &key;
  perf_buffer* one = fixture.make_raw(go_on, &options);
  key = 2;
  perf_buffer* two = fixture.make_raw(go_on, &options);
  CHECK(fixture.messages.warnings() == 0);
  CHECK(sim_live().slots == 2);
  perf_buffer__free(one);
  perf_buffer__free(two);
}

TEST_CASE("a buffer that fails before it has a ring leaves the other reader its slots") {
  PerfBufferFixture fixture;
  perf_buffer* first = fixture.make();
  sim_fail("mmap", 1, EPERM);
  CHECK(fixture.make() == nullptr);
  CHECK(sim_live().slots == 2);
  CHECK(fixture.messages.warnings() == 1);
  perf_buffer__free(first);
}

// Each call that a constructor makes fails in turn: it alone, or it and all that follow, so that
// cleaning up fails as well. Whatever comes back, nothing may stay: not a descriptor, mapping, byte
// or map slot (unless the kernel refuses to empty it).
TEST_CASE("whichever call fails, a constructor leaves nothing behind") {
  struct Constructor {
    const char* name;
    std::function<perf_buffer*(PerfBufferFixture&)> make;
  };
  static int cpus[] = {0, 2};
  static perf_buffer_raw_opts listed{};
  listed.sz = sizeof(listed);
  listed.cpu_cnt = 2;
  listed.cpus = listed.map_keys = cpus;
  const auto constructor =
      GENERATE(Constructor{"perf_buffer__new", [](auto& f) { return f.make(); }},
               Constructor{"perf_buffer__new_raw", [](auto& f) { return f.make_raw(go_on); }},
               Constructor{"perf_buffer__new_raw, listed CPUs",
                           [](auto& f) { return f.make_raw(go_on, &listed); }});
  const bool onwards = GENERATE(false, true);
  const auto error = GENERATE(ENOMEM, EMFILE, EPERM, EINVAL);
  unsigned failed = 0;
  for (unsigned nth = 1;; ++nth) {
    PerfBufferFixture fixture(4);
    const auto before = sim_live();
    const unsigned calls_before = sim_calls("any");
    (onwards ? sim_fail_from : sim_fail)("any", nth, error);
    errno = 0;
    perf_buffer* buffer = constructor.make(fixture);
    const bool reached = sim_calls("any") - calls_before >= nth;
    CAPTURE(constructor.name, onwards, nth, error, fixture.messages.last());
    if (buffer == nullptr) {
      ++failed;
      CHECK(errno != 0);
      CHECK(fixture.messages.warnings() >= 1);
    }
    if (!reached)
      sim_fail("any", 0, 0);
    perf_buffer__free(buffer);
    auto after = sim_live();
    if (onwards)
      after.slots = before.slots;
    CHECK(same(before, after));
    if (!reached)
      break;
  }
  CHECK(failed > 8);
  std::printf("failure sweep: %-33s %-20s errno %2d: %2u points, nothing left behind\n",
              constructor.name, onwards ? "that and all others" : "one call", error, failed);
}

} // namespace ringside::test
