// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WakeupPolicy: whether a ring's reader should be woken by the kernel, or look at the ring by the
// clock. It makes no calls and has no clock: times and what was found go in, decisions come out.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ring/ring_stats.hpp"

namespace ringside {

// WakeupMode is how the reader learns of records in a ring.
enum class WakeupMode : std::uint8_t {
  // The kernel wakes the reader for each record.
  signalled,
  // Nobody is woken: the reader looks at the ring when it is due. The one who fills it pays nothing
  // for wakeups.
  coalescing,
  // Signalled again, but for records of those who began before the change: it is looked at, too.
  settling,
};

// What decides when a ring changes. All times are in nanoseconds, on any one monotonic clock.
struct WakeupLimits {
  // No record of a coalescing ring waits longer to be looked at. 0: never coalesce.
  std::uint64_t max_latency_ns = 0;
  // Size of the ring's data area, in bytes.
  std::size_t ring_size = 0;
  // Whether the reader is woken when a coalescing ring is half full.
  bool woken_when_half_full = false;
  // How many looks a ring settles for.
  unsigned settling_looks = 0;
};

// Found is what one look at a ring found there.
struct Found {
  std::uint64_t now_ns;
  std::uint64_t records;
  std::uint64_t bytes;
};

class WakeupPolicy {
public:
  // How many looks in a row must say the same before the ring changes.
  static constexpr unsigned kEnterLooks = 8;
  static constexpr unsigned kLeaveLooks = 8;
  // The same where the program has never waited for the ring.
  static constexpr unsigned kNeverWaitingLooks = 16;
  // Looking more often than this costs the reader as much as being woken.
  static constexpr std::uint64_t kShortestPeriodNs = 50'000;
  // How fast a burst may come: a record each 360 ns, which is about what a BPF program can do, as
  // large as the others are, and at least as one of 64 bytes with what the kernel adds to it.
  static constexpr std::uint64_t kBurstRecordNs = 360;
  static constexpr std::uint64_t kBurstRecordBytes = 72;
  // How much faster one who is not held up by wakeups may fill the ring.
  static constexpr std::uint64_t kSpeedUp = 16;

  // A policy without limits stays signalled.
  WakeupPolicy() = default;
  explicit WakeupPolicy(const WakeupLimits& limits);

  [[nodiscard]] WakeupMode mode() const { return mode_; }
  // Whether the ring is to be looked at by the clock, and when at the latest. It is due a little
  // before that, too, so that several rings can be looked at in one go, but not twice at one time;
  // and any other look does no harm.
  [[nodiscard]] bool by_clock() const { return mode_ != WakeupMode::signalled; }
  [[nodiscard]] std::uint64_t due_ns() const { return counted_from_ns_ + period_ns_; }
  [[nodiscard]] bool due(std::uint64_t now_ns) const {
    return now_ns != looked_at_ns_ && now_ns - counted_from_ns_ >= period_ns_ - period_ns_ / 4;
  }

  // Whether there are limits: else the ring never coalesces.
  [[nodiscard]] bool limited() const { return limits_.max_latency_ns != 0; }

  // looked takes what a look found in a call that waits for the ring. It returns the mode that the
  // ring should be in from now on.
  [[nodiscard]] WakeupMode looked(const Found& found);
  // looked_without_waiting is the same for a call that does not wait, and need not know the time:
  // it may be 0.
  [[nodiscard]] WakeupMode looked_without_waiting(const Found& found);

  // changed says that the ring has been put into a mode; stay_signalled, that it is signalled and
  // that no other mode is possible or wished any more.
  void changed(WakeupMode mode);
  void stay_signalled();
  // How often the ring began or ceased to coalesce. Any thread may ask.
  [[nodiscard]] std::uint64_t switches() const { return switches_.get(); }

private:
  [[nodiscard]] WakeupMode looked_signalled(const Found& found);
  [[nodiscard]] WakeupMode looked_by_clock(const Found& found);
  // fitting_period is the longest for which a ring has room whose records come like these; 0 if it
  // has none for a burst of them.
  [[nodiscard]] std::uint64_t fitting_period(std::uint64_t records, std::uint64_t bytes,
                                             std::uint64_t in_ns) const;
  [[nodiscard]] bool nearly_full(std::uint64_t bytes) const;

  WakeupLimits limits_;
  // The shortest period that is worth it.
  std::uint64_t shortest_period_ns_ = 0;
  WakeupMode mode_ = WakeupMode::signalled;
  // Looks in a row that speak for a change, how many it takes to coalesce, how many have found room
  // enough, and how many are left to settle.
  unsigned looks_ = 0;
  unsigned enter_looks_ = kEnterLooks;
  unsigned good_looks_ = 0;
  unsigned settling_looks_left_ = 0;
  unsigned looks_without_waiting_ = 0;
  std::uint64_t looked_at_ns_ = 0;
  // Since when found records are counted, and which.
  std::uint64_t counted_from_ns_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t period_ns_ = 0;
  Counter switches_;
};

} // namespace ringside
