// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfSet: making all rings or none, and reading those that have something.
#include "ring/perf_set.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

#include "base/failure.hpp"
#include "kernel/refusal.hpp"
#include "os/clock.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "ring/ring_places.hpp"
#include "ring/settings.hpp"
#include "ring/watermark_attr.hpp"

namespace ringside {
namespace {

// A BPF program that looked up the quiet event before the ring left it is done in much less time
// than this many looks.
constexpr unsigned kSettlingLooks = 4;

// For how long a ring must have been busy before it gets a larger one.
constexpr std::uint64_t kBusyPerfNs = os::kNsPerMs;

// Wakeups slow down those who fill a ring, 5 to 20 times, and so a ring lasts longer than it does
// without. A larger ring makes up for that. It can be no larger: while the kernel makes it, about a
// microsecond for each page, the ring itself must last, which is 5 ns for each of its bytes at the
// highest rate. A large one lasts for a third of a second, which is enough.
constexpr std::uint64_t kLargerBy = 16;
constexpr std::uint64_t kLeastLargerBy = 8;
constexpr std::uint64_t kLargeEnough = std::uint64_t{64} << 20;
constexpr std::uint64_t kMakingNsPerKiB = 275;

// A burst fills smaller rings too soon, and 16 times as much has too little room for a reader that
// turns out to be slow.
constexpr std::size_t kLeastSize = std::size_t{256} << 10;

// larger_size is the size of a larger ring of which `free` bytes may be had; 0 if that is too
// little. Ring sizes are powers of two.
std::size_t larger_size(std::size_t size, std::uint64_t free) {
  const std::uint64_t wanted = std::min(std::uint64_t{size} * kLargerBy, kLargeEnough);
  const std::uint64_t larger = std::min(wanted, std::bit_floor(free));
  const bool enough = larger >= kLargeEnough || larger / kLeastLargerBy >= size;
  return enough && larger >= size ? static_cast<std::size_t>(larger) : 0;
}

// How long larger rings stay that may be needed again, and how often to look for those that are not
// needed. In that time a BPF program is done that looked the larger ring up before the ring left
// it.
constexpr std::uint64_t kKeepLargerNs = 10 * os::kNsPerSecond;
constexpr std::uint64_t kTidyNs = 10 * os::kNsPerMs;

// How often a poll without end looks at CPUs while nothing comes.
constexpr int kFollowMs = 10'000;

// gives is whether a look at a ring finds something. A ring that has a larger one has two
// descriptors, and may be named for what is read already. What the callback was given that a call
// comes from is not given again.
bool gives(const PerfRing& ring, LookFor why, const void* frame) {
  if (why == LookFor::signal)
    return !ring.grown() || ring.unread() != 0;
  return ring.unread() != 0 && !ring.being_read(frame);
}

// left_ms is what is left of a call's timeout. Only a call that is timed may wait more than once.
int left_ms(int timeout_ms, std::uint64_t end_ns, std::uint64_t now_ns) {
  return now_ns != 0 && end_ns != kNever ? ReadySet::whole_ms(end_ns - now_ns) : timeout_ms;
}

} // namespace

Result<Owned<PerfSet>> PerfSet::open(std::span<const RingPlace> places, const RingParams& params,
                                     const Settings& settings, unsigned followed_cpus) {
  // An event for each ring, and the epoll set.
  const kernel::Wanted wanted{places.size() + 1, os::page_size() + params.data_size};
  if (!settings.follow_cpus)
    followed_cpus = 0;
  const std::size_t most = std::max<std::size_t>(places.size(), followed_cpus);

  auto set = make<PerfSet>();
  auto has_ring = Array<bool>::of_size(followed_cpus);
  if (set == nullptr || !has_ring)
    return kernel::refused(kSubject, {"allocating memory"}, Errno(ENOMEM), wanted);
  set->has_ring_ = std::move(*has_ring);
  std::fill(set->has_ring_.begin(), set->has_ring_.end(), false);

  set->params_ = params;
  const std::size_t larger = larger_size(params.data_size, settings.busy_bytes_total);
  const auto quiet = watermark_attr(*params.attr, larger);
  set->may_read_unasked_ = quiet.has_value() && settings.max_latency_ns != 0;
  if (quiet && larger != 0 && params.data_size >= kLeastSize) {
    set->quiet_attr_ = *quiet;
    set->params_.wakeups = {.max_latency_ns = settings.max_latency_ns,
                            .signalled_size = params.data_size,
                            .coalescing_size = larger,
                            .busy_ns = kBusyPerfNs,
                            .entering_ns = larger / 1024 * kMakingNsPerKiB,
                            .settling_looks = kSettlingLooks};
    set->adaptive_ = settings.max_latency_ns != 0;
  }
  set->busy_bytes_total_ = settings.busy_bytes_total;
  set->calls_to_adapt_ = OwnCalls(settings.wakeups_decided);
  set->calls_to_follow_ = OwnCalls(settings.follow_cpus_decided);
  // Without these two the library makes no system call that the stock library would not make.
  set->params_.looks_for_lost = settings.max_latency_ns != 0 || settings.follow_cpus;

  auto ready = ReadySet::make();
  if (!ready)
    return kernel::refused(kSubject, {"making an epoll set"}, ready.error(), wanted);
  set->ready() = std::move(*ready);
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
  // Last, because the buffer can do without, as long as the program keeps its own descriptor.
  if (auto map = os::duplicate(params.map_fd); map) {
    set->map_ = std::move(*map);
    set->params_.map_fd = set->map_.get();
    for (const auto& ring : set->rings())
      ring->use_map(set->params_.map_fd);
  }
  return set;
}

Result<void> PerfSet::add(RingPlace place, const kernel::Wanted& wanted) {
  auto ring = PerfRing::open(place, params_, wanted);
  if (!ring)
    return ring.error();
  const auto watched = ready().watch((*ring)->fd(), EPOLLIN, ring_count());
  if (!watched)
    return params_.explains_failures ? kernel::refused(kSubject, {"adding a ring to the epoll set"},
                                                       watched.error(), wanted)
                                     : watched.error();
  push(std::move(*ring));
  if (place.key < has_ring_.size())
    has_ring_[place.key] = true;
  return {};
}

void PerfSet::could_not(const char* what, Errno error) {
  if (!std::exchange(failure_said_, true))
    say(LogLevel::debug, kSubject, "%s: %s", what,
        kernel::explain(kernel::RefusedCall::other, error, {}, {}).text);
}

Result<void> PerfSet::grow(std::size_t index) {
  PerfRing& ring = this->ring(index);
  if (ring.grown())
    // One whose events ended with its CPU is given back first.
    return ring.larger_fd() >= 0 ? Result<void>() : Errno(EAGAIN);
  const std::size_t size = larger_size(ring.data_size(), busy_bytes_total_ - busy_bytes_);
  if (size == 0)
    return Errno(EAGAIN);
  auto grown = ring.grow(quiet_attr_, size);
  if (!grown && size / 2 >= ring.data_size() * kLeastLargerBy)
    grown = ring.grow(quiet_attr_, size / 2);
  if (!grown)
    return grown;
  if (const auto watched = ready().watch(ring.larger_fd(), EPOLLIN, index); !watched) {
    ring.shrink();
    return watched;
  }
  busy_bytes_ += ring.larger_size();
  return {};
}

Result<void> PerfSet::coalesce(std::size_t index) {
  if (!calls_to_adapt_.allowed())
    return Errno(EPERM);
  if (const auto timer = ready().add_timer(); !timer)
    return timer;
  if (const auto grown = grow(index); !grown)
    return grown;
  return ring(index).coalesce();
}

void PerfSet::change(std::size_t index, WakeupMode wanted, std::uint64_t now_ns) {
  PerfRing& ring = this->ring(index);
  WakeupPolicy& wakeups = ring.wakeups();
  if (wanted == wakeups.mode())
    return;
  if (wanted == WakeupMode::coalescing) {
    if (const auto changed = coalesce(index); !changed) {
      // The budget may have room later.
      if (changed.error() == Errno(EAGAIN))
        return wakeups.bar(now_ns);
      could_not("a busy ring stays signalled", changed.error());
      return wakeups.stay_signalled();
    }
    set_by_clock(true);
  } else if (wakeups.mode() == WakeupMode::coalescing) {
    const bool at_home = wakeups.barred(now_ns) && ring.larger_unread() == 0;
    // Where that fails the ring goes on to coalesce, and the next look decides anew.
    if (!calls_to_adapt_.allowed() || !(at_home ? ring.return_home() : ring.signal()))
      return;
    ring.set_left_ns(now_ns);
  }
  wakeups.changed(wanted);
}

void PerfSet::tidy(std::uint64_t now_ns) {
  if (busy_bytes_ == 0 || now_ns - tidied_ns_ < kTidyNs)
    return;
  tidied_ns_ = now_ns;
  for (std::size_t index = 0; index < ring_count(); ++index) {
    PerfRing& ring = this->ring(index);
    if (!ring.grown() || ring.wakeups().by_clock() || ring.larger_unread() != 0)
      continue;
    const std::uint64_t since_ns = now_ns - ring.left_ns();
    if (ring.in_larger()) {
      const bool unwanted = ring.wakeups().barred(now_ns) || since_ns >= kKeepLargerNs;
      if (unwanted && calls_to_adapt_.allowed() && ring.return_home())
        ring.set_left_ns(now_ns);
    } else if (since_ns >= kTidyNs && !ring.being_read(__builtin_frame_address(0)) &&
               calls_to_adapt_.allowed()) {
      if (ring.larger_fd() >= 0)
        ready().unwatch(ring.larger_fd());
      busy_bytes_ -= ring.larger_size();
      ring.shrink();
    }
  }
}

Result<int> PerfSet::look_and_decide(std::size_t index, std::uint64_t now_ns, bool waits,
                                     Budget* budget) {
  PerfRing& ring = this->ring(index);
  WakeupPolicy& wakeups = ring.wakeups();
  if (now_ns == 0 && (waits || wakeups.needs_time()))
    now_ns = time_for(wakeups);
  const std::uint64_t records = ring.records();
  Found found{now_ns, 0, ring.unread()};
  const bool by_clock = wakeups.by_clock();
  if (by_clock)
    change(index, wakeups.about_to_read(found), now_ns);
  const std::uint64_t began_ns = by_clock ? os::now_ns() : 0;
  const auto end = read(ring, budget);
  found.records = ring.records() - records;
  if (by_clock)
    found.read_ns = os::now_ns() - began_ns;
  // A callback may have asked for what ends it.
  if (adaptive())
    change(index, waits ? wakeups.looked(found) : wakeups.looked_without_waiting(found), now_ns);
  return end;
}

Result<int> PerfSet::poll(int timeout_ms) {
  count_poll();
  for (;;) {
    const bool follows = follow_cpus();
    const bool again = follows && timeout_ms < 0;
    const auto count = poll_once(again ? kFollowMs : timeout_ms);
    if (!again || !count || *count != 0 || ready().interrupted() || silenced())
      return count;
  }
}

bool PerfSet::forget_names(const void* frame) {
  static_cast<void>(ready().wait(0));
  bool holds = false;
  bool is_within = false;
  bool was_left = false;
  for (const auto& ring : rings()) {
    const bool is_given = ring->being_read(frame);
    holds = holds || (ring->unread() != 0 && !is_given);
    is_within = is_within || is_given;
    was_left = was_left || (ring->has_unfinished_read() && !is_given);
  }
  // What is read now may be named later: the kernel signals a record after it is there. In a
  // callback it is not known what came behind the records that are being read. But a callback that
  // is left each time is not called again each time, and rings by the clock are not read each time.
  set_unasked(is_within || (holds && !was_left && !by_clock()) ? 1 : 0);
  return holds || ready().interrupted();
}

bool PerfSet::reads_first(bool waits, const void* frame) {
  // A program that watches the set's descriptor would find it ready for what is read already.
  const bool may = waits && may_read_unasked_ && !watched_ && !by_clock();
  return reads_unasked(may) || (unasked() != 0 && forget_names(frame));
}

Result<int> PerfSet::poll_once(int timeout_ms) {
  // epoll_wait(2) fails with EINVAL when asked for 0 events; without rings, so do we.
  if (ring_count() == 0)
    return Errno(EINVAL);
  // A program that asks the kernel by itself uses up what the kernel reports: what is there is
  // found by looking.
  const bool asked = watched_ && holds_something();
  const void* const frame = __builtin_frame_address(0);
  const bool waits = timeout_ms != 0;
  const Timed timed = by_clock() || busy_bytes_ != 0 ? Timed::looks : Timed::nothing;
  if (timed == Timed::looks)
    tidy(os::now_ns());
  const auto wait = [&](std::uint64_t end_ns, std::uint64_t now_ns) {
    if (by_clock())
      return ready().wait_until(std::min(earliest_due_ns(), end_ns), now_ns);
    return ready().wait(asked ? 0 : left_ms(timeout_ms, end_ns, now_ns));
  };
  const auto due = [this](std::size_t index, std::uint64_t now_ns) {
    return due_by_clock(index, now_ns);
  };
  int count = 0;
  Result<int> end = 0;
  const auto look_at = [&](std::size_t index, LookFor why, std::uint64_t now_ns) {
    const PerfRing& ring = this->ring(index);
    const bool something = gives(ring, why, frame);
    if (!something && !ring.wakeups().by_clock())
      return Looked::nothing;
    if (why == LookFor::signal)
      this->ring(index).woken();
    end = look(index, now_ns, waits);
    if (!end || *end != 0)
      return Looked::stop;
    count += something ? 1 : 0;
    if (silenced())
      return Looked::stop;
    return something ? Looked::something : Looked::nothing;
  };
  const auto polled =
      poll_with(reads_first(waits, frame), timed, asked ? 0 : timeout_ms, wait, due, look_at);
  if (!end || *end != 0)
    return end;
  if (!polled)
    return polled.error();
  return count;
}

Result<int> PerfSet::consume_all(Budget* budget) {
  follow_cpus();
  if (busy_bytes_ != 0)
    tidy(os::now_ns());
  ready().show_as_is();
  Result<int> end = 0;
  read_in_turn(budget, [&](std::size_t index) {
    end = look(index, 0, false, budget);
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

int PerfSet::give_epoll_fd() {
  watched_by_program();
  if (unasked() != 0 && forget_names(__builtin_frame_address(0)) && ready().add_timer())
    ready().show_ready(os::now_ns());
  return epoll_fd();
}

void PerfSet::watched_by_program() {
  store_relaxed(watched_, true);
  if (!adaptive())
    return;
  store_relaxed(adaptive_, false);
  if (!by_clock() && busy_bytes_ == 0)
    return;
  bool left_by_clock = false;
  for (const auto& ring : rings()) {
    if (!ring->wakeups().by_clock() && !ring->in_larger())
      continue;
    if (!ring->in_larger() || ring->return_home())
      ring->wakeups().stay_signalled();
    else
      left_by_clock = left_by_clock || ring->wakeups().by_clock();
  }
  set_by_clock(left_by_clock);
  // The kernel has signalled nothing of what is there by now, nor will it signal what a BPF program
  // that is at work is yet to write through the quiet event.
  const std::uint64_t now_ns = os::now_ns();
  ready().show_ready(holds_something() ? now_ns : now_ns + Settings{}.max_latency_ns);
}

} // namespace ringside
