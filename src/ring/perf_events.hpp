// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvents: the perf events that write into one ring, and which of them BPF code writes through.
#pragma once

#include <cstdint>

#include "os/lock.hpp"
#include "ring/map_slot.hpp"
#include "ring/perf_counts.hpp"
#include "ring/perf_event.hpp"

namespace ringside {

// BPF code writes through the event in the ring's map slot. The first event is the one that the
// ring is mapped from, and wakes the reader for each record. A second event, which wakes the reader
// when the ring is half full, is opened when the ring first coalesces. A renewed event takes the
// place of the first after the ring's CPU was offline. All write into one ring, in order.
class PerfEvents {
public:
  // open opens the first event, on `cpu`, as `attr` says. With `counts` it can be asked for how
  // long it has been on and, where the kernel does that, how many records it has lost.
  Result<void> open(perf_event_attr* attr, int cpu, bool counts);
  // enable enables the first event; put_into puts it into a slot of the map, which must outlive
  // this object, as the slot is emptied when it goes away.
  Result<void> enable() { return first_.enable(); }
  Result<void> put_into(int map_fd, std::uint32_t key);
  // take_out empties the slot: from here on BPF code's output to the ring fails.
  void take_out() { slot_ = MapSlot(); }

  // The first event's descriptor; give is the same for the program, which may put it into another
  // map.
  [[nodiscard]] int fd() const { return first_.fd(); }
  int give() { return first_.give(); }

  // coalesce makes BPF code write through the second event; `attr` says how to open it. signal
  // makes it write through the first, or the one in its place, again. A failure changes nothing.
  Result<void> coalesce(const perf_event_attr& attr);
  Result<void> signal() { return slot_.put(signalling().fd()); }

  // stands_still is whether the event that signals has been on for no longer than at the last call:
  // then its CPU has been offline since, and BPF code's output to it fails for good. It takes
  // events that count, and some time between the calls. renew makes BPF code write through a new
  // event, opened as `attr` says. A failure changes nothing.
  bool stands_still();
  Result<void> renew(const perf_event_attr& attr);

  // lost is how many records all events have lost so far: EOPNOTSUPP where they do not count.
  [[nodiscard]] Result<std::uint64_t> lost() const;
  [[nodiscard]] bool count_lost() const { return (read_format_ & kFormatLost) != 0; }

private:
  // open_into_ring opens one more event that writes into the ring.
  [[nodiscard]] Result<PerfEvent> open_into_ring(const perf_event_attr& attr) const;
  [[nodiscard]] const PerfEvent& signalling() const {
    return renewed_.fd() >= 0 ? renewed_ : first_;
  }

  int cpu_ = 0;
  // What the events count, and what those have lost that are closed.
  std::uint64_t read_format_ = 0;
  std::uint64_t lost_by_closed_ = 0;
  std::uint64_t enabled_ns_ = UINT64_MAX;
  PerfEvent first_;
  // These change under the lock, because any thread may ask what the events have lost.
  mutable os::Lock lock_;
  PerfEvent renewed_;
  PerfEvent second_;
  MapSlot slot_;
};

} // namespace ringside
