// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufSet: a set that grows by a ring at a time, and reading those that have something.
#include "ring/ringbuf_set.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "base/log.hpp"
#include "kernel/refusal.hpp"
#include "os/clock.hpp"
#include "ring/settings.hpp"

namespace ringside {
namespace {

constexpr char kRingbufSubject[] = "ring_buffer";
// The epoll set.
constexpr kernel::Wanted kRingbufWanted{1, 0};

// is_reported is whether a wait ends for a ring that is looked at, even if no record is handed
// over: so it does for one that epoll_wait(2) would report.
bool is_reported(const RingbufRing& ring, LookFor why) {
  return why == LookFor::unread || (ring.listed() && !ring.wakeups().by_clock());
}

} // namespace

Result<Owned<RingbufSet>> RingbufSet::make_empty() {
  auto set = make<RingbufSet>();
  if (set == nullptr)
    return kernel::refused(kRingbufSubject, {"allocating memory"}, Errno(ENOMEM), kRingbufWanted);
  auto ready = ReadySet::make();
  if (!ready)
    return kernel::refused(kRingbufSubject, {"making an epoll set"}, ready.error(), kRingbufWanted);
  set->ready() = std::move(*ready);
  set->max_latency_ns_ = Settings::from_environment().max_latency_ns;
  return set;
}

Result<void> RingbufSet::add(int map_fd, const RingbufHandler& handler) {
  auto ring = RingbufRing::open(map_fd, handler, max_latency_ns_);
  if (!ring)
    return ring.error();
  const std::size_t count = ring_count();
  if (const auto room = reserve(count + 1); !room)
    return kernel::refused(kRingbufSubject, {"allocating memory"}, room.error(), kRingbufWanted);
  if (const auto watched = ready().watch(map_fd, (*ring)->epoll_events(), count); !watched)
    return kernel::refused(kRingbufSubject, {"adding a ring to the epoll set"}, watched.error(),
                           kRingbufWanted);
  push(std::move(*ring));
  return {};
}

Result<std::size_t> RingbufSet::look(RingbufRing& ring, std::uint64_t now_ns) {
  WakeupPolicy& wakeups = ring.wakeups();
  if (now_ns == 0)
    now_ns = time_for(wakeups);
  const std::uint64_t position = ring.consumer_position();
  const auto read = ring.read(SIZE_MAX);
  const WakeupMode wanted =
      wakeups.looked({now_ns, read ? *read : 0, ring.consumer_position() - position});
  if (wanted == wakeups.mode())
    return read;
  if (wanted == WakeupMode::coalescing) {
    ring.coalesce();
    set_by_clock(true);
  } else {
    ring.signal();
  }
  wakeups.changed(wanted);
  return read;
}

bool RingbufSet::has_listed() {
  bool any = false;
  for (const auto& ring : rings()) {
    ring->set_listed(ring->listed() && ring->unread() != 0);
    any = any || ring->listed();
  }
  return any;
}

int RingbufSet::wait_ms(std::uint64_t end_ns, std::uint64_t now_ns) const {
  const std::uint64_t due_ns = earliest_due_ns();
  const std::uint64_t until_ns = std::min(due_ns, end_ns);
  if (until_ns == kNever)
    return -1;
  const std::uint64_t left_ns = until_ns - std::min(until_ns, now_ns);
  // A call never ends early. A look may come a little early or late.
  const std::uint64_t rounded_ns =
      left_ns + (due_ns < end_ns ? os::kNsPerMs / 2 : os::kNsPerMs - 1);
  return static_cast<int>(std::min<std::uint64_t>(rounded_ns / os::kNsPerMs, INT_MAX));
}

bool RingbufSet::reads_first(int timeout_ms) {
  const bool may = timeout_ms != 0 && max_latency_ns_ != 0 && !by_clock();
  if (reads_unasked(may))
    return true;
  set_unasked(0);
  return false;
}

Result<std::size_t> RingbufSet::poll(int timeout_ms) {
  count_poll();
  if (timeout_ms == 0)
    watched_by_program();
  bool listed = has_listed();
  const Timed timed = by_clock() ? Timed::looks : listed ? Timed::end : Timed::nothing;
  const auto wait = [&](std::uint64_t end_ns, std::uint64_t now_ns) {
    const bool at_once = std::exchange(listed, false);
    const auto named = ready().wait(at_once       ? 0
                                    : now_ns != 0 ? wait_ms(end_ns, now_ns)
                                                  : timeout_ms);
    if (named)
      for (const epoll_event& event : *named)
        ring(static_cast<std::size_t>(event.data.u64)).set_listed(true);
    return named;
  };
  const auto due = [this](std::size_t index, std::uint64_t now_ns) {
    const RingbufRing& ring = this->ring(index);
    return due_by_clock(index, now_ns) || (ring.listed() && ring.unread() != 0);
  };
  std::size_t total = 0;
  Result<std::size_t> end = std::size_t{0};
  const auto look_at = [&](std::size_t index, LookFor why, std::uint64_t now_ns) {
    RingbufRing& ring = this->ring(index);
    if (why == LookFor::end && !ring.wakeups().by_clock() && ring.unread() == 0)
      return Looked::nothing;
    if (why == LookFor::signal)
      ring.woken();
    if (ring.wakeups().by_clock())
      ring.looked_at_while_held_back(why == LookFor::signal);
    const bool reported = is_reported(ring, why);
    end = look(ring, now_ns);
    if (!end)
      return Looked::stop;
    total += *end;
    if (silenced())
      return Looked::stop;
    return reported || *end != 0 ? Looked::something : Looked::nothing;
  };
  const auto polled = poll_with(reads_first(timeout_ms), timed, timeout_ms, wait, due, look_at);
  if (!end)
    return end;
  if (!polled)
    return polled.error();
  return total;
}

int RingbufSet::give_epoll_fd() {
  max_latency_ns_ = 0;
  for (std::size_t index = 0; index < ring_count(); ++index) {
    RingbufRing& ring = this->ring(index);
    ring.watched_by_program();
    if (ring.epoll_events() == EPOLLIN)
      continue;
    ring.set_reported_always();
    // The kernel looks at the ring anew. Where the program has closed its descriptor, nothing can
    // be done.
    static_cast<void>(ready().watch_for(ring.map_fd(), ring.epoll_events(), index));
  }
  return epoll_fd();
}

void RingbufSet::watched_by_program() {
  for (const auto& ring : rings())
    ring->watched_by_program();
}

Result<std::size_t> RingbufSet::consume(std::size_t limit) {
  Budget budget(limit);
  return consume_within(budget);
}

Result<std::size_t> RingbufSet::consume_within(Budget& budget) {
  watched_by_program();
  Result<std::size_t> end = std::size_t{0};
  read_in_turn(&budget, [&](std::size_t index) {
    end = ring(index).read_within(budget);
    if (end)
      budget.spend(*end);
    return static_cast<bool>(end);
  });
  if (!end)
    return end;
  return static_cast<std::size_t>(budget.taken());
}

} // namespace ringside
