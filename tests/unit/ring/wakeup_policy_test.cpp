// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WakeupPolicy by tables of what looks find, and on rings made by chance.
#include "ring/wakeup_policy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

namespace ringside {

std::ostream& operator<<(std::ostream& stream, WakeupMode mode) {
  constexpr const char* kNames[] = {"signalled", "coalescing", "settling"};
  return stream << kNames[static_cast<std::size_t>(mode)];
}

namespace test {
namespace {

constexpr std::uint64_t kUs = 1000;
constexpr std::uint64_t kSecond = 1'000'000 * kUs;
constexpr std::uint64_t kBound = 500 * kUs;
constexpr std::uint64_t kRecordSize = 76;
constexpr unsigned kSettling = 3;
constexpr std::size_t kLarge = 1U << 20;
constexpr std::size_t kPage = 4096;
// The smallest of whole pages that has room for a burst.
constexpr std::size_t kSmall = 8 * kPage;

using Mode = WakeupMode;

// limits_of are those of a ring whose reader is told when it is half full.
WakeupLimits limits_of(std::size_t ring_size, std::uint64_t bound = kBound,
                       unsigned settling_looks = kSettling) {
  return {bound, ring_size, true, settling_looks};
}

// Looks are so many looks, each `after_ns` after the last, that each find so many records.
struct Looks {
  unsigned count;
  std::uint64_t after_ns;
  std::uint64_t records;
  bool waiting = true;
  std::uint64_t record_size = kRecordSize;
};

// Looking makes looks, and puts the ring into whatever mode the policy says.
struct Looking {
  explicit Looking(const WakeupLimits& limits) : policy(limits) {}

  Mode look(std::uint64_t at_ns, std::uint64_t records, bool waiting = true,
            std::uint64_t record_size = kRecordSize) {
    now_ns = at_ns;
    const Found found{now_ns, records, records * record_size};
    const Mode mode = waiting ? policy.looked(found) : policy.looked_without_waiting(found);
    if (mode != policy.mode()) {
      policy.changed(mode);
      ++changes;
    }
    return policy.mode();
  }
  void look(const Looks& looks) {
    for (unsigned i = 0; i < looks.count; ++i)
      look(now_ns + looks.after_ns, looks.records, looks.waiting, looks.record_size);
  }

  WakeupPolicy policy;
  std::uint64_t now_ns = 10 * kSecond;
  unsigned changes = 0;
};

constexpr unsigned kEnter = WakeupPolicy::kEnterLooks;
constexpr unsigned kLeave = WakeupPolicy::kLeaveLooks;
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

namespace {

struct Arrivals {
  std::mt19937_64 random;
  double gap_ns;
  // 0: steady. Up to 1: gaps from 0 to twice as long. Otherwise independent of each other.
  double jitter;

