// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Clock: waiting. It takes simulated time, and real time only if something outside of the
// simulation may end the wait.
#include "sim/kernel/clock.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;
// How long a wait that has real members sleeps before it looks at the simulated ones again.
constexpr std::uint64_t kRealSliceNs = 10 * kNsPerMs;
// How long a wait for other threads holds out before it is called a deadlock.
constexpr std::uint64_t kThreadsNs = 10'000 * kNsPerMs;

// Outside of Clock, since any code may read a clock at any time. They never go back.
std::atomic<std::uint64_t> skipped_total = 0;
std::atomic<std::uint64_t> asleep_total = 0;
// CLOCK_MONOTONIC where it is held, and 0 while it runs.
std::atomic<std::uint64_t> held_at = 0;
// How far one reading moves clocks that are held.
constexpr std::uint64_t kAskingNs = 1000;

std::uint64_t simulated(std::uint64_t real_ns) {
  const std::uint64_t held = held_at;
  return skipped_total + (held != 0 ? held : real_ns);
}

} // namespace

void Clock::skip(std::uint64_t ns) {
  now_ns_ += ns;
  skipped_total += ns;
}

void Clock::took(std::uint64_t ns) {
  if (held_at != 0)
    skip(ns);
  else
    now_ns_ += ns;
}

std::uint64_t Clock::clock_ns() const {
  return host::kPreloaded ? simulated(host::monotonic_ns()) : now_ns_;
}

std::uint64_t Clock::reading(std::uint64_t real_ns) {
  if (held_at != 0)
    held_at += kAskingNs;
  return simulated(real_ns);
}

void Clock::hold() {
  std::uint64_t running = 0;
  held_at.compare_exchange_strong(running, host::monotonic_ns());
}

void Clock::sleep(std::uint64_t ns) {
  asleep_total += ns;
}

std::uint64_t Clock::asleep_ns() {
  return asleep_total;
}

void Clock::notify() {
  __atomic_fetch_add(&changes_, 1, __ATOMIC_RELEASE);
  host::wake(&changes_);
}

void Clock::reset() {
  scheduled_.clear();
  taken_away_.clear();
  map_page_ns_ = 0;
  now_ns_ = 0;
  block_for_threads_ = false;
}

std::uint64_t Clock::next_alarm_ns() const {
  std::uint64_t next = alarms_->next_ns();
  if (next == kNever)
    return kNever;
  std::uint64_t clock = clock_ns();
  return now_ns_ + (next > clock ? next - clock : 0);
}

void Clock::run_due() {
  while (!scheduled_.empty() && scheduled_.begin()->first <= now_ns_) {
    auto due = scheduled_.extract(scheduled_.begin());
    due.mapped()();
  }
  alarms_->reach(clock_ns());
}

void Clock::advance(std::uint64_t ns) {
  std::uint64_t until = now_ns_ + ns;
  auto next_ns = [this] {
    return std::min(scheduled_.empty() ? kNever : scheduled_.begin()->first, next_alarm_ns());
  };
  // Each output happens at its own time.
  for (std::uint64_t next = next_ns(); next <= until; next = next_ns()) {
    skip(std::max(now_ns_, next) - now_ns_);
    run_due();
  }
  skip(until - now_ns_);
  come_back();
}

void Clock::come_back() {
  const auto next = taken_away_.upper_bound(now_ns_);
  if (next == taken_away_.begin())
    return;
  const std::uint64_t until = std::prev(next)->second;
  while (now_ns_ < until) {
    const std::uint64_t step = scheduled_.empty() ? until : scheduled_.begin()->first;
    skip(std::clamp(step, now_ns_, until) - now_ns_);
    run_due();
  }
}

int Clock::wait(std::int64_t timeout_ns, bool real_members, const std::function<int()>& look,
                const std::function<int(std::uint64_t)>& real_wait) {
  std::uint64_t start = now_ns_;
  std::uint64_t deadline = timeout_ns < 0 ? kNever : start + static_cast<std::uint64_t>(timeout_ns);
  for (;;) {
    run_due();
    come_back();
    std::uint32_t seen = __atomic_load_n(&changes_, __ATOMIC_ACQUIRE);
    if (int found = look())
      return found;
    if (now_ns_ >= deadline)
      return 0;
    // An alarm ends a wait as a timeout does.
    std::uint64_t end = std::min(deadline, next_alarm_ns());
    if (!scheduled_.empty() && scheduled_.begin()->first <= end) {
      skip(scheduled_.begin()->first - now_ns_);
      continue;
    }
    std::uint64_t left = end == kNever ? kNever : end - now_ns_;
    std::uint64_t alarm = host::itimer_ns();
    bool alarm_comes = alarm != 0 && alarm <= left;
    if (real_members || block_for_threads_ || alarm_comes) {
      // Something outside of the simulation may end this wait: it takes real time.
      std::uint64_t slice = std::min(left, real_members ? kRealSliceNs : kThreadsNs);
      mutex_.unlock();
      std::uint64_t before = host::monotonic_ns();
      int result = real_members ? real_wait(slice) : host::wait_on(&changes_, seen, slice);
      std::uint64_t passed = host::monotonic_ns() - before;
      mutex_.lock();
      took(passed);
      if (result < 0)
        return result;
      bool nobody_came = !real_members && end == kNever && passed >= slice &&
                         seen == __atomic_load_n(&changes_, __ATOMIC_ACQUIRE);
      if (!nobody_came)
        continue;
    }
    if (end == kNever) {
      std::fputs("sim: a wait without end, and nothing is scheduled that could end it\n", stderr);
      return -EDEADLK;
    }
    skip(left);
  }
}

} // namespace ringside::sim
