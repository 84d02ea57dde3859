// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufSet: a set that grows by a ring at a time, and reading those that have something.
#include "ring/ringbuf_set.hpp"

#include <cerrno>

#include "base/log.hpp"
#include "kernel/refusal.hpp"
#include "ring/settings.hpp"

namespace ringside {
namespace {

constexpr char kRingbufSubject[] = "ring_buffer";
// The epoll set.
constexpr kernel::Wanted kRingbufWanted{1, 0};

} // namespace

Result<Owned<RingbufSet>> RingbufSet::make_empty() {
  auto set = make<RingbufSet>();
  if (set == nullptr)
    return kernel::refused(kRingbufSubject, {"allocating memory"}, Errno(ENOMEM), kRingbufWanted);
  auto ready = ReadySet::make();
  if (!ready)
    return kernel::refused(kRingbufSubject, {"making an epoll set"}, ready.error(), kRingbufWanted);
  set->ready_ = std::move(*ready);
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
  if (const auto watched = (*ring)->watch_in(ready_, count); !watched)
    return kernel::refused(kRingbufSubject, {"adding a ring to the epoll set"}, watched.error(),
                           kRingbufWanted);
  push(std::move(*ring));
  return {};
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
  const auto look_at = [&](std::size_t index, LookFor why, std::uint64_t now_ns) {
    RingbufRing& ring = this->ring(index);
    if (why == LookFor::end && !ring.wakeups().by_clock() && ring.unread() == 0)
      return Looked::nothing;
    if (why == LookFor::signal)
      ring.woken();
    end = look(ring, now_ns);
    if (!end)
      return Looked::stop;
    total += *end;
    if (silenced())
      return Looked::stop;
    return why == LookFor::signal || *end != 0 ? Looked::something : Looked::nothing;
  };
  const auto polled = wait_and_look(timeout_ms, look_at);
  if (!end)
    return end;
  if (!polled)
    return polled.error();
  return total;
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
  read_in_turn(&budget, [&](RingbufRing& ring) {
    end = ring.read_within(budget);
    if (end)
      budget.spend(*end);
    return static_cast<bool>(end);
  });
  if (!end)
    return end;
  return static_cast<std::size_t>(budget.taken());
}

} // namespace ringside
