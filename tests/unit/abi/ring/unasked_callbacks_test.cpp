// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Callbacks of polls that read what is there without asking the kernel first: what they may do, and
// what follows.
#include <csetjmp>
#include <cstdint>
#include <utility>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include <bpf/libbpf.h>
#include <ringside/ringside.h>

#include "abi/ring/turns.hpp"
#include "os/unique_fd.hpp"

namespace ringside::test {
TEST_CASE("an interrupt from a callback of such a poll ends the next one, and only that") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  sim_advance_ns(kMs);
  take_turns(fixture, buffer, 3);
  fixture.act = [&] { CHECK(ringside_perf_buffer__interrupt(buffer) == 0); };
  fixture.output(1, "record");
  CHECK(perf_buffer__poll(buffer, -1) == 1);
  fixture.act = nullptr;
  const std::uint64_t begin = sim_now_ns();
  CHECK(perf_buffer__poll(buffer, -1) == 0);
  CHECK(sim_now_ns() == begin);
  CHECK(perf_buffer__poll(buffer, 20) == 0);
  CHECK(sim_now_ns() == begin + 20 * kMs);
  perf_buffer__free(buffer);
}

TEST_CASE("a callback that fails in such a poll leaves what is behind it to the next") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  take_turn(fixture, buffer);
  for (const char* record : {"good", "bad", "behind", "last"})
    fixture.output(record);
  fixture.answer = [&] { return fixture.samples.back() == "bad" ? -77 : 0; };
  CHECK(ring_buffer__poll(buffer, 100) == -77);
  CHECK(fixture.samples.back() == "bad");
  CHECK(ring_buffer__poll(buffer, -1) == 2);
  CHECK(fixture.samples.back() == "last");
  CHECK(sim_now_ns() == 0);
  ring_buffer__free(buffer);
}

TEST_CASE("a ring that a callback of such a poll adds is read from then on") {
  RingFixture fixture;
  const os::UniqueFd other(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "other"));
  ring_buffer* buffer = fixture.make();
  take_turn(fixture, buffer);
  bool added = false;
  fixture.answer = [&] {
    if (std::exchange(added, true))
      return 0;
    CHECK(ring_buffer__add(buffer, other.get(), RingFixture::on_sample, &fixture) == 0);
    return sim_ringbuf_output(other.get(), "other", 5, 0);
  };
  fixture.output("second");
  CHECK(ring_buffer__poll(buffer, 100) == 1);
  CHECK(ring_buffer__poll(buffer, -1) == 1);
  CHECK(fixture.samples.back() == "other");
  for (unsigned turn = 0; turn < kTurns; ++turn) {
    fixture.output("often");
    REQUIRE(sim_ringbuf_output(other.get(), "seldom", 6, 0) == 0);
    REQUIRE(ring_buffer__poll(buffer, 100) == 2);
  }
  ring_buffer__free(buffer);
}

TEST_CASE("a callback of such a poll may free the buffer") {
  PerfBufferFixture fixture;
  const auto before = sim_live();
  perf_buffer* buffer = fixture.make();
  take_turn(fixture, buffer);
  unsigned seen = 0;
  fixture.act = [&] {
    ++seen;
    perf_buffer__free(buffer);
  };
  for (const unsigned cpu : {0U, 1U, 1U})
    fixture.output(cpu, "record");
  CHECK(perf_buffer__poll(buffer, 100) == 1);
  CHECK(seen == 1);
  const auto after = sim_live();
  CHECK(after.fds == before.fds);
  CHECK(after.mappings == before.mappings);
  CHECK(after.slots == before.slots);
}

TEST_CASE("a poll in a callback waits before it finds the record that the callback is given") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  unsigned seen = 0;
  fixture.act = [&] {
    if (++seen != 1)
      return;
    const std::uint64_t begin = sim_now_ns();
    perf_buffer__poll(buffer, 20);
    CHECK(sim_now_ns() == begin + 20 * kMs);
  };
  fixture.output(1, "record");
  CHECK(perf_buffer__poll(buffer, 100) == 1);
  perf_buffer__free(buffer);
}

TEST_CASE("a record of a perf ring whose callback was left is not given again and again at once") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  std::jmp_buf out;
  fixture.act = [&] { std::longjmp(out, 1); };
  const auto is_left = [&](int timeout_ms) {
    if (setjmp(out) != 0)
      return true;
    perf_buffer__poll(buffer, timeout_ms);
    return false;
  };
  fixture.output(1, "record");
  REQUIRE(is_left(100));
  // Once, because something may have come meanwhile.
  REQUIRE(is_left(100));
  CHECK(sim_now_ns() == 0);
  REQUIRE(is_left(20));
  CHECK(sim_now_ns() == 20 * kMs);
  perf_buffer__free(buffer);
}

TEST_CASE("a ring that goes by the clock meanwhile is not read with each record") {
  constexpr std::uint64_t kEachNs = 20'000;
  constexpr std::uint64_t kLastedNs = 200 * kMs;
  PerfBufferFixture fixture(1);
  perf_buffer* buffer = fixture.make(64);
  for (std::uint64_t at = kEachNs; at <= kLastedNs; at += kEachNs)
    REQUIRE(sim_output_at(at, fixture.map(), 0, "text", 4) == 0);
  // A callback takes as long as it is to the next record, so that each poll finds one.
  fixture.act = [] { sim_advance_ns(kEachNs); };
  unsigned by_clock = 0;
  while (sim_now_ns() < kLastedNs) {
    REQUIRE(perf_buffer__poll(buffer, -1) == 1);
    by_clock += sim_calls("timerfd_create");
  }
  CHECK(by_clock > 0);
  CHECK(by_clock < kLastedNs / (500 * 1000));
  perf_buffer__free(buffer);
}

} // namespace ringside::test
