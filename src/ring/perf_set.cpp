// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfSet: making all rings or none, and reading those that have something.
#include "ring/perf_set.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/failure.hpp"
#include "kernel/cpus.hpp"
#include "kernel/refusal.hpp"
#include "os/clock.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "ring/ring_places.hpp"
#include "ring/settings.hpp"
#include "ring/watermark_attr.hpp"

namespace ringside {
namespace {

// A BPF program that looked up the second event before the ring left it is done in much less time
// than this many looks.
constexpr unsigned kSettlingLooks = 4;

constexpr char kSubject[] = "perf_buffer";

} // namespace

Result<Owned<PerfSet>> PerfSet::open(std::span<const RingPlace> places, const RingParams& params,
                                     unsigned followed_cpus) {
  // An event for each ring, the epoll set and the duplicate of the map.
  const kernel::Wanted wanted{places.size() + 2, os::page_size() + params.data_size};
  const std::size_t most = std::max<std::size_t>(places.size(), followed_cpus);

  auto set = make<PerfSet>();
  auto has_ring = Array<bool>::of_size(followed_cpus);
  if (set == nullptr || !has_ring)
    return kernel::refused(kSubject, {"allocating memory"}, Errno(ENOMEM), wanted);
  set->has_ring_ = std::move(*has_ring);
  std::fill(set->has_ring_.begin(), set->has_ring_.end(), false);

  auto map = os::duplicate(params.map_fd);
  if (!map)
    return kernel::refused(kSubject, {"duplicating the map's descriptor"}, map.error(), wanted);
  set->map_ = std::move(*map);
  set->params_ = params;
  set->params_.map_fd = set->map_.get();

  set->params_.wakeups = {};
  if (const auto second = watermark_attr(*params.attr, params.data_size); second) {
    set->second_attr_ = *second;
    set->params_.second_attr = &set->second_attr_;
    set->params_.wakeups = {.max_latency_ns = params.wakeups.max_latency_ns,
                            .ring_size = params.data_size,
                            .woken_when_half_full = true,
                            .settling_looks = kSettlingLooks};
    set->adaptive_ = set->params_.wakeups.max_latency_ns != 0;
  }

  auto ready = ReadySet::make();
  if (!ready)
    return kernel::refused(kSubject, {"making an epoll set"}, ready.error(), wanted);
  set->ready_ = std::move(*ready);
  if (const auto room = set->reserve(most); !room)
    return kernel::refused(kSubject, {"allocating memory"}, room.error(), wanted);

  // One key is asked: a reader takes all CPUs, as a rule.
  set->params_.warns_of_other = true;
  for (const RingPlace& place : places) {
    if (const auto added = set->add(place, wanted); !added)
      return added.error();
    set->params_.warns_of_other = false;
  }
  if (followed_cpus != 0)
    set->attr_ = *params.attr;
  set->params_.attr = &set->attr_;
  // What fails from here on is what the program has not asked for.
  set->params_.explains_failures = false;
  return set;
}

Result<void> PerfSet::add(RingPlace place, const kernel::Wanted& wanted) {
  auto ring = PerfRing::open(place, params_, wanted);
  if (!ring)
    return ring.error();
  const auto watched = ready_.watch((*ring)->fd(), EPOLLIN, ring_count());
  if (!watched)
    return params_.explains_failures ? kernel::refused(kSubject, {"adding a ring to the epoll set"},
                                                       watched.error(), wanted)
                                     : watched.error();
  push(std::move(*ring));
  if (place.key < has_ring_.size())
    has_ring_[place.key] = true;
  return {};
}

void PerfSet::look_for_cpus() {
  if (silenced() || !cpu_watch_.period_over(os::roughly_now_ns()) || !cpu_watch_.due())
    return;
  const auto followed = follow_online_cpus();
  if (followed) {
    cpu_watch_.succeeded();
    return;
  }
  cpu_watch_.failed();
  could_not("CPUs that come online are not read for now", followed.error());
}

void PerfSet::could_not(const char* what, Errno error) {
  if (!std::exchange(failure_said_, true))
    say(LogLevel::debug, kSubject, "%s: %s", what,
        kernel::explain(kernel::RefusedCall::other, error, {}, {}).text);
}

Result<void> PerfSet::follow_online_cpus() {
  const auto online = kernel::try_cpu_mask(kernel::kOnlineCpus);
  if (!online)
    return online.error();
  Result<void> followed;
  for (const auto& ring : rings()) {
    const auto cpu = static_cast<unsigned>(ring->cpu());
    // The order matters: each look compares with the one before.
    if (!ring->stands_still() || !online->contains(cpu))
      continue;
    if (const auto renewed = ring->renew(attr_); !renewed) {
      followed = renewed;
      continue;
    }
    say(LogLevel::debug, kSubject, "CPU %u is back: its ring is renewed", cpu);
  }
  for (unsigned cpu = 0; cpu < has_ring_.size(); ++cpu)
    if (!has_ring_[cpu] && online->contains(cpu))
      if (const auto added = add({static_cast<int>(cpu), cpu}, {}); !added)
        followed = added;
  return followed;
}

Result<int> PerfSet::look_and_decide(PerfRing& ring, std::uint64_t now_ns, bool waits,
                                     Budget* budget) {
  const std::uint64_t records = ring.records();
  Found found{now_ns, 0, ring.unread()};
  const auto end = read(ring, budget);
  found.records = ring.records() - records;
  // A callback may have asked for what ends it.
  if (adaptive())
    change(ring,
           waits ? ring.wakeups().looked(found) : ring.wakeups().looked_without_waiting(found));
  return end;
}

Result<int> PerfSet::poll(int timeout_ms) {
  polls_.add(1);
  follow_cpus();
  // That is what epoll_wait(2) says to who wants none of its events.
  if (ring_count() == 0)
    return Errno(EINVAL);
  // A program that asks the kernel by itself uses up what it is told: what is there is found by
  // looking.
  const bool asked = watched_ && holds_something();
  const bool waits = timeout_ms != 0;
  int count = 0;
  Result<int> end = 0;
  const auto look_at = [&](std::size_t index, LookFor why, std::uint64_t now_ns) {
    PerfRing& ring = this->ring(index);
    const bool something = why == LookFor::signal || ring.unread() != 0;
    if (!something && !ring.wakeups().by_clock())
      return Looked::nothing;
    if (why == LookFor::signal)
      ring.woken();
    end = look(ring, now_ns, waits);
    if (!end || *end != 0)
      return Looked::stop;
    count += something ? 1 : 0;
    if (silenced())
      return Looked::stop;
    return something ? Looked::something : Looked::nothing;
  };
  const auto polled = wait_and_look(asked ? 0 : timeout_ms, look_at);
  if (!end || *end != 0)
    return end;
  if (!polled)
    return polled.error();
  return count;
}

Result<int> PerfSet::consume_all(Budget* budget) {
  follow_cpus();
  ready_.show_as_is();
  Result<int> end = 0;
  read_in_turn(budget, [&](PerfRing& ring) {
    end = look(ring, 0, false, budget);
    return end && *end == 0;
  });
  return end;
}

Result<std::size_t> PerfSet::consume_within(Budget& budget) {
  const auto read = consume_all(&budget);
  if (!read)
    return read.error();
  return static_cast<std::size_t>(budget.taken());
}

bool PerfSet::has_empty_ring() const {
  for (const auto& ring : rings())
    if (ring->unread() == 0)
      return true;
  return false;
}

void PerfSet::watched_by_program() {
  store_relaxed(watched_, true);
  if (!adaptive())
    return;
  store_relaxed(adaptive_, false);
  if (!by_clock_)
    return;
  by_clock_ = false;
  for (const auto& ring : rings()) {
    if (!ring->wakeups().by_clock())
      continue;
    if (ring->wakeups().mode() == WakeupMode::settling || ring->signal())
      ring->wakeups().stay_signalled();
    else
      by_clock_ = true;
  }
  // Nobody has been told of what is there by now, nor will be of what a BPF program that is at work
  // is yet to write through the second event.
  const std::uint64_t now_ns = os::now_ns();
  ready_.show_ready(holds_something() ? now_ns : now_ns + Settings{}.max_latency_ns);
}

} // namespace ringside
