// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Polls that read what is there without asking the kernel first: how many calls that takes, and
// that nothing else shows.
#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>
#include <sys/epoll.h>

#include <bpf/libbpf.h>
#include <ringside/ringside.h>

#include "abi/ring/perf_buffer_fixture.hpp"
#include "abi/ring/ring_fixture.hpp"
#include "os/epoll.hpp"
#include "os/unique_fd.hpp"
#include "variable.hpp"

namespace ringside::test {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr unsigned kTurns = 170;
// Behind this number of polls comes one that asks.
constexpr unsigned kUnaskedInARow = 4;

// waits_of is how many waits some work takes.
unsigned waits_of(const std::function<void()>& work) {
  const unsigned before = sim_calls("epoll_wait");
  work();
  return sim_calls("epoll_wait") - before;
}

// take_turns writes a record and polls for it, again and again.
void take_turns(const PerfBufferFixture& fixture, perf_buffer* buffer, int timeout_ms = 100) {
  for (unsigned turn = 0; turn < kTurns; ++turn) {
    fixture.output(1, "record");
    REQUIRE(perf_buffer__poll(buffer, timeout_ms) == 1);
  }
}

} // namespace

TEST_CASE("a program that makes records and polls by turns seldom asks the kernel") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  CHECK(waits_of([&] { take_turns(fixture, buffer); }) == kTurns / kUnaskedInARow);
  CHECK(fixture.samples.size() == kTurns);
  CHECK(sim_now_ns() == 0);
  perf_buffer__free(buffer);

  RingFixture rings;
  ring_buffer* ring = rings.make();
  const unsigned waits = waits_of([&] {
    for (unsigned turn = 0; turn < kTurns; ++turn) {
      rings.output("record");
      REQUIRE(ring_buffer__poll(ring, 100) == 1);
    }
  });
  CHECK(waits == kTurns / (kUnaskedInARow + 1));
  CHECK(rings.samples.size() == kTurns);
  ring_buffer__free(ring);
}

TEST_CASE("what the kernel still names after that ends no poll") {
  const unsigned turns = GENERATE(1U, 2U, kUnaskedInARow, kUnaskedInARow + 1);
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  for (unsigned turn = 0; turn < turns; ++turn) {
    fixture.output(1, "record");
    REQUIRE(perf_buffer__poll(buffer, 100) == 1);
  }
  const std::uint64_t begin = sim_now_ns();
  CHECK(perf_buffer__poll(buffer, 60) == 0);
  CHECK(sim_now_ns() == begin + 60 * kMs);
  // The next record wakes as ever.
  REQUIRE(sim_output_at(sim_now_ns() + 5 * kMs, fixture.map(), 0, "late", 4) == 0);
  CHECK(perf_buffer__poll(buffer, -1) == 1);
  CHECK(sim_now_ns() == begin + 65 * kMs);
  CHECK(fixture.samples.back().bytes == "late");
  perf_buffer__free(buffer);
}

TEST_CASE("what comes while a poll passes over such a name is taken at its time") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  fixture.output(1, "record");
  REQUIRE(perf_buffer__poll(buffer, 100) == 1);
  REQUIRE(sim_output_at(3 * kMs, fixture.map(), 1, "late", 4) == 0);
  CHECK(perf_buffer__poll(buffer, 10) == 1);
  CHECK(sim_now_ns() == 3 * kMs);
  perf_buffer__free(buffer);
}

TEST_CASE("a ring that always has something does not hide the others") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  for (unsigned turn = 0; turn < kTurns; ++turn) {
    fixture.output(1, "often");
    if (turn % 7 == 0)
      fixture.output(0, "seldom");
    REQUIRE(perf_buffer__poll(buffer, 100) == (turn % 7 == 0 ? 2 : 1));
  }
  perf_buffer__free(buffer);
}

TEST_CASE("a record that is busy ends a poll at once, as its ring is readable") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  fixture.output("first");
  REQUIRE(ring_buffer__poll(buffer, 100) == 1);
  void* busy = nullptr;
  REQUIRE(sim_ringbuf_reserve(fixture.map(), 4, &busy) == 0);
  for (unsigned polls = 0; polls < 2 * kUnaskedInARow; ++polls) {
    CHECK(ring_buffer__poll(buffer, 2) == 0);
    CHECK(sim_now_ns() == 0);
  }
  REQUIRE(sim_ringbuf_submit(busy, 0) == 0);
  CHECK(ring_buffer__poll(buffer, 100) == 1);
  ring_buffer__free(buffer);
}

TEST_CASE("a record that was discarded ends a poll at once, as its ring is readable") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  fixture.output("first");
  REQUIRE(ring_buffer__poll(buffer, 100) == 1);
  void* discarded = nullptr;
  REQUIRE(sim_ringbuf_reserve(fixture.map(), 4, &discarded) == 0);
  REQUIRE(sim_ringbuf_discard(discarded, 0) == 0);
  CHECK(ring_buffer__poll(buffer, 20) == 0);
  CHECK(sim_now_ns() == 0);
  ring_buffer__free(buffer);
}

TEST_CASE("a signal behind such a poll ends the next one with EINTR") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  fixture.output(1, "record");
  REQUIRE(perf_buffer__poll(buffer, 100) == 1);
  // The first call does not wait: what the kernel still names is passed over.
  sim_fail("epoll_wait", 2, EINTR);
  CHECK(perf_buffer__poll(buffer, -1) == -EINTR);
  CHECK(sim_now_ns() == 0);
  perf_buffer__free(buffer);
}

