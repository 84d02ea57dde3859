// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WakeupPolicy: whether the kernel should wake a ring's reader, or the reader look at the ring by
// the clock. It makes no calls and has no clock: times and what was found go in, decisions come
// out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ring/ring_stats.hpp"

namespace ringside {

// WakeupMode is how the reader learns of records in a ring.
enum class WakeupMode : std::uint8_t {
  // The kernel wakes the reader for each record.
  signalled,
  // The kernel wakes no reader: it looks at the ring when it is due. Those who fill the ring pay
  // nothing for wakeups.
  coalescing,
  // Signalled again, but a BPF program that began before the change may write without a wakeup: the
  // ring is looked at by the clock, too.
  settling,
};

// What decides when a ring changes. All times are in nanoseconds, on any one monotonic clock.
struct WakeupLimits {
  // No record of a coalescing ring waits longer for a look. 0: never coalesce.
  std::uint64_t max_latency_ns = 0;
  // Size of the ring's data, in bytes, while it is signalled and while it coalesces.
  std::size_t signalled_size = 0;
  std::size_t coalescing_size = 0;
  // Waits can end at multiples of this.
  std::uint64_t granularity_ns = 1;
  // For how long a ring must be busy before it coalesces, with pauses of some seconds at most.
  std::uint64_t busy_ns = 0;
  // How long the reader is away when the ring begins to coalesce, before records go elsewhere.
  std::uint64_t entering_ns = 0;
  // How many looks a ring settles for.
  unsigned settling_looks = 0;
};

// Found is what one look at a ring found there.
struct Found {
  // While the ring is barred this may be late by some milliseconds.
  std::uint64_t now_ns;
  std::uint64_t records;
  std::uint64_t bytes;
  // How long reading them lasted, where that was measured.
  std::uint64_t read_ns = 0;
};

// RecentWorst is the largest of the numbers of the last 5 to 10 seconds.
class RecentWorst {
public:
  static constexpr std::uint64_t kWindowNs = 5'000'000'000;

  void add(std::uint64_t now_ns, std::uint64_t number) {
    if (now_ns - since_ns_ >= kWindowNs) {
      before_ = now_ns - since_ns_ >= 2 * kWindowNs ? 0 : worst_;
      worst_ = 0;
      since_ns_ = now_ns;
    }
    worst_ = std::max(worst_, number);
  }
  // get is the largest of this window and the one before it.
  [[nodiscard]] std::uint64_t get() const { return std::max(worst_, before_); }

private:
  std::uint64_t since_ns_ = 0;
  std::uint64_t worst_ = 0;
  std::uint64_t before_ = 0;
};

class WakeupPolicy {
public:
  // How many looks in a row must say the same before the ring changes.
  static constexpr unsigned kEnterLooks = 8;
  static constexpr unsigned kLeaveLooks = 8;
  // The same where the program has never waited for the ring.
  static constexpr unsigned kNeverWaitingLooks = 16;
  // How many looks by the clock that find records show whether it was right to coalesce.
  static constexpr unsigned kProofLooks = 2;
  // The number of looks by the clock after which a ring has coalesced well.
  static constexpr unsigned kGoodLooks = 1024;
  // Looking more often than this costs the reader as much as being woken.
  static constexpr std::uint64_t kShortestPeriodNs = 50'000;
  // How fast a burst may come: a record each 360 ns, which is about what a BPF program can do, as
  // large as the others are, and at least as one of 64 bytes with what the kernel adds to it.
  static constexpr std::uint64_t kBurstRecordNs = 360;
  static constexpr std::uint64_t kBurstRecordBytes = 72;
  // How long a ring stays signalled where it was wrong to coalesce, and at most if it is wrong
  // again and again.
  static constexpr std::uint64_t kFirstBarNs = 1'000'000'000;
  static constexpr std::uint64_t kLongestBarNs = 64 * kFirstBarNs;

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
    const std::uint64_t early_ns = std::max(period_ns_ / 4, limits_.granularity_ns / 2);
    return now_ns != looked_at_ns_ && now_ns - counted_from_ns_ + early_ns >= period_ns_;
  }

  [[nodiscard]] bool needs_time() const { return by_clock() || barred_until_ns_ != 0; }

  // Whether there are limits: else the ring never coalesces.
  [[nodiscard]] bool limited() const { return limits_.max_latency_ns != 0; }

