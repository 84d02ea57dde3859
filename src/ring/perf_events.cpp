// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvents: opening events, and changing the one in the map's slot.
#include "ring/perf_events.hpp"

#include <cerrno>
#include <utility>

namespace ringside {

Result<void> PerfEvents::open(perf_event_attr* attr, int cpu, bool counts) {
  cpu_ = cpu;
  perf_event_attr counting{};
  if (counts) {
    counting = *attr;
    counting.read_format = read_format_ = kFormatTime | kFormatLost;
    attr = &counting;
  }
  auto event = PerfEvent::open(attr, cpu);
  if (counts && !event && event.error() == Errno(EINVAL)) {
    // A kernel before 6.0.
    counting.read_format = read_format_ = kFormatTime;
    event = PerfEvent::open(attr, cpu);
  }
  if (!event)
    return event.error();
  first_ = std::move(*event);
  return {};
}

Result<void> PerfEvents::put_into(int map_fd, std::uint32_t key) {
  auto slot = MapSlot::fill(map_fd, key, fd());
  if (!slot)
    return slot.error();
  slot_ = std::move(*slot);
  return {};
}

Result<PerfEvent> PerfEvents::open_into_ring(const perf_event_attr& attr) const {
  perf_event_attr own = attr;
  if (read_format_ != 0)
    own.read_format = read_format_;
  auto event = PerfEvent::open(&own, cpu_);
  if (!event)
    return event.error();
  if (const auto redirected = event->write_into(fd()); !redirected)
    return redirected.error();
  if (const auto enabled = event->enable(); !enabled)
    return enabled.error();
  return event;
}

Result<void> PerfEvents::coalesce(const perf_event_attr& attr) {
  if (second_.fd() < 0) {
    auto event = open_into_ring(attr);
    if (!event)
      return event.error();
    const os::Locked lock(lock_);
    second_ = std::move(*event);
  }
  return slot_.put(second_.fd());
}

bool PerfEvents::stands_still() {
  const auto counts = PerfCounts::read(signalling().fd(), read_format_);
  return counts && std::exchange(enabled_ns_, counts->enabled_ns) == counts->enabled_ns;
}

Result<void> PerfEvents::renew(const perf_event_attr& attr) {
  auto event = open_into_ring(attr);
  if (!event)
    return event.error();
  if (const auto put = slot_.put(event->fd()); !put)
    return put;
  const os::Locked lock(lock_);
  for (PerfEvent* dead : {&renewed_, &second_}) {
    if (dead->fd() < 0)
      continue;
    if (const auto counts = PerfCounts::read(dead->fd(), read_format_))
      lost_by_closed_ += counts->lost;
    *dead = PerfEvent();
  }
  renewed_ = std::move(*event);
  enabled_ns_ = UINT64_MAX;
  return {};
}

Result<std::uint64_t> PerfEvents::lost() const {
  if (!count_lost())
    return Errno(EOPNOTSUPP);
  const os::Locked lock(lock_);
  std::uint64_t lost = lost_by_closed_;
  for (const PerfEvent* event : {&first_, &renewed_, &second_}) {
    if (event->fd() < 0)
      continue;
    const auto counts = PerfCounts::read(event->fd(), read_format_);
    if (!counts)
      return counts.error();
    lost += counts->lost;
  }
  return lost;
}

} // namespace ringside
