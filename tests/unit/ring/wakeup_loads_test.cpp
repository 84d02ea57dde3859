// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WakeupPolicy under loads made by chance.
#include "ring/wakeup_policy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

#include <catch2/catch.hpp>

#include "ring/looking.hpp"

namespace ringside::test {
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
      continue; // No reader is woken.
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
    // There and, where the ring turns out to be too small or little is gained, back, and again
    // after 1, 2, 4 and 8 seconds.
    CHECK(met.changes <= 5 * 3);
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
    WakeupLimits limits = limits_of(kPage << below(9), bound, static_cast<unsigned>(below(5)));
    limits.coalescing_size <<= below(6);
    limits.granularity_ns = below(2) == 0 ? 1 : 1 + below(bound);
    limits.busy_ns = below(2) == 0 ? 0 : below(20 * bound);
    WakeupPolicy policy(limits);
    std::uint64_t now = below(kSecond);
    for (unsigned step = 0; step < 5000; ++step) {
      now += below(4) == 0 ? below(20 * bound) : below(bound);
      const std::uint64_t records = below(3) == 0 ? below(1000) : below(3);
      const Found found{now, records, records * below(5000), below(bound)};
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

} // namespace ringside::test
