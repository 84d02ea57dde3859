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
constexpr unsigned kProof = WakeupPolicy::kProofLooks;
// The first look has nothing before it from which to count.
constexpr Looks kFirst{1, 0, 1};
constexpr Looks kBusy{kEnter, 100 * kUs, 1};
// Looks by the clock that show that it was right to coalesce.
constexpr Looks kProven{kProof, kBound, 5};

// One record more than fit into three quarters of a ring.
constexpr std::uint64_t nearly_full(std::size_t ring_size) {
  return ring_size / 4 * 3 / kRecordSize + 1;
}

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
      {"a small ring", {kFirst, {kEnter, 240 * kUs, 1}}, Mode::coalescing, kSmall},
      {"no room for a burst", {kFirst, {10'000, 240 * kUs, 1}}, Mode::signalled, kSmall / 2},
      {"no room for a burst of large records",
       {kFirst, {10'000, 240 * kUs, 1, true, 4000}},
       Mode::signalled,
       64 * kPage},
      {"room for a burst of large records",
       {kFirst, {kEnter, 240 * kUs, 1, true, 4000}},
       Mode::coalescing,
       1024 * kPage},
      {"nearly full each time",
       {kFirst, {10'000, kBound, nearly_full(kSmall)}},
       Mode::signalled,
       kSmall},
      {"so much each time that the reader comes late",
       {kFirst, {10'000, 20 * kBound, nearly_full(kLarge) - 1}},
       Mode::signalled},

      {"still busy", {kFirst, kBusy, {100, kBound, 5}}, Mode::coalescing},
      {"slower, but more than one at a time",
       {kFirst, kBusy, kProven, {100, kBound, 2}},
       Mode::coalescing},
      {"one look short of quiet",
       {kFirst, kBusy, kProven, {kLeave - 1, kBound, 1}},
       Mode::coalescing},
      {"quiet", {kFirst, kBusy, kProven, {kLeave, kBound, 1}}, Mode::settling},
      {"quiet, nothing at all", {kFirst, kBusy, kProven, {kLeave, kBound, 0}}, Mode::settling},
      {"quiet, interrupted",
       {kFirst, kBusy, kProven, {kLeave - 1, kBound, 0}, {1, kBound, 2}, {kLeave - 1, kBound, 0}},
       Mode::coalescing},
      {"nearly full once",
       {kFirst, kBusy, kProven, {1, kBound, nearly_full(kLarge)}},
       Mode::settling},
      {"three quarters full once",
       {kFirst, kBusy, kProven, {1, kBound, nearly_full(kLarge) - 1}},
       Mode::coalescing},
      {"looks that come early are one",
       {kFirst, kBusy, kProven, {kLeave * 4, kBound / 8, 0}},
       Mode::coalescing},
      {"settled", {kFirst, kBusy, kProven, {kLeave + kSettling, kBound, 0}}, Mode::signalled},
      {"not settled yet",
       {kFirst, kBusy, kProven, {kLeave + kSettling - 1, kBound, 0}},
       Mode::settling},
      {"busy once more",
       {kFirst, kBusy, kProven, {kLeave + kSettling, kBound, 0}, {kEnter + 1, 100 * kUs, 1}},
       Mode::coalescing},

      {"a round of one for each look", {kFirst, kBusy, {kProof, kBound, 1}}, Mode::settling},
      {"a round of five for each look",
       {kFirst, {kEnter, 30 * kUs, 5}, {kProof, kBound, 5}},
       Mode::settling},
      {"a round of 500 for each look",
       {kFirst, {kEnter, 30 * kUs, 500}, {kProof, kBound, 500}},
       Mode::settling},
      {"three times what a look found before",
       {kFirst, {kEnter, 30 * kUs, 5}, {kProof, kBound, 15}},
       Mode::coalescing},
      {"rounds again, too soon",
       {kFirst, {kEnter, 30 * kUs, 5}, {kProof + kSettling, kBound, 5}, {30'000, 30 * kUs, 5}},
       Mode::signalled},

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
      {"never waits, and the ring is nearly full",
       {{kNeverWaits, kUs, 1, false}, {1, kBound, nearly_full(kLarge), false}},
       Mode::settling},
      {"the same, settled, and again, too soon",
       {{kNeverWaits, kUs, 1, false},
        {1, kBound, nearly_full(kLarge), false},
        {10'000, kUs, 1, false}},
       Mode::signalled},
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
  for (const Looks& looks : {kFirst, kBusy, kProven, Looks{kLeave, kBound, 0}})
    ring.look(looks);
  CHECK(ring.policy.mode() == Mode::signalled);
}

namespace {

// time_to_coalesce makes looks that find a ring busy until it coalesces, and returns for how long.
std::uint64_t time_to_coalesce(Looking& ring) {
  const std::uint64_t began_ns = ring.now_ns;
  while (!ring.policy.by_clock() && ring.now_ns - began_ns < 200 * kSecond)
    ring.look({1, 200 * kUs, 1});
  return ring.now_ns - began_ns;
}

void settle(Looking& ring) {
  REQUIRE(ring.policy.mode() == Mode::settling);
  ring.look({kSettling, kBound, 0});
  REQUIRE(ring.policy.mode() == Mode::signalled);
}

} // namespace

TEST_CASE("where it was wrong to coalesce, a ring stays signalled for seconds, longer each time") {
  const auto wrong = GENERATE(Looks{kProof, kBound, 1}, Looks{1, kBound, nearly_full(kLarge)});
  Looking ring(limits_of(kLarge));
  ring.look(kFirst);
  REQUIRE(time_to_coalesce(ring) < kSecond / 100);
  constexpr std::uint64_t kFirstBar = WakeupPolicy::kFirstBarNs;
  constexpr std::uint64_t kLongest = WakeupPolicy::kLongestBarNs;
  for (std::uint64_t bar = kFirstBar; bar <= 4 * kLongest; bar *= 2) {
    ring.look(wrong);
    settle(ring);
    const std::uint64_t expected = std::min(bar, kLongest);
    const std::uint64_t settling = kSettling * kBound;
    const std::uint64_t took = time_to_coalesce(ring) + settling;
    CHECK(took >= expected);
    CHECK(took <= expected + kSecond / 100);
  }
  // What was long ago counts for nothing.
  ring.look({WakeupPolicy::kGoodLooks, kBound, 20});
  ring.look({kLeave, kBound, 0});
  settle(ring);
  CHECK(time_to_coalesce(ring) < kSecond / 100);
  ring.look(wrong);
  settle(ring);
  CHECK(time_to_coalesce(ring) <= kFirstBar + kSecond / 100);
}

TEST_CASE("a ring coalesces once it has been busy for long enough") {
  WakeupLimits limits = limits_of(kLarge);
  limits.busy_ns = 100'000 * kUs;
  Looking ring(limits);
  ring.look(kFirst);
  CHECK(time_to_coalesce(ring) == limits.busy_ns + 200 * kUs);
}

TEST_CASE("a ring that coalesced for a while and became quiet coalesces again without a wait") {
  WakeupLimits limits = limits_of(kLarge);
  limits.busy_ns = 100'000 * kUs;
  Looking ring(limits);
  ring.look(kFirst);
  time_to_coalesce(ring);
  ring.look(kProven);
  ring.look({kLeave, kBound, 0});
  settle(ring);
  const bool soon = GENERATE(true, false);
  ring.look({1, soon ? kSecond : 2 * RecentWorst::kWindowNs, 1});
  CHECK((time_to_coalesce(ring) < limits.busy_ns / 10) == soon);
}

TEST_CASE("a pause does not make a load quiet that came fast enough before, and is short") {
  Looking ring(limits_of(kLarge));
  ring.look(kFirst);
  const std::uint64_t pause_ns = GENERATE(kBound, (kLeave - 1) * kBound, (kLeave + 1) * kBound);
  // These alone are early by more than any of the pauses.
  ring.look({1, 100 * kUs, 1000});
  ring.look({1, pause_ns, 1});
  ring.look({kEnter - 2, 100 * kUs, 1});
  CHECK((ring.policy.mode() == Mode::coalescing) == (pause_ns <= kLeave * kBound));
}

TEST_CASE("looks that find nothing do not show that a load waits for its reader") {
  Looking ring(limits_of(kLarge));
  ring.look(kFirst);
  ring.look(kBusy);
  ring.look({kLeave - kProof - 1, kBound, 0});
  CHECK(ring.policy.mode() == Mode::coalescing);
  // As little as a look after a wakeup found.
  ring.look({kProof - 1, kBound, 1});
  CHECK(ring.policy.mode() == Mode::coalescing);
  ring.look({1, kBound, 1});
  CHECK(ring.policy.mode() == Mode::settling);
}

TEST_CASE(
    "a ring coalesces only if it lasts until a reader comes that is twice as late as before") {
  // Of bursts the ring holds 5.2 ms.
  constexpr std::uint64_t kBurstMs = 1000 * kUs / WakeupPolicy::kBurstRecordNs;
  const auto late_ms = GENERATE(1U, 2U, 3U, 10U);
  const bool enough = late_ms < 3;
  Looking ring(limits_of(kLarge));
  ring.look(kFirst);
  ring.look(ring.now_ns + late_ms * 1000 * kUs, late_ms * kBurstMs, true,
            WakeupPolicy::kBurstRecordBytes);
  CAPTURE(late_ms);
  CHECK((time_to_coalesce(ring) < kSecond) == enough);
  if (enough)
    return;
  // It is forgotten in some seconds.
  CHECK(time_to_coalesce(ring) <= 2 * RecentWorst::kWindowNs);
}

TEST_CASE("a ring begins to coalesce only if it lasts until its reader is back from that") {
  struct Begins {
    std::uint64_t entering_ms;
    // A look that came lately.
    std::uint64_t after_ns;
    std::uint64_t records;
    bool begins;
  };
  // At a record each 100 us the ring lasts for 1.38 s.
  const auto given = GENERATE(values<Begins>({{600, kSecond, 1, true},
                                              {800, kSecond, 1, false},
                                              {600, kSecond, 5000, false},
                                              {300, kSecond, 5000, true},
                                              {300, 400 * kUs, 16, false},
                                              {100, 400 * kUs, 16, true}}));
  WakeupLimits limits = limits_of(kLarge);
  limits.entering_ns = given.entering_ms * 1000 * kUs;
  Looking ring(limits);
  ring.look(kFirst);
  ring.look({1, given.after_ns, given.records});
  ring.look({1, kSecond, 1});
  ring.look(kBusy);
  CAPTURE(given.entering_ms, given.after_ns, given.records);
  CHECK((ring.policy.mode() == Mode::coalescing) == given.begins);
}

TEST_CASE("a look that comes so late that the ring would not last twice as long ends coalescing") {
  const auto late_ms = GENERATE(1U, 5U, 9U, 20U);
  Looking ring(limits_of(kLarge));
  for (const Looks& looks : {kFirst, kBusy, kProven})
    ring.look(looks);
  // 50 bytes a microsecond: the ring lasts for 21 ms.
  const std::uint64_t elapsed = kBound + late_ms * 1000 * kUs;
  ring.look(ring.now_ns + elapsed, elapsed * 50 / kUs / kRecordSize);
  CAPTURE(late_ms);
  CHECK(ring.policy.mode() == (late_ms <= 9 ? Mode::coalescing : Mode::settling));
}

TEST_CASE("a reader that is too slow for an unhampered load is signalled before it reads") {
  // A look finds 1,000 records, 500 us after the last.
  const auto ns_a_record = GENERATE(20U, 400U, 600U, 5000U);
  WakeupLimits limits = limits_of(kLarge);
  Looking ring(limits);
  for (const Looks& looks : {kFirst, kBusy, kProven})
    ring.look(looks);
  const auto found = [&](std::uint64_t records) {
    return Found{ring.now_ns, records, records * kRecordSize, records * ns_a_record};
  };
  std::uint64_t records = 1000;
  unsigned looks = 0;
  while (looks < 20 && ring.policy.about_to_read(found(records)) == Mode::coalescing &&
         ring.policy.looked(found(records)) == Mode::coalescing) {
    // What comes while these are read, and until the next look.
    const std::uint64_t read_ns = records * ns_a_record;
    const std::uint64_t until_ns = std::max(read_ns, kBound);
    ring.now_ns += until_ns;
    records = until_ns * 1000 / kBound;
    ++looks;
  }
  CAPTURE(ns_a_record);
  CHECK((looks == 20) == (ns_a_record < 500));
  // Before the ring was full.
  CHECK(records * kRecordSize <= kLarge);
}

TEST_CASE("without a bound, or when nothing else is possible, a ring stays signalled") {
  const bool from_start = GENERATE(true, false);
  const auto looks = GENERATE(Looks{1000, kUs, 10}, Looks{1000, kUs, 1, false});
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

TEST_CASE("a ring is due within the bound, and before a burst fills a quarter of it") {
  const auto pages = GENERATE(range(0U, 13U));
  const auto gap = GENERATE(kUs / 3, kUs, 5 * kUs, 20 * kUs, 100 * kUs, 240 * kUs);
  const std::size_t ring_size = kPage << pages;
  // Where a look finds nothing, the smallest records are reckoned with.
  constexpr std::uint64_t kSize = WakeupPolicy::kBurstRecordBytes;
  const std::uint64_t burst_ns = ring_size / 4 * WakeupPolicy::kBurstRecordNs / kSize;
  Looking ring(limits_of(ring_size));
  ring.look(kFirst);
  ring.look({kEnter, gap, 1});
  CAPTURE(ring_size, burst_ns, gap);
  CHECK(ring.policy.by_clock() == (burst_ns >= WakeupPolicy::kShortestPeriodNs));
  // By the clock from here on, at the same rate.
  for (unsigned i = 0; i < 1000 && ring.policy.by_clock(); ++i) {
    const std::uint64_t period = ring.policy.due_ns() - ring.now_ns;
    REQUIRE(period <= std::min(kBound, burst_ns));
    const std::uint64_t most = period / std::max(gap, WakeupPolicy::kBurstRecordNs);
    REQUIRE(most * kSize <= ring_size / 4 + kSize);
    ring.look(ring.policy.due_ns(), period / gap);
  }
}

TEST_CASE("where waits count milliseconds, a ring is due after whole ones, or half of one early") {
  constexpr std::uint64_t kMs = 1000 * kUs;
  WakeupLimits limits = limits_of(4 * kLarge, 3 * kMs);
  limits.granularity_ns = kMs;
  Looking ring(limits);
  ring.look(kFirst);
  ring.look(kBusy);
  REQUIRE(ring.policy.by_clock());
  CHECK(ring.policy.due_ns() == ring.now_ns + 3 * kMs);
  CHECK_FALSE(ring.policy.due(ring.now_ns + 2 * kMs));
  CHECK(ring.policy.due(ring.now_ns + 3 * kMs - kMs / 2));
  // Half the ring in one period: a quarter takes half of a period, rounded down.
  ring.look(ring.policy.due_ns(), 4 * kLarge / 2 / kRecordSize);
  CHECK(ring.policy.due_ns() == ring.now_ns + kMs);
}

TEST_CASE("periods shrink at once with a burst, and grow slowly behind it") {
  Looking ring(limits_of(kLarge));
  for (const Looks& looks : {kFirst, kBusy, kProven})
    ring.look(looks);
  ring.look(ring.policy.due_ns(), 5);
  REQUIRE(ring.policy.due_ns() - ring.now_ns == kBound);
  // As much in one period as half the ring holds: a quarter is half a period.
  ring.look(ring.policy.due_ns(), kLarge / 2 / kRecordSize);
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