  double next() {
    const double part = static_cast<double>(random() >> 11) * 0x1p-53;
    return jitter <= 1 ? gap_ns * (1 - jitter + 2 * jitter * part) : -gap_ns * std::log(1 - part);
  }
};

// Met is what became of a ring under a load: what the kernel signals is looked at at once.
struct Met {
  std::uint64_t longest_wait_ns = 0;
  std::uint64_t most_bytes = 0;
  std::uint64_t coalescing_ns = 0;
  unsigned changes = 0;
  unsigned looks = 0;
};

Met meet(Looking& ring, Arrivals arrivals, std::uint64_t duration_ns) {
  Met met;
  const std::uint64_t start = ring.now_ns;
  const unsigned changes_before = ring.changes;
  double arrival = static_cast<double>(start) + arrivals.next();
  std::uint64_t unread = 0;
  std::uint64_t oldest = 0;
  while (ring.now_ns - start < duration_ns) {
    const auto arrives = static_cast<std::uint64_t>(arrival);
    const bool due_first = ring.policy.by_clock() && ring.policy.due_ns() < arrives;
    const std::uint64_t at = std::max(ring.now_ns, due_first ? ring.policy.due_ns() : arrives);
    if (!due_first) {
      oldest = unread++ == 0 ? at : oldest;
      arrival += arrivals.next();
    }
    if (!due_first && ring.policy.mode() == Mode::coalescing) {
      met.coalescing_ns += at - ring.now_ns;
      continue; // Nobody is woken.
    }
    if (unread != 0)
      met.longest_wait_ns = std::max(met.longest_wait_ns, at - oldest);
    met.most_bytes = std::max(met.most_bytes, unread * kRecordSize);
    ring.look(at, unread);
    unread = 0;
    ++met.looks;
  }
  met.changes = ring.changes - changes_before;
  return met;
}

} // namespace

TEST_CASE("at any steady rate no record waits longer than the bound, and the mode stays") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    const double part = static_cast<double>(random() >> 11) * 0x1p-53;
    const double rate = 10 * std::pow(100'000.0, part);
    const double jitter = static_cast<double>(seed % 3) * 0.4;
    const std::size_t ring_size = kPage << seed % 9;
    const std::uint64_t duration = std::min(20 * kSecond, static_cast<std::uint64_t>(2e13 / rate));
    Looking ring(limits_of(ring_size));
    const Met met = meet(ring, {random, 1e9 / rate, jitter}, duration);
    CAPTURE(seed, rate, jitter, ring_size, duration, met.looks);
    CHECK(met.longest_wait_ns <= kBound);
    CHECK(met.most_bytes <= std::max<std::size_t>(ring_size / 2, kRecordSize));
    // There and, where the ring turns out to be too small, back.
    CHECK(met.changes <= 6);
    if (rate < 1000)
      CHECK(met.longest_wait_ns == 0);
  }
}

TEST_CASE("records that come by chance switch a ring seldom") {
  for (const double rate : {500.0, 1000.0, 1500.0, 2000.0, 2500.0, 3000.0, 4000.0, 8000.0}) {
    Looking ring(limits_of(kLarge));
    const Met met = meet(ring, {std::mt19937_64(7), 1e9 / rate, 2}, 20 * kSecond);
    CAPTURE(rate, met.changes);
    CHECK(met.longest_wait_ns <= kBound);
    CHECK(met.changes <= 20 * 30);
  }
}

TEST_CASE("after a load has ended a ring is soon signalled") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Looking ring(limits_of(kPage << seed % 9));
    meet(ring, {std::mt19937_64(seed), 1e9 / static_cast<double>(seed * 3000), 0.5}, kSecond / 10);
    unsigned looks = 0;
    const std::uint64_t end = ring.now_ns;
    for (; ring.policy.by_clock(); ++looks) {
      REQUIRE(ring.policy.due_ns() <= ring.now_ns + kBound);
      ring.look(ring.policy.due_ns(), 0);
    }
    CAPTURE(seed);
    CHECK(looks <= kLeave + kSettling + 1);
    CHECK(ring.now_ns - end <= (kLeave + kSettling + 1) * kBound);
  }
}

TEST_CASE("whatever looks find, and whatever fails, a ring keeps the rules") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&random](std::uint64_t limit) { return random() % limit; };
    const std::uint64_t bound = 1 + below(2000 * kUs);
    WakeupPolicy policy({bound, kPage << below(9), below(2) == 0, static_cast<unsigned>(below(5))});
    std::uint64_t now = below(kSecond);
    for (unsigned step = 0; step < 5000; ++step) {
      now += below(4) == 0 ? below(20 * bound) : below(bound);
      const std::uint64_t records = below(3) == 0 ? below(1000) : below(3);
      const Found found{now, records, records * below(5000)};
      const Mode before = policy.mode();
      const Mode wanted =
          below(5) == 0 ? policy.looked_without_waiting(found) : policy.looked(found);
      REQUIRE(policy.mode() == before);
      // Coalescing and settling may begin only from each other and in this order.
      REQUIRE((wanted != Mode::settling || before != Mode::signalled));
      if (wanted == before)
        continue;
      // The kernel may refuse.
      if (below(10) != 0)
        policy.changed(wanted);
      if (policy.by_clock())
        REQUIRE(policy.due_ns() <= now + bound);
    }
    policy.stay_signalled();
    REQUIRE_FALSE(policy.by_clock());
  }
}

} // namespace test
} // namespace ringside
