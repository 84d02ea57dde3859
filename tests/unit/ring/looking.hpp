// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Looking: a WakeupPolicy that is told of looks, and obeyed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ring/wakeup_policy.hpp"

namespace ringside::test {

inline constexpr std::uint64_t kUs = 1000;
inline constexpr std::uint64_t kSecond = 1'000'000 * kUs;
inline constexpr std::uint64_t kBound = 500 * kUs;
inline constexpr std::uint64_t kRecordSize = 76;
inline constexpr unsigned kSettling = 3;
inline constexpr std::size_t kLarge = 1U << 20;
inline constexpr std::size_t kPage = 4096;
// The smallest power of two that has room for a burst.
inline constexpr std::size_t kSmall = 16 * kPage;

using Mode = WakeupMode;

inline WakeupLimits limits_of(std::size_t ring_size, std::uint64_t bound = kBound,
                              unsigned settling_looks = kSettling) {
  return {.max_latency_ns = bound,
          .signalled_size = ring_size,
          .coalescing_size = ring_size,
          .settling_looks = settling_looks};
}

// Looks are `count` looks, each `after_ns` after the last, that each find the same number of
// records.
struct Looks {
  unsigned count;
  std::uint64_t after_ns;
  std::uint64_t records;
  bool waiting = true;
  std::uint64_t record_size = kRecordSize;
};

// Looking makes looks, and puts the ring into the mode that the policy wants.
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

inline constexpr unsigned kEnter = WakeupPolicy::kEnterLooks;
inline constexpr unsigned kLeave = WakeupPolicy::kLeaveLooks;

} // namespace ringside::test
