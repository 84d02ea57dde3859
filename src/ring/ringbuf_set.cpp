// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufSet: a set that grows by a ring at a time, and reading those that have something.
#include "ring/ringbuf_set.hpp"

#include <algorithm>
#include <cerrno>

#include "base/log.hpp"
#include "os/reason.hpp"
#include "ring/poll_rings.hpp"
#include "ring/settings.hpp"

namespace ringside {
namespace {

Errno refused(const char* step, Errno error) {
  const os::Wanted wanted{1, 0};
  const auto reason = os::explain_now(os::RefusedCall::other, error, wanted);
  log(LogLevel::warn, "ring_buffer: %s failed: %s\n", step, reason.text);
  return error;
}

} // namespace

Result<Owned<RingbufSet>> RingbufSet::make_empty() {
  auto set = make<RingbufSet>();
  if (set == nullptr)
    return refused("allocating memory", Errno(ENOMEM));
  auto ready = ReadySet::make(0);
  if (!ready)
    return refused("making an epoll set", ready.error());
  set->ready_ = std::move(*ready);
  set->max_latency_ns_ = Settings::from_environment().max_latency_ns;
  return set;
}

Result<void> RingbufSet::add(int map_fd, const RingbufHandler& handler) {
  auto ring = RingbufRing::open(map_fd, handler, max_latency_ns_);
  if (!ring)
    return ring.error();
  const std::size_t count = rings_.size();
  auto rings = Array<Owned<RingbufRing>>::of_size(count + 1);
  if (!rings)
    return refused("allocating memory", rings.error());
  if (const auto room = ready_.reserve(count + 1); !room)
    return refused("allocating memory", room.error());
  if (const auto watched = (*ring)->watch_in(ready_, count); !watched)
    return refused("adding a ring to the epoll set", watched.error());

  for (std::size_t index = 0; index < count; ++index)
    (*rings)[index] = std::move(rings_[index]);
  (*rings)[count] = std::move(*ring);
  rings_ = std::move(*rings);
  return {};
}

void RingbufSet::change(RingbufRing& ring, WakeupMode wanted) {
  if (wanted == ring.wakeups().mode())
    return;
  const bool coalesce = wanted == WakeupMode::coalescing;
  const auto changed = coalesce ? ring.coalesce() : ring.signal();
  if (changed) {
    ring.wakeups().changed(wanted);
    by_clock_ = by_clock_ || coalesce;
  } else if (coalesce) {
    const auto reason = os::explain_now(os::RefusedCall::other, changed.error(), {});
    log(LogLevel::debug, "ring_buffer: the ring of map_fd %d stays signalled: %s\n", ring.map_fd(),
        reason.text);
    ring.wakeups().stay_signalled();
  }
}

Result<std::size_t> RingbufSet::look(RingbufRing& ring, std::uint64_t now_ns) {
  const std::uint64_t position = ring.consumer_position();
  const auto read = ring.read(SIZE_MAX);
  const Found found{now_ns, read ? *read : 0, ring.consumer_position() - position};
  change(ring, ring.wakeups().looked(found));
  return read;
}

Result<std::size_t> RingbufSet::poll(int timeout_ms) {
  polls_.add(1);
  if (timeout_ms == 0)
    watched_by_program();
  std::size_t total = 0;
  Result<std::size_t> end = std::size_t{0};
  const auto policy = [this](std::size_t index) -> const WakeupPolicy& {
    return rings_[index]->wakeups();
  };
  const auto look_at = [&](std::size_t index, LookFor why, std::uint64_t now_ns) {
    RingbufRing& ring = *rings_[index];
    if (why == LookFor::end && !ring.wakeups().by_clock() && ring.unread() == 0)
      return Looked::nothing;
    if (why == LookFor::signal)
      ring.woken();
    end = look(ring, now_ns);
    if (!end)
      return Looked::stop;
    total += *end;
    if (silenced_)
      return Looked::stop;
    return why == LookFor::signal || *end != 0 ? Looked::something : Looked::nothing;
  };
  const auto polled =
      poll_rings(ready_, rings_.size(), turn_, by_clock_, timeout_ms, policy, look_at);
  if (by_clock_)
    by_clock_ = earliest_due(rings_.size(), policy) != kNever;
  if (!end)
    return end;
  if (!polled)
    return polled.error();
  return total;
}

RingStats RingbufSet::stats() const {
  RingStats all;
  for (const auto& ring : rings_)
    all = merged(all, ring->stats());
  return all;
}

bool RingbufSet::being_read(const void* frame) const {
  return std::any_of(rings_.begin(), rings_.end(),
                     [frame](const auto& ring) { return ring->being_read(frame); });
}

void RingbufSet::silence() {
  silenced_ = true;
  for (const auto& ring : rings_)
    ring->silence();
}

void RingbufSet::watched_by_program() {
  for (const auto& ring : rings_)
    ring->watched_by_program();
}

Result<std::size_t> RingbufSet::consume(std::size_t limit) {
  Budget budget(limit);
  return consume_within(budget);
}

Result<std::size_t> RingbufSet::consume_within(Budget& budget) {
  watched_by_program();
  const Turn now = turn_;
  for (std::size_t step = 0; step < rings_.size() && !budget.spent(); ++step) {
    const std::size_t index = now.at(step, rings_.size());
    const auto read = rings_[index]->read_within(budget);
    if (read)
      budget.spend(*read);
    if (step == 0 || budget.spent())
      turn_.begun_with(index);
    if (!read)
      return read.error();
    if (silenced_)
      break;
  }
  return static_cast<std::size_t>(budget.taken());
}

bool RingbufSet::holds_something() const {
  return std::any_of(rings_.begin(), rings_.end(),
                     [](const auto& ring) { return ring->unread() != 0; });
}

} // namespace ringside
