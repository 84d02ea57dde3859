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

Result<PerfEvent> PerfEvents::open_counting(perf_event_attr attr) const {
  if (read_format_ != 0)
    attr.read_format = read_format_;
  return PerfEvent::open(&attr, cpu_);
}

Result<PerfEvent> PerfEvents::open_into(const PerfEvent& ring, const perf_event_attr& attr) const {
  auto event = open_counting(attr);
  if (!event)
    return event.error();
  if (const auto redirected = event->write_into(ring.fd()); !redirected)
    return redirected.error();
  if (const auto enabled = event->enable(); !enabled)
    return enabled.error();
  return event;
}

Result<PerfMapping> PerfEvents::grow(const perf_event_attr& quiet_attr, std::size_t data_size) {
  perf_event_attr attr = quiet_attr;
  attr.watermark = 0;
  attr.wakeup_events = 1;
  auto event = open_counting(attr);
  if (!event)
    return event.error();
  auto mapping = PerfMapping::make(event->fd(), data_size);
  if (!mapping)
    return mapping.error();
  if (const auto enabled = event->enable(); !enabled)
    return enabled.error();
  auto quiet = open_into(*event, quiet_attr);
  if (!quiet)
    return quiet.error();
  const os::Locked lock(lock_);
  larger_ = std::move(*event);
  quiet_ = std::move(*quiet);
  return mapping;
}

void PerfEvents::close_counted(PerfEvent& event) {
  if (event.fd() < 0)
    return;
  if (count_lost())
    if (const auto counts = PerfCounts::read(event.fd(), read_format_))
      lost_by_closed_ += counts->lost;
  event = PerfEvent();
}

void PerfEvents::shrink() {
  const os::Locked lock(lock_);
  close_counted(quiet_);
  close_counted(larger_);
}

bool PerfEvents::stands_still() {
  const auto counts = PerfCounts::read(own().fd(), read_format_);
  return counts && std::exchange(enabled_ns_, counts->enabled_ns) == counts->enabled_ns;
}

Result<void> PerfEvents::renew(const perf_event_attr& attr) {
  auto event = open_into(first_, attr);
  if (!event)
    return event.error();
  if (const auto put = slot_.put(event->fd()); !put)
    return put;
  const os::Locked lock(lock_);
  close_counted(quiet_);
  close_counted(larger_);
  close_counted(renewed_);
  renewed_ = std::move(*event);
  enabled_ns_ = UINT64_MAX;
  return {};
}

Result<std::uint64_t> PerfEvents::lost() const {
  if (!count_lost())
    return Errno(EOPNOTSUPP);
  const os::Locked lock(lock_);
  std::uint64_t lost = lost_by_closed_;
  for (const PerfEvent* event : {&first_, &renewed_, &larger_, &quiet_}) {
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
