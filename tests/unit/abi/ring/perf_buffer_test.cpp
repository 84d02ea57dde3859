// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// perf_buffer on the simulated kernel: what it reads, and what it does with rings that make no
// sense.
#include "abi/ring/perf_buffer_fixture.hpp"
#include "bpf/map.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/unique_fd.hpp"

#include <cerrno>
#include <cstring>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

// A record as it stands in the ring: header, then a sample's size and bytes.
struct RawRecord {
  perf_event_header header;
  __u32 raw_size;
  char bytes[4];
};

RawRecord sample_claiming(std::uint16_t record_size, std::uint32_t raw_size) {
  return {{PERF_RECORD_SAMPLE, 0, record_size}, raw_size, {'a', 'b', 'c', 'd'}};
}

} // namespace

TEST_CASE("samples of all CPUs reach the callback with their CPU and bytes") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  REQUIRE(buffer != nullptr);
  fixture.output(1, "on one");
  fixture.output(0, "zero");
  errno = 123;
  CHECK(perf_buffer__poll(buffer, 0) == 2);
  CHECK(errno == 123);
  REQUIRE(fixture.samples.size() == 2);
  for (const Sample& sample : fixture.samples)
    CHECK(sample.bytes.substr(0, 4) == (sample.cpu == 0 ? "zero" : "on o"));
  CHECK(perf_buffer__poll(buffer, 0) == 0);
  perf_buffer__free(buffer);
  CHECK(fixture.messages.warnings() == 0);
}

TEST_CASE("each call begins with another ring, so that a busy one does not hold up the rest") {
  PerfBufferFixture fixture(3);
  perf_buffer* buffer = fixture.make();
  REQUIRE(buffer != nullptr);
  const bool polls = GENERATE(true, false);
  std::vector<int> first;
  for (int call = 0; call < 4; ++call) {
    for (unsigned cpu = 0; cpu < 3; ++cpu)
      fixture.output(cpu, "busy");
    fixture.samples.clear();
    CHECK((polls ? perf_buffer__poll(buffer, 0) : perf_buffer__consume(buffer)) >= 0);
    REQUIRE(fixture.samples.size() == 3);
    first.push_back(fixture.samples[0].cpu);
  }
  CHECK(first == std::vector<int>{0, 1, 2, 0});
  perf_buffer__free(buffer);
}

TEST_CASE("a count of lost records reaches its callback") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  const __u64 body[] = {1, 42};
  sim_emit(fixture.event(0), PERF_RECORD_LOST, 0, body, sizeof(body));
  CHECK(perf_buffer__consume(buffer) == 0);
  REQUIRE(fixture.losses.size() == 1);
  CHECK(fixture.losses[0].count == 42);
  perf_buffer__free(buffer);
}

TEST_CASE("a burst that overruns a ring, and then silence: the loss is told at once, and once") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  constexpr std::uint64_t kWritten = 1000;
  for (std::uint64_t i = 0; i < kWritten; ++i)
    fixture.output(0, "of a burst");
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  REQUIRE(fixture.losses.size() == 1);
  CHECK(fixture.losses[0].cpu == 0);
  CHECK(fixture.samples.size() + fixture.losses[0].count == kWritten);
  // The kernel's own record of it comes with the next record that fits.
  fixture.output(0, "after");
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  CHECK(fixture.losses.size() == 1);
  CHECK(fixture.samples.back().bytes.substr(0, 5) == "after");
  perf_buffer__free(buffer);
}

TEST_CASE("a kernel that does not count what events lose tells it by records alone") {
  PerfBufferFixture fixture;
  // Before Linux 6.0 PERF_FORMAT_LOST is EINVAL. This is the ring of CPU 0.
  sim_fail("perf_event_open", 1, EINVAL);
  perf_buffer* buffer = fixture.make();
  REQUIRE(buffer != nullptr);
  for (int i = 0; i < 1000; ++i)
    fixture.output(0, "of a burst");
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  CHECK(fixture.losses.empty());
  fixture.output(0, "after");
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  CHECK(fixture.losses.size() == 1);
  perf_buffer__free(buffer);
}

TEST_CASE("a sample that claims more than its record is dropped, and those behind it are not") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  const RawRecord record = sample_claiming(16, GENERATE(5U, 4096U, UINT32_MAX));
  sim_emit_raw(fixture.event(0), &record, 16, 16);
  fixture.output(0, "behind");
  CHECK(perf_buffer__consume(buffer) == 0);
  REQUIRE(fixture.samples.size() == 1);
  CHECK(fixture.samples[0].bytes.substr(0, 6) == "behind");
  CHECK(fixture.messages.warnings() == 1);
  perf_buffer__free(buffer);
}