TEST_CASE("a program that watches a ring's map itself sees each record that such polls read") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  const auto events = GENERATE(std::uint32_t{EPOLLIN}, std::uint32_t{EPOLLIN} | EPOLLET);
  const auto own = os::create_epoll();
  REQUIRE(own);
  REQUIRE(os::control_epoll(own->get(), EPOLL_CTL_ADD, fixture.map(), events, 0));
  std::array<epoll_event, 1> ready;
  for (unsigned turn = 0; turn < kTurns; ++turn) {
    REQUIRE(*os::wait_epoll(own->get(), ready, 0) == 0);
    fixture.output("record");
    REQUIRE(*os::wait_epoll(own->get(), ready, 0) == 1);
    REQUIRE(ring_buffer__poll(buffer, 100) == 1);
  }
  ring_buffer__free(buffer);
}

TEST_CASE("a CPU that goes offline between such polls keeps none waiting") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  fixture.output(1, "record");
  REQUIRE(perf_buffer__poll(buffer, 100) == 1);
  fixture.output(1, "last");
  sim_set_online(1, 0);
  CHECK(perf_buffer__poll(buffer, -1) == 1);
  CHECK(fixture.samples.back().bytes == "last");
  REQUIRE(sim_output_at(5 * kMs, fixture.map(), 0, "other", 5) == 0);
  CHECK(perf_buffer__poll(buffer, -1) == 1);
  CHECK(sim_now_ns() == 5 * kMs);
  CHECK(perf_buffer__poll(buffer, 20) == 0);
  CHECK(sim_now_ns() == 25 * kMs);
  perf_buffer__free(buffer);
}

TEST_CASE("a descriptor that is asked for behind such polls does not show what is read already") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  fixture.output(1, "record");
  REQUIRE(perf_buffer__poll(buffer, 100) == 1);
  std::array<epoll_event, 1> ready;
  CHECK(*os::wait_epoll(perf_buffer__epoll_fd(buffer), ready, 0) == 0);
  fixture.output(1, "record");
  CHECK(*os::wait_epoll(perf_buffer__epoll_fd(buffer), ready, 0) == 1);
  CHECK(perf_buffer__poll(buffer, 100) == 1);
  perf_buffer__free(buffer);
}

TEST_CASE("each poll of many rings asks, because to look at all of them costs more") {
  constexpr unsigned kMany = 33;
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  std::vector<os::UniqueFd> others;
  while (others.size() + 1 < kMany) {
    others.emplace_back(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "other"));
    REQUIRE(ring_buffer__add(buffer, others.back().get(), RingFixture::on_sample, &fixture) == 0);
  }
  const unsigned waits = waits_of([&] {
    for (unsigned turn = 0; turn < kTurns; ++turn) {
      fixture.output("record");
      REQUIRE(ring_buffer__poll(buffer, 100) == 1);
    }
  });
  CHECK(waits == kTurns);
  ring_buffer__free(buffer);
}

TEST_CASE("each poll asks where that may make a difference") {
  struct Way {
    const char* what;
    const char* wakeups; // null: as by default
    std::function<void(perf_buffer*)> begin;
    int timeout_ms;
  };
  const auto way = GENERATE(
      Way{"exact", "exact", [](perf_buffer*) {}, 100},
      Way{"epoll_fd", nullptr, [](perf_buffer* buffer) { perf_buffer__epoll_fd(buffer); }, 100},
      Way{"buffer_fd", nullptr, [](perf_buffer* buffer) { perf_buffer__buffer_fd(buffer, 0); },
          100},
      Way{"timeout 0", nullptr, [](perf_buffer*) {}, 0},
      Way{"interrupt", nullptr,
          [](perf_buffer* buffer) {
            ringside_perf_buffer__interrupt(buffer);
            perf_buffer__poll(buffer, 100);
          },
          100});
  INFO(way.what);
  PerfBufferFixture fixture;
  std::optional<Variable> wakeups;
  if (way.wakeups != nullptr)
    wakeups.emplace("RINGSIDE_WAKEUPS", way.wakeups);
  perf_buffer* buffer = fixture.make();
  way.begin(buffer);
  CHECK(waits_of([&] { take_turns(fixture, buffer, way.timeout_ms); }) >= kTurns);
  perf_buffer__free(buffer);
}

TEST_CASE("each poll of a ring_buffer asks where that may make a difference") {
  struct Way {
    const char* what;
    const char* wakeups; // null: as by default
    std::function<void(ring_buffer*)> begin;
    int timeout_ms;
  };
  const auto way = GENERATE(
      Way{"exact", "exact", [](ring_buffer*) {}, 100},
      Way{"epoll_fd", nullptr, [](ring_buffer* buffer) { ring_buffer__epoll_fd(buffer); }, 100},
      Way{"timeout 0", nullptr, [](ring_buffer*) {}, 0},
      Way{"interrupt", nullptr,
          [](ring_buffer* buffer) {
            ringside_ring_buffer__interrupt(buffer);
            ring_buffer__poll(buffer, 100);
          },
          100});
  INFO(way.what);
  RingFixture fixture;
  std::optional<Variable> wakeups;
  if (way.wakeups != nullptr)
    wakeups.emplace("RINGSIDE_WAKEUPS", way.wakeups);
  ring_buffer* buffer = fixture.make();
  way.begin(buffer);
  const unsigned waits = waits_of([&] {
    for (unsigned turn = 0; turn < kTurns; ++turn) {
      fixture.output("record");
      REQUIRE(ring_buffer__poll(buffer, way.timeout_ms) == 1);
    }
  });
  CHECK(waits == kTurns);
  ring_buffer__free(buffer);
}

} // namespace ringside::test