  // looked takes what a look found in a call that waits for the ring. It returns the mode that the
  // ring should be in from now on.
  [[nodiscard]] WakeupMode looked(const Found& found);
  // looked_without_waiting is the same for a call that does not wait. It must know the time only
  // where needs_time says so: else it may be 0.
  [[nodiscard]] WakeupMode looked_without_waiting(const Found& found);
  // about_to_read is the mode that the ring should be in while what was found is read. Where too
  // much would come in meanwhile, it is signalled first, which slows down those who fill it.
  [[nodiscard]] WakeupMode about_to_read(const Found& found);

  // changed says that the ring has been put into a mode; stay_signalled, that it is signalled and
  // that no other mode is possible or wished any more. bar keeps the ring from coalescing for a
  // time, longer each time.
  void changed(WakeupMode mode);
  void stay_signalled();
  void bar(std::uint64_t now_ns);
  [[nodiscard]] bool barred(std::uint64_t now_ns) const { return now_ns < barred_until_ns_; }
  // How often the ring began or ceased to coalesce. Any thread may ask.
  [[nodiscard]] std::uint64_t switches() const { return switches_.get(); }

private:
  [[nodiscard]] WakeupMode looked_signalled(Found found);
  [[nodiscard]] WakeupMode looked_by_clock(const Found& found);
  // fitting_period is the longest for which a coalescing ring has room whose records come like
  // these; 0 if it has none for a burst of them.
  [[nodiscard]] std::uint64_t fitting_period(std::uint64_t records, std::uint64_t bytes,
                                             std::uint64_t in_ns) const;
  // lasts is whether a coalescing ring that is filled at this rate has room until the reader comes
  // next, though it may come twice as late as it lately has.
  [[nodiscard]] bool lasts(double bytes_per_ns, std::uint64_t period_ns) const;
  // lasts_while_entering is whether a signalled ring that is filled at this rate, or as fast as it
  // lately was, has room while the reader is away to begin, though it may come as late as it lately
  // has, too.
  [[nodiscard]] bool lasts_while_entering(double bytes_per_ns) const;
  // waits_for_reader is whether the first looks by the clock that found records have found no more
  // than looks after a wakeup did: those who fill the ring wait for its reader, who sleeps for
  // nothing.
  [[nodiscard]] bool waits_for_reader() const;
  void measure(const Found& found, std::uint64_t bytes, std::uint64_t elapsed_ns);
  // leave is the mode in which a ring ceases to coalesce.
  [[nodiscard]] WakeupMode leave() const {
    return limits_.settling_looks == 0 ? WakeupMode::signalled : WakeupMode::settling;
  }

  WakeupLimits limits_;
  // The shortest period that is worth it.
  std::uint64_t shortest_period_ns_ = 0;
  WakeupMode mode_ = WakeupMode::signalled;
  // Looks in a row that speak for a change, and how many are left to settle.
  unsigned looks_ = 0;
  unsigned settling_looks_left_ = 0;
  unsigned looks_without_waiting_ = 0;
  unsigned looks_by_clock_ = 0;
  // Since when looks have found the ring busy, how much since then, and how many records one of
  // them finds in the mean.
  std::uint64_t busy_since_ns_ = 0;
  std::uint64_t busy_bytes_ = 0;
  double records_a_look_ = 0;
  // For how long it has been busy in all.
  std::uint64_t busy_for_ns_ = 0;
  // By how much the records of a busy ring have come earlier than at the slowest rate of one.
  std::uint64_t early_ns_ = 0;
  // The first looks by the clock that found records, and how many records.
  unsigned proof_looks_ = 0;
  std::uint64_t proof_records_ = 0;
  std::uint64_t barred_until_ns_ = 0;
  std::uint64_t next_bar_ns_ = kFirstBarNs;
  // By how much the reader came late: something else had its CPU, or the program was busy. How much
  // it then found in the signalled ring, and how fast that came, in bytes a millisecond: wakeups
  // hold up those who fill a ring only while its reader waits for them.
  RecentWorst lateness_;
  RecentWorst backlog_;
  RecentWorst fastest_;
  std::uint64_t looked_at_ns_ = 0;
  // Since when found records are counted, and which.
  std::uint64_t counted_from_ns_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t period_ns_ = 0;
  // While the ring coalesces: how fast it is filled, and what it takes to read it.
  double bytes_per_ns_ = 0;
  double ns_per_byte_ = 0;
  double last_ns_per_byte_ = 0;
  Counter switches_;
};

} // namespace ringside