TEST_CASE("of a sample that overflows the record's 16-bit size nothing is handed over") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make(32);
  fixture.output(0, std::string(70000, 'x'));
  fixture.output(0, "behind");
  CHECK(perf_buffer__consume(buffer) == 0);
  REQUIRE(fixture.samples.size() == 1);
  CHECK(fixture.samples[0].bytes.substr(0, 6) == "behind");
  CHECK_THAT(fixture.messages.last(), Catch::Contains("65508"));
  perf_buffer__free(buffer);
}

TEST_CASE("records too short for their type are dropped") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  const auto type = GENERATE(PERF_RECORD_SAMPLE, PERF_RECORD_LOST);
  sim_emit(fixture.event(0), type, 0, nullptr, 0);
  CHECK(perf_buffer__consume(buffer) == 0);
  CHECK(fixture.samples.empty());
  CHECK(fixture.losses.empty());
  CHECK(fixture.messages.warnings() == 1);
  perf_buffer__free(buffer);
}

TEST_CASE("a record of a type that has no callback ends the read with -1") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  sim_emit(fixture.event(0), PERF_RECORD_THROTTLE, 0, nullptr, 0);
  fixture.output(0, "behind");
  CHECK(perf_buffer__poll(buffer, 0) == -1);
  CHECK(errno == 1);
  CHECK(fixture.samples.empty());
  CHECK(perf_buffer__consume(buffer) == 0);
  CHECK(fixture.samples.size() == 1);
  perf_buffer__free(buffer);
}

TEST_CASE("a corrupt ring fails the read once and recovers") {
  const auto size =
      GENERATE(std::uint16_t{0}, std::uint16_t{4}, std::uint16_t{12}, std::uint16_t{4096});
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  const RawRecord record = sample_claiming(size, 4);
  sim_emit_raw(fixture.event(0), &record, 16, 16);
  CHECK(perf_buffer__consume_buffer(buffer, 0) == -EBADMSG);
  CHECK(errno == EBADMSG);
  CHECK(fixture.messages.warnings() == 1);
  CHECK_THAT(fixture.messages.last(), Catch::Contains("CPU 0"));
  CHECK(perf_buffer__consume_buffer(buffer, 0) == 0);
  fixture.output(0, "after");
  CHECK(perf_buffer__consume(buffer) == 0);
  CHECK(fixture.samples.size() == 1);
  perf_buffer__free(buffer);
}

TEST_CASE("a raw handler takes every record and says how to go on") {
  struct Case {
    bpf_perf_event_ret answer;
    int result;
    std::uint64_t left;
  };
  static bpf_perf_event_ret answer;
  static int calls;
  const auto [given, result, left] =
      GENERATE(Case{LIBBPF_PERF_EVENT_CONT, 0, 0}, Case{LIBBPF_PERF_EVENT_DONE, 0, 1},
               Case{LIBBPF_PERF_EVENT_ERROR, -1, 1},
               // Not one of the enum's, but what programs return all the same.
               Case{static_cast<bpf_perf_event_ret>(-EAGAIN), -EAGAIN, 1},
               Case{static_cast<bpf_perf_event_ret>(5), 5, 1});
  answer = given;
  calls = 0;
  PerfBufferFixture fixture(1);
  perf_buffer* buffer = fixture.make_raw([](void*, int, perf_event_header*) {
    ++calls;
    return answer;
  });
  REQUIRE(buffer != nullptr);
  fixture.output(0, "one");
  fixture.output(0, "two");
  errno = 0;
  CHECK(perf_buffer__consume(buffer) == result);
  CHECK(errno == (result < 0 ? -result : 0));
  CHECK(calls == (left != 0 ? 1 : 2));
  answer = LIBBPF_PERF_EVENT_CONT;
  CHECK(perf_buffer__consume(buffer) == 0);
  CHECK(calls == 2);
  perf_buffer__free(buffer);
}

TEST_CASE("the map's descriptor may be closed, and even used again, while the buffer lives") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  const int number = fixture.map();
  fixture.close_map();
  CHECK(sim_live().slots == 2);
  // The number now belongs to another map, whose slots are not ours to empty.
  const os::UniqueFd other(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 2, "other"));
  REQUIRE(other.get() == number);
  perf_buffer* second = perf_buffer__new(other.get(), 1, nullptr, nullptr, nullptr, nullptr);
  REQUIRE(second != nullptr);
  perf_buffer__free(buffer);
  CHECK(sim_live().slots == 2);
  perf_buffer__free(second);
}

TEST_CASE("a signal ends a wait with EINTR") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  sim_fail("epoll_wait", 1, EINTR);
  CHECK(perf_buffer__poll(buffer, -1) == -EINTR);
  CHECK(errno == EINTR);
  perf_buffer__free(buffer);
}

