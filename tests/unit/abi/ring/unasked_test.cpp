// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Polls that read what is there without asking the kernel first: how many calls that takes, and
// that nothing else shows.
#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>
#include <sys/epoll.h>

#include <bpf/libbpf.h>
#include <ringside/ringside.h>

#include "abi/ring/turns.hpp"
#include "os/epoll.hpp"
#include "os/unique_fd.hpp"
#include "variable.hpp"

namespace ringside::test {
namespace {

// Behind this number of polls comes one that asks.
constexpr unsigned kUnaskedInARow = 4;

// waits_of is how many waits some work takes.
unsigned waits_of(const std::function<void()>& work) {
  const unsigned before = sim_calls("epoll_wait");
  work();
  return sim_calls("epoll_wait") - before;
}

// Way is what a program does before its turns, and how long its polls may wait.
template <class Buffer>
struct Way {
  const char* what;
  const char* wakeups; // RINGSIDE_WAKEUPS; null: it is not set
  std::function<void(Buffer*)> begin;
  int timeout_ms;
};

// waits_by is how many waits the turns of such a program take.
template <class Fixture, class Buffer>
unsigned waits_by(const Way<Buffer>& way, void (*free_buffer)(Buffer*)) {
  Fixture fixture;
  std::optional<Variable> wakeups;
  if (way.wakeups != nullptr)
    wakeups.emplace("RINGSIDE_WAKEUPS", way.wakeups);
  Buffer* buffer = fixture.make();
  way.begin(buffer);
  const unsigned waits = waits_of([&] { take_turns(fixture, buffer, kTurns, way.timeout_ms); });
  free_buffer(buffer);
  return waits;
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
  CHECK(waits_of([&] { take_turns(rings, ring); }) == kTurns / (kUnaskedInARow + 1));
  CHECK(rings.samples.size() == kTurns);
  ring_buffer__free(ring);
}

TEST_CASE("what the kernel still names after that ends no poll") {
  const unsigned turns = GENERATE(1U, 2U, kUnaskedInARow, kUnaskedInARow + 1);
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  take_turns(fixture, buffer, turns);
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
  take_turn(fixture, buffer);
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
  take_turn(fixture, buffer);
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
  take_turn(fixture, buffer);
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
  take_turn(fixture, buffer);
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
  take_turn(fixture, buffer);
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
  take_turn(fixture, buffer);
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
  CHECK(waits_of([&] { take_turns(fixture, buffer); }) == kTurns);
  ring_buffer__free(buffer);
}

TEST_CASE("each poll asks where that may make a difference") {
  using By = Way<perf_buffer>;
  const auto way = GENERATE(
      By{"exact", "exact", [](perf_buffer*) {}, 100},
      By{"epoll_fd", nullptr, [](perf_buffer* buffer) { perf_buffer__epoll_fd(buffer); }, 100},
      By{"buffer_fd", nullptr, [](perf_buffer* buffer) { perf_buffer__buffer_fd(buffer, 0); }, 100},
      By{"timeout 0", nullptr, [](perf_buffer*) {}, 0},
      By{"interrupt", nullptr,
         [](perf_buffer* buffer) {
           ringside_perf_buffer__interrupt(buffer);
           perf_buffer__poll(buffer, 100);
         },
         100});
  INFO(way.what);
  CHECK(waits_by<PerfBufferFixture>(way, perf_buffer__free) >= kTurns);
}

TEST_CASE("each poll of a ring_buffer asks where that may make a difference") {
  using By = Way<ring_buffer>;
  const auto way = GENERATE(
      By{"exact", "exact", [](ring_buffer*) {}, 100},
      By{"epoll_fd", nullptr, [](ring_buffer* buffer) { ring_buffer__epoll_fd(buffer); }, 100},
      By{"timeout 0", nullptr, [](ring_buffer*) {}, 0},
      By{"interrupt", nullptr,
         [](ring_buffer* buffer) {
           ringside_ring_buffer__interrupt(buffer);
           ring_buffer__poll(buffer, 100);
         },
         100});
  INFO(way.what);
  CHECK(waits_by<RingFixture>(way, ring_buffer__free) == kTurns);
}

} // namespace ringside::test
