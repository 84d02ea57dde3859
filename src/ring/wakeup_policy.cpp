// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WakeupPolicy: counting what is found, and the rules for changing.
#include "ring/wakeup_policy.hpp"

#include <algorithm>

namespace ringside {
namespace {

// A ring that leaves because it is too small to coalesce takes twice as long to try again each
// time, up to this many looks; as many good ones make that half as long again.
constexpr unsigned kMostEnterLooks = 4096;

} // namespace

WakeupPolicy::WakeupPolicy(const WakeupLimits& limits)
    : limits_(limits), shortest_period_ns_(std::min(kShortestPeriodNs, limits.max_latency_ns)) {}

bool WakeupPolicy::nearly_full(std::uint64_t bytes) const {
  return bytes > limits_.ring_size / 4 * 3;
}

std::uint64_t WakeupPolicy::fitting_period(std::uint64_t records, std::uint64_t bytes,
                                           std::uint64_t in_ns) const {
  const std::uint64_t quarter = limits_.ring_size / 4;
  const std::uint64_t size =
      std::max(bytes / std::max<std::uint64_t>(records, 1), kBurstRecordBytes);
  // A reader that is told when half of the ring is full has the other half to come in.
  const std::uint64_t room = limits_.woken_when_half_full ? 2 * quarter : quarter;
  const std::uint64_t burst_ns = room * kBurstRecordNs / size;
  if (burst_ns < shortest_period_ns_)
    return 0;
  const std::uint64_t longest = limits_.woken_when_half_full
                                    ? limits_.max_latency_ns
                                    : std::min(limits_.max_latency_ns, burst_ns);
  const double ns = static_cast<double>(quarter) * static_cast<double>(in_ns) /
                    static_cast<double>(std::max<std::uint64_t>(bytes, 1));
  return static_cast<std::uint64_t>(std::min(ns, static_cast<double>(longest)));
}

WakeupMode WakeupPolicy::looked_signalled(const Found& found) {
  const std::uint64_t elapsed = found.now_ns - counted_from_ns_;
  counted_from_ns_ = found.now_ns;
  // Half the bound between records to enter, a whole one to leave: what lies between changes
  // nothing.
  const bool busy = found.records * (limits_.max_latency_ns / 2) > elapsed;
  looks_ = busy && !nearly_full(found.bytes) ? looks_ + 1 : 0;
  if (looks_ < enter_looks_)
    return mode_;
  period_ns_ = fitting_period(found.records, found.bytes, elapsed / kSpeedUp);
  if (period_ns_ >= shortest_period_ns_)
    return WakeupMode::coalescing;
  looks_ = 0;
  return mode_;
}

WakeupMode WakeupPolicy::looked_by_clock(const Found& found) {
  records_ += found.records;
  bytes_ += found.bytes;
  // A look that came early says little: what it found counts with the next.
  if (!due(found.now_ns) && bytes_ < limits_.ring_size / 4)
    return mode_;
  const std::uint64_t elapsed = found.now_ns - counted_from_ns_;

  const std::uint64_t fitting = fitting_period(records_, bytes_, elapsed);
  const bool quiet = records_ <= 1;
  // What found no room is not in the ring, so nothing there tells how fast records come.
  const bool overran = nearly_full(found.bytes);
  const bool too_small = overran || fitting < shortest_period_ns_;
  counted_from_ns_ = found.now_ns;
  records_ = 0;
  bytes_ = 0;
  // Bursts follow each other: down at once, up slowly.
  period_ns_ = std::clamp(fitting, shortest_period_ns_, period_ns_ + period_ns_ / 4 + 1);

  if (mode_ == WakeupMode::settling)
    return --settling_looks_left_ == 0 ? WakeupMode::signalled : mode_;
  looks_ = quiet || too_small ? looks_ + 1 : 0;
  good_looks_ = too_small ? 0 : good_looks_ + 1;
  if (good_looks_ == kMostEnterLooks) {
    good_looks_ = 0;
    enter_looks_ = std::max(enter_looks_ / 2, kEnterLooks);
  }
  if (looks_ < kLeaveLooks && !overran)
    return mode_;
  if (too_small)
    enter_looks_ = std::min(enter_looks_ * 2, kMostEnterLooks);
  return limits_.settling_looks == 0 ? WakeupMode::signalled : WakeupMode::settling;
}

WakeupMode WakeupPolicy::looked(const Found& found) {
  looks_without_waiting_ = 0;
  if (!limited())
    return mode_;
  const WakeupMode wanted = by_clock() ? looked_by_clock(found) : looked_signalled(found);
  looked_at_ns_ = found.now_ns;
  return wanted;
}

WakeupMode WakeupPolicy::looked_without_waiting(const Found& found) {
  if (!limited())
    return mode_;
  looked_at_ns_ = found.now_ns;
  // The reader does not sleep, so it need not be woken, however little there is to read.
  if (found.records != 0 && looks_without_waiting_ < kNeverWaitingLooks)
    ++looks_without_waiting_;
  if (by_clock() || looks_without_waiting_ < kNeverWaitingLooks)
    return mode_;
  counted_from_ns_ = found.now_ns;
  period_ns_ = shortest_period_ns_;
  return WakeupMode::coalescing;
}

void WakeupPolicy::changed(WakeupMode mode) {
  if ((mode == WakeupMode::coalescing) != (mode_ == WakeupMode::coalescing))
    switches_.add(1);
  mode_ = mode;
  looks_ = 0;
  records_ = 0;
  bytes_ = 0;
  settling_looks_left_ = limits_.settling_looks;
}

void WakeupPolicy::stay_signalled() {
  limits_.max_latency_ns = 0;
  changed(WakeupMode::signalled);
}

} // namespace ringside