TEST_CASE("an index beyond the rings is refused in one message that names it") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  void* memory = nullptr;
  size_t size = 0;
  const auto index = GENERATE(2, 3, INT_MAX);
  CHECK(perf_buffer__buffer(buffer, index, &memory, &size) == -EINVAL);
  CHECK(fixture.messages.warnings() == 1);
  CHECK_THAT(fixture.messages.last(), Catch::Contains(std::to_string(index)));
  CHECK(perf_buffer__buffer_fd(buffer, static_cast<size_t>(index)) == -EINVAL);
  CHECK(perf_buffer__consume_buffer(buffer, static_cast<size_t>(index)) == -EINVAL);
  CHECK(perf_buffer__buffer(buffer, -1, &memory, &size) == -EINVAL);
  CHECK(memory == nullptr);
  perf_buffer__free(buffer);
}

TEST_CASE("a ring's memory is the header page and then the data") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make(4);
  void* memory = nullptr;
  size_t size = 0;
  REQUIRE(perf_buffer__buffer(buffer, 1, &memory, &size) == 0);
  CHECK(size == 4 * os::page_size());
  CHECK(static_cast<perf_event_mmap_page*>(memory)->data_size == size);
  CHECK(perf_buffer__buffer_fd(buffer, 1) >= 0);
  CHECK(perf_buffer__epoll_fd(buffer) >= 0);
  CHECK(perf_buffer__buffer_cnt(buffer) == 2);
  perf_buffer__free(buffer);
}

TEST_CASE("a handle that no library has made is refused, not followed") {
  Messages messages;
  std::uintptr_t words[8] = {};
  auto* foreign =
      GENERATE_REF(static_cast<perf_buffer*>(nullptr), reinterpret_cast<perf_buffer*>(words));
  void* memory = nullptr;
  size_t size = 0;
  CHECK(perf_buffer__poll(foreign, 0) == -EINVAL);
  CHECK(errno == EINVAL);
  CHECK(perf_buffer__consume(foreign) == -EINVAL);
  CHECK(perf_buffer__consume_buffer(foreign, 0) == -EINVAL);
  CHECK(perf_buffer__buffer_fd(foreign, 0) == -EINVAL);
  CHECK(perf_buffer__buffer(foreign, 0, &memory, &size) == -EINVAL);
  CHECK(perf_buffer__epoll_fd(foreign) == -EINVAL);
  CHECK(perf_buffer__buffer_cnt(foreign) == 0);
  CHECK(messages.warnings() == 7);
  perf_buffer__free(foreign);
}

TEST_CASE("a record that wraps stays where it is while there is no memory to put it together") {
  PerfBufferFixture fixture;
  perf_buffer* const buffer = fixture.make();
  REQUIRE(buffer != nullptr);
  // A page is full of these but for a part of one.
  const std::string bytes(1000, 'a');
  for (int round = 0; round < 4; ++round)
    fixture.output(0, bytes);
  REQUIRE(perf_buffer__consume(buffer) == 0);
  fixture.output(0, std::string(1000, 'w'));
  sim_fail("malloc", 1, ENOMEM);
  CHECK(perf_buffer__consume(buffer) == -ENOMEM);
  CHECK(fixture.messages.warnings() == 1);
  CHECK(fixture.samples.size() == 4);
  sim_fail("malloc", 0, 0);
  CHECK(perf_buffer__consume(buffer) == 0);
  REQUIRE(fixture.samples.size() == 5);
  CHECK(fixture.samples[4].bytes.substr(0, 1000) == std::string(1000, 'w'));
  perf_buffer__free(buffer);
}

TEST_CASE("an event is disabled before it is closed, since others may hold it for longer") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  REQUIRE(buffer != nullptr);
  const auto held = os::duplicate(fixture.event(0));
  REQUIRE(held);
  const unsigned before = sim_calls("ioctl");
  perf_buffer__free(buffer);
  CHECK(sim_calls("ioctl") - before == 2);

  const std::uint32_t key = 0;
  const int fd = held->get();
  REQUIRE(bpf::update_element(fixture.map(), &key, &fd, BPF_ANY));
  CHECK(sim_output(fixture.map(), 0, "text", 4) == -EOPNOTSUPP);
}

TEST_CASE("freeing nothing, or an error, does nothing") {
  Messages messages;
  perf_buffer__free(nullptr);
  for (std::intptr_t error = 1; error <= 4095; ++error)
    perf_buffer__free(reinterpret_cast<perf_buffer*>(-error));
  CHECK(messages.warnings() == 0);
}

} // namespace ringside::test
