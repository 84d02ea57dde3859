// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WakeupPolicy by tables of what looks find.
#include "ring/wakeup_policy.hpp"

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <vector>

#include <catch2/catch.hpp>

#include "ring/looking.hpp"

namespace ringside {

std::ostream& operator<<(std::ostream& stream, WakeupMode mode) {
  constexpr const char* kNames[] = {"signalled", "coalescing", "settling"};
  return stream << kNames[static_cast<std::size_t>(mode)];
}

namespace test {
namespace {

constexpr unsigned kNeverWaits = WakeupPolicy::kNeverWaitingLooks;
// The first look has nothing before it from which to count.
constexpr Looks kFirst{1, 0, 1};
constexpr Looks kBusy{kEnter, 100 * kUs, 1};
// In a small ring: one record more than fit into three quarters of it.
constexpr std::uint64_t kNearlyFull = kSmall / 4 * 3 / kRecordSize + 1;

struct Case {
  const char* what;
  std::vector<Looks> looks;
  Mode mode;
  std::size_t ring_size = kLarge;
};

} // namespace

TEST_CASE("what looks find decides how a ring is woken") {
  const auto given = GENERATE(values<Case>({
      {"one record", {kFirst}, Mode::signalled},
      {"one look short of busy", {kFirst, {kEnter - 1, 100 * kUs, 1}}, Mode::signalled},
      {"busy", {kFirst, kBusy}, Mode::coalescing},
      {"half the bound apart", {kFirst, {1000, kBound / 2, 1}}, Mode::signalled},
      {"less than half", {kFirst, {kEnter, kBound / 2 - 1, 1}}, Mode::coalescing},
      {"seldom, but many at a time", {kFirst, {kEnter, 20 * kBound, 50}}, Mode::coalescing},
      {"busy with a pause",
       {kFirst, {kEnter - 1, kUs, 1}, {1, 5 * kBound, 1}, {kEnter - 1, 100 * kUs, 1}},
       Mode::signalled},
      {"too fast for a small ring", {kFirst, {10'000, 5 * kUs, 1}}, Mode::signalled, kSmall},
      {"slow enough for a small ring", {kFirst, {kEnter, 240 * kUs, 1}}, Mode::coalescing, kSmall},
      {"no room for a burst", {kFirst, {10'000, 240 * kUs, 1}}, Mode::signalled, kSmall / 2},
      {"no room for a burst of large records",
       {kFirst, {10'000, 240 * kUs, 1, true, 4000}},
       Mode::signalled,
       64 * kPage},
      {"room for a burst of large records",
       {kFirst, {kEnter, 240 * kUs, 1, true, 4000}},
       Mode::coalescing,
       512 * kPage},
      {"nearly full each time", {kFirst, {10'000, kBound, kNearlyFull}}, Mode::signalled, kSmall},
      {"three quarters full each time",
       {kFirst, {kEnter, 20 * kBound, kNearlyFull - 1}},
       Mode::coalescing,
       kSmall},

      {"still busy", {kFirst, kBusy, {100, kBound, 5}}, Mode::coalescing},
      {"slower, but more than one at a time", {kFirst, kBusy, {100, kBound, 2}}, Mode::coalescing},
      {"one look short of quiet", {kFirst, kBusy, {kLeave - 1, kBound, 1}}, Mode::coalescing},
      {"quiet", {kFirst, kBusy, {kLeave, kBound, 1}}, Mode::settling},
      {"quiet, nothing at all", {kFirst, kBusy, {kLeave, kBound, 0}}, Mode::settling},
      {"quiet, interrupted",
       {kFirst, kBusy, {kLeave - 1, kBound, 0}, {1, kBound, 2}, {kLeave - 1, kBound, 0}},
       Mode::coalescing},
      {"nearly full once",
       {kFirst, {kEnter, 240 * kUs, 1}, {1, kBound, kNearlyFull}},
       Mode::settling,
       kSmall},
      {"three quarters full once",
       {kFirst, {kEnter, 240 * kUs, 1}, {1, kBound, kNearlyFull - 1}},
       Mode::coalescing,
       kSmall},
      {"looks that come early are one",
       {kFirst, kBusy, {kLeave * 4, kBound / 8, 0}},
       Mode::coalescing},
      {"settled", {kFirst, kBusy, {kLeave + kSettling, kBound, 0}}, Mode::signalled},
      {"not settled yet", {kFirst, kBusy, {kLeave + kSettling - 1, kBound, 0}}, Mode::settling},
      {"busy once more",
       {kFirst, kBusy, {kLeave + kSettling, kBound, 0}, {kEnter + 1, 100 * kUs, 1}},
       Mode::coalescing},

      {"never waits", {{kNeverWaits, kUs, 1, false}}, Mode::coalescing},
      {"one short of never", {{kNeverWaits - 1, kUs, 1, false}}, Mode::signalled},
      {"does not wait, nothing there", {{1000, kUs, 0, false}}, Mode::signalled},
      {"does not wait, seldom something", {{kNeverWaits, kSecond, 1, false}}, Mode::coalescing},
      {"waits now and then",
       {{kNeverWaits - 1, kUs, 1, false}, {1, kSecond, 1}, {kNeverWaits - 1, kUs, 1, false}},
       Mode::signalled},
      {"never waits, and it becomes quiet",
       {{kNeverWaits, kUs, 1, false}, {1000, kBound, 0, false}},
       Mode::coalescing},
      {"waits after all", {{kNeverWaits, kUs, 1, false}, {kLeave + 1, kBound, 0}}, Mode::settling},
  }));
  Looking ring(limits_of(given.ring_size));
  for (const Looks& looks : given.looks)
    ring.look(looks);
  CAPTURE(given.what);
  CHECK(ring.policy.mode() == given.mode);
  CHECK(ring.policy.by_clock() == (given.mode != Mode::signalled));
}

TEST_CASE("a ring that needs no settling is signalled at once") {
  Looking ring(limits_of(kLarge, kBound, 0));
  for (const Looks& looks : {kFirst, kBusy, Looks{kLeave, kBound, 0}})
    ring.look(looks);
  CHECK(ring.policy.mode() == Mode::signalled);
}

namespace {

// looks_to_coalesce makes looks that find a ring busy until it is looked at by the clock.
unsigned looks_to_coalesce(Looking& ring) {
  unsigned looks = 0;
  for (ring.look(ring.now_ns + kSecond, 1); !ring.policy.by_clock() && looks < 10'000; ++looks)
    ring.look({1, 240 * kUs, 1});
  return looks;
}

void settle(Looking& ring) {
  REQUIRE(ring.policy.mode() == Mode::settling);
  ring.look({kSettling, kBound, 0});
  REQUIRE(ring.policy.mode() == Mode::signalled);
}

} // namespace

TEST_CASE("a ring that turns out too small takes twice as long to try again") {
  const auto too_small = GENERATE(Looks{kLeave + 2, 50 * kUs, kSmall / 2 / kRecordSize},
                                  Looks{1, kBound, kNearlyFull});
  Looking ring(limits_of(kSmall));
  for (unsigned enter = kEnter; enter < 200; enter *= 2) {
    REQUIRE(looks_to_coalesce(ring) == enter);
    ring.look(too_small);
    settle(ring);
  }
  for (unsigned round = 0; round < 10; ++round) {
    looks_to_coalesce(ring);
    ring.look(too_small);
    settle(ring);
  }
  const unsigned most = looks_to_coalesce(ring);
  CHECK(most == 4096);
  // What was long ago counts for less.
  ring.look({most, kBound, 2});
  ring.look({kLeave, kBound, 0});
  settle(ring);
  CHECK(looks_to_coalesce(ring) == most / 2);
}

TEST_CASE("without a bound, or when nothing else is possible, a ring stays signalled") {
  const bool from_start = GENERATE(true, false);
  const auto looks = GENERATE(Looks{1000, kUs, 100}, Looks{1000, kUs, 1, false});
  Looking ring(limits_of(kLarge, from_start ? 0 : kBound));
  if (!from_start) {
    ring.look(kFirst);
    ring.look(kBusy);
    CHECK(ring.policy.by_clock());
    ring.policy.stay_signalled();
  }
  ring.look(looks);
  CHECK(ring.policy.mode() == Mode::signalled);
}

TEST_CASE("a ring is due within the bound, and before a quarter of it fills") {
  const auto ring_size = GENERATE(kSmall, 64 * kPage, kLarge);
  const auto gap = GENERATE(kUs / 3, kUs, 5 * kUs, 20 * kUs, 100 * kUs, 240 * kUs);
  Looking ring(limits_of(ring_size));
  ring.look({1000, gap, 1});
  // By the clock from here on, at the same rate.
  for (unsigned i = 0; i < 1000 && ring.policy.by_clock(); ++i) {
    const std::uint64_t period = ring.policy.due_ns() - ring.now_ns;
    CAPTURE(ring_size, gap, i, period);
    REQUIRE(period <= kBound);
    REQUIRE(period / gap * kRecordSize <= ring_size / 4);
    ring.look(ring.policy.due_ns(), period / gap);
  }
}

TEST_CASE("a ring that may fill unseen is due before a burst fills a quarter of it") {
  const auto pages = GENERATE(range(0U, 13U));
  const std::size_t ring_size = kPage << pages;
  const std::uint64_t burst_ns = ring_size / 4 * WakeupPolicy::kBurstRecordNs / kRecordSize;
  Looking ring({kBound, ring_size, false, kSettling});
  ring.look(kFirst);
  ring.look({kEnter, 200 * kUs, 1});
  CAPTURE(ring_size, burst_ns);
  CHECK(ring.policy.by_clock() == (burst_ns >= WakeupPolicy::kShortestPeriodNs));
  for (unsigned i = 0; i < 100 && ring.policy.by_clock(); ++i) {
    REQUIRE(ring.policy.due_ns() - ring.now_ns <= std::min(kBound, burst_ns));
    ring.look(ring.policy.due_ns(), 2);
  }
}

TEST_CASE("periods shrink at once with a burst, and grow slowly behind it") {
  Looking ring(limits_of(64 * kPage));
  ring.look(kFirst);
  ring.look({kEnter + 20, 100 * kUs, 1});
  ring.look(ring.policy.due_ns(), 5);
  REQUIRE(ring.policy.due_ns() - ring.now_ns == kBound);
  // As much in one period as half the ring holds: a quarter is half a period.
  ring.look(ring.policy.due_ns(), 64 * kPage / 2 / kRecordSize);
  const std::uint64_t shrunk = ring.policy.due_ns() - ring.now_ns;
  CHECK(shrunk <= kBound / 2 + kBound / 100);
  ring.look(ring.policy.due_ns(), 5);
  CHECK(ring.policy.due_ns() - ring.now_ns <= shrunk * 3 / 2);
  for (unsigned i = 0; i < 20; ++i)
    ring.look(ring.policy.due_ns(), 5);
  CHECK(ring.policy.due_ns() - ring.now_ns == kBound);
}

} // namespace test
} // namespace ringside
