// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WakeupPolicy: counting what is found, and the rules for changing.
#include "ring/wakeup_policy.hpp"

#include <utility>

#include "os/clock.hpp"

namespace ringside {
namespace {

// What reading costs, and how fast records come, is measured over this many at least.
constexpr std::uint64_t kMeasuredRecords = 16;

bool nearly_full(std::uint64_t bytes, std::size_t size) {
  return bytes > size / 4 * 3;
}

// record_size is the size by which bursts of such records are reckoned.
std::uint64_t record_size(std::uint64_t records, std::uint64_t bytes) {
  return std::max(bytes / std::max<std::uint64_t>(records, 1), WakeupPolicy::kBurstRecordBytes);
}

// burst_ns is the least time in which `bytes` of records of this size can be written.
std::uint64_t burst_ns(std::uint64_t bytes, std::uint64_t record_size) {
  return bytes * WakeupPolicy::kBurstRecordNs / record_size;
}

// written_ns is the least time in which these records were written. It divides by no variable, as
// it is asked at each look.
std::uint64_t written_ns(std::uint64_t records, std::uint64_t bytes) {
  static_assert(WakeupPolicy::kBurstRecordNs % WakeupPolicy::kBurstRecordBytes == 0);
  constexpr std::uint64_t kByteNs = WakeupPolicy::kBurstRecordNs / WakeupPolicy::kBurstRecordBytes;
  return std::min(records * WakeupPolicy::kBurstRecordNs, bytes * kByteNs);
}

double ratio(std::uint64_t over, std::uint64_t under) {
  return static_cast<double>(over) / static_cast<double>(std::max<std::uint64_t>(under, 1));
}

} // namespace

WakeupPolicy::WakeupPolicy(const WakeupLimits& limits)
    : limits_(limits),
      shortest_period_ns_(
          std::max(std::min(kShortestPeriodNs, limits.max_latency_ns), limits.granularity_ns)) {}

std::uint64_t WakeupPolicy::fitting_period(std::uint64_t records, std::uint64_t bytes,
                                           std::uint64_t in_ns) const {
  const std::uint64_t quarter = limits_.coalescing_size / 4;
  const std::uint64_t longest =
      std::min(limits_.max_latency_ns, burst_ns(quarter, record_size(records, bytes)));
  const double ns = static_cast<double>(quarter) / ratio(bytes, in_ns);
  const auto fitting = static_cast<std::uint64_t>(std::min(ns, static_cast<double>(longest)));
  return fitting - fitting % limits_.granularity_ns;
}

bool WakeupPolicy::lasts(double bytes_per_ns, std::uint64_t period_ns) const {
  const std::uint64_t until_next_ns = period_ns + 2 * lateness_.get();
  return bytes_per_ns * static_cast<double>(until_next_ns) <=
         static_cast<double>(limits_.coalescing_size);
}

bool WakeupPolicy::lasts_while_entering(double bytes_per_ns) const {
  const double fastest = std::max(bytes_per_ns, ratio(fastest_.get(), os::kNsPerMs));
  const double entering_bytes = fastest * static_cast<double>(2 * limits_.entering_ns);
  return entering_bytes + static_cast<double>(backlog_.get()) <=
         static_cast<double>(limits_.signalled_size);
}

bool WakeupPolicy::waits_for_reader() const {
  return proof_looks_ == kProofLooks && records_a_look_ > 0 &&
         static_cast<double>(proof_records_) <= 2 * kProofLooks * records_a_look_;
}

WakeupMode WakeupPolicy::about_to_read(const Found& found) {
  const double coming =
      static_cast<double>(found.bytes) * std::min(ns_per_byte_, last_ns_per_byte_) * bytes_per_ns_;
  if (mode_ != WakeupMode::coalescing || coming <= static_cast<double>(limits_.coalescing_size) / 4)
    return mode_;
  bar(found.now_ns);
  return leave();
}

WakeupMode WakeupPolicy::looked_signalled(Found found) {
  found.now_ns = std::max(found.now_ns, looked_at_ns_);
  const std::uint64_t elapsed = found.now_ns - counted_from_ns_;
  counted_from_ns_ = found.now_ns;
  // A reader that is woken for each record finds much only if it comes late.
  lateness_.add(found.now_ns, written_ns(found.records, found.bytes));
  backlog_.add(found.now_ns, found.bytes);
  // A barred ring's times are late.
  if (found.records >= kMeasuredRecords && !barred(found.now_ns))
    fastest_.add(found.now_ns, found.bytes * os::kNsPerMs / std::max<std::uint64_t>(elapsed, 1));
  // Half the bound between records to enter, a whole one to leave: what lies between changes
  // nothing. What came faster makes up for a pause, if that is no longer than one to leave.
  const std::uint64_t unhurried = early_ns_ + found.records * (limits_.max_latency_ns / 2);
  const bool busy = unhurried > elapsed;
  early_ns_ = busy ? std::min(unhurried - elapsed, kLeaveLooks * limits_.max_latency_ns) : 0;
  if (elapsed > RecentWorst::kWindowNs)
    busy_for_ns_ = 0;
  if (!busy || nearly_full(found.bytes, limits_.signalled_size)) {
    looks_ = 0;
    return mode_;
  }
  const auto records = static_cast<double>(found.records);
  if (looks_ == 0) {
    busy_since_ns_ = found.now_ns;
    busy_bytes_ = 0;
    records_a_look_ = records;
  } else {
    busy_bytes_ += found.bytes;
    busy_for_ns_ += elapsed;
  }
  ++looks_;
  records_a_look_ += (records - records_a_look_) / kEnterLooks;
  if (looks_ < kEnterLooks || busy_for_ns_ < limits_.busy_ns || barred(found.now_ns))
    return mode_;
  period_ns_ = fitting_period(found.records, found.bytes, UINT64_MAX);
  const double burst = ratio(record_size(found.records, found.bytes), kBurstRecordNs);
  if (period_ns_ >= shortest_period_ns_ && lasts(burst, period_ns_) &&
      lasts_while_entering(ratio(busy_bytes_, found.now_ns - busy_since_ns_)))
    return WakeupMode::coalescing;
  looks_ = 0;
  return mode_;
}

void WakeupPolicy::measure(const Found& found, std::uint64_t bytes, std::uint64_t elapsed_ns) {
  bytes_per_ns_ = ratio(bytes, elapsed_ns);
  if (found.records >= kMeasuredRecords)
    last_ns_per_byte_ = std::exchange(ns_per_byte_, ratio(found.read_ns, found.bytes));
}

WakeupMode WakeupPolicy::looked_by_clock(const Found& found) {
  records_ += found.records;
  bytes_ += found.bytes;
  // A look that came early says little: what it found counts with the next.
  if (!due(found.now_ns) && bytes_ < limits_.coalescing_size / 4)
    return mode_;
  const std::uint64_t elapsed = found.now_ns - counted_from_ns_;
  if (elapsed > period_ns_)
    lateness_.add(found.now_ns, elapsed - period_ns_);
  measure(found, bytes_, elapsed);

  const std::uint64_t fitting = fitting_period(records_, bytes_, elapsed);
  const bool quiet = records_ <= 1;
  // What found no room is not in the ring, so its rate does not show there.
  const bool too_small = nearly_full(found.bytes, limits_.coalescing_size) ||
                         fitting < shortest_period_ns_ || !lasts(bytes_per_ns_, fitting);
  const bool proves = records_ != 0 && proof_looks_ < kProofLooks;
  proof_looks_ += proves ? 1 : 0;
  proof_records_ += proves ? records_ : 0;
  ++looks_by_clock_;
  counted_from_ns_ = found.now_ns;
  records_ = 0;
  bytes_ = 0;
  // Bursts follow each other: down at once, up slowly.
  period_ns_ = std::clamp(fitting, shortest_period_ns_,
                          period_ns_ + std::max(period_ns_ / 4 + 1, limits_.granularity_ns));

  if (mode_ == WakeupMode::settling)
    return --settling_looks_left_ == 0 ? WakeupMode::signalled : mode_;
  if (looks_by_clock_ >= kGoodLooks)
    next_bar_ns_ = kFirstBarNs;
  if (too_small || (proves && waits_for_reader())) {
    bar(found.now_ns);
    return leave();
  }
  looks_ = quiet ? looks_ + 1 : 0;
  return looks_ < kLeaveLooks ? mode_ : leave();
}

WakeupMode WakeupPolicy::looked(const Found& found) {
  looks_without_waiting_ = 0;
  if (!limited())
    return mode_;
  const WakeupMode wanted = by_clock() ? looked_by_clock(found) : looked_signalled(found);
  looked_at_ns_ = std::max(found.now_ns, looked_at_ns_);
  return wanted;
}

WakeupMode WakeupPolicy::looked_without_waiting(const Found& found) {
  if (!limited())
    return mode_;
  looked_at_ns_ = found.now_ns;
  if (mode_ == WakeupMode::settling)
    return --settling_looks_left_ == 0 ? WakeupMode::signalled : mode_;
  if (mode_ == WakeupMode::coalescing) {
    measure(found, found.bytes, found.now_ns - std::exchange(counted_from_ns_, found.now_ns));
    if (!nearly_full(found.bytes, limits_.coalescing_size))
      return mode_;
    bar(found.now_ns);
    return leave();
  }
  // The reader does not sleep, so it need not be woken, however little there is to read.
  if (found.records != 0 && looks_without_waiting_ < kNeverWaitingLooks)
    ++looks_without_waiting_;
  if (looks_without_waiting_ < kNeverWaitingLooks || barred(found.now_ns))
    return mode_;
  counted_from_ns_ = found.now_ns;
  period_ns_ = shortest_period_ns_;
  records_a_look_ = 0;
  return WakeupMode::coalescing;
}

void WakeupPolicy::changed(WakeupMode mode) {
  if ((mode == WakeupMode::coalescing) != (mode_ == WakeupMode::coalescing))
    switches_.add(1);
  mode_ = mode;
  looks_ = 0;
  records_ = 0;
  bytes_ = 0;
  looks_by_clock_ = 0;
  proof_looks_ = 0;
  proof_records_ = 0;
  ns_per_byte_ = 0;
  last_ns_per_byte_ = 0;
  settling_looks_left_ = limits_.settling_looks;
}

void WakeupPolicy::stay_signalled() {
  limits_.max_latency_ns = 0;
  changed(WakeupMode::signalled);
}

void WakeupPolicy::bar(std::uint64_t now_ns) {
  barred_until_ns_ = now_ns + next_bar_ns_;
  next_bar_ns_ = std::min(2 * next_bar_ns_, kLongestBarNs);
  looks_ = 0;
  looks_without_waiting_ = 0;
  busy_for_ns_ = 0;
}

} // namespace ringside
