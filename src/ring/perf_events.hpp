// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvents: the perf events that write into one ring and its larger one, and which of them BPF
// code writes through.
#pragma once

#include <cstdint>

#include "os/lock.hpp"
#include "ring/map_slot.hpp"
#include "ring/perf_counts.hpp"
#include "ring/perf_event.hpp"
#include "ring/perf_mapping.hpp"

namespace ringside {

// BPF code writes through the event in the ring's map slot. The first event is the one that the
// ring is mapped from, and wakes the reader for each record. A renewed event takes the place of the
// first after the ring's CPU was offline. A busy ring has two more events with a larger ring of
// their own: one that wakes the reader for each record, and one that wakes it when that ring is
// half full.
class PerfEvents {
public:
  // open opens the first event, on `cpu`, as `attr` says. With `counts` it can be asked for how
  // long it has been on and, where the kernel does that, how many records it has lost.
  Result<void> open(perf_event_attr* attr, int cpu, bool counts);
  // enable enables the first event; put_into puts it into a slot of the map, which must outlive
  // this object, as the slot is emptied when it goes away.
  Result<void> enable() { return first_.enable(); }
  Result<void> put_into(int map_fd, std::uint32_t key);
  // use_map names the map by another descriptor.
  void use_map(int map_fd) { slot_.use_map(map_fd); }
  // take_out empties the slot: from here on BPF code's output to the ring fails.
  void take_out() { slot_ = MapSlot(); }

  // The first event's descriptor.
  [[nodiscard]] int fd() const { return first_.fd(); }

  // grow opens the two events of a larger ring of `data_size` bytes, and maps it. `quiet_attr` is
  // how to open the second of them. A failure leaves nothing behind. shrink closes them, once BPF
  // code writes through neither. larger_fd becomes readable when the larger ring's reader is woken.
  Result<PerfMapping> grow(const perf_event_attr& quiet_attr, std::size_t data_size);
  void shrink();
  [[nodiscard]] bool grown() const { return larger_.fd() >= 0; }
  [[nodiscard]] int larger_fd() const { return larger_.fd(); }

  // These make BPF code write into the ring, or into the larger ring with a wakeup for each record,
  // or without. A failure changes nothing.
  Result<void> write_to_own() { return slot_.put(own().fd()); }
  Result<void> write_to_larger() { return slot_.put(larger_.fd()); }
  Result<void> write_quietly() { return slot_.put(quiet_.fd()); }

  // stands_still is whether the ring's event has been on for no longer than at the last call: then
  // its CPU has been offline since, and BPF code's output fails for good. It takes events that
  // count, and some time between the calls. renew makes BPF code write into the ring through a new
  // event, opened as `attr` says; the events of a larger ring are closed. A failure changes
  // nothing.
  bool stands_still();
  Result<void> renew(const perf_event_attr& attr);

  // lost is how many records all events have lost so far: EOPNOTSUPP where they do not count.
  [[nodiscard]] Result<std::uint64_t> lost() const;
  [[nodiscard]] bool count_lost() const { return (read_format_ & kFormatLost) != 0; }

private:
  [[nodiscard]] Result<PerfEvent> open_counting(perf_event_attr attr) const;
  // open_into opens one more event, which writes into the ring of another.
  [[nodiscard]] Result<PerfEvent> open_into(const PerfEvent& ring,
                                            const perf_event_attr& attr) const;
  // close_counted closes an event, and keeps what it has lost.
  void close_counted(PerfEvent& event);
  [[nodiscard]] const PerfEvent& own() const { return renewed_.fd() >= 0 ? renewed_ : first_; }

  int cpu_ = 0;
  // What the events count, and what those have lost that are closed.
  std::uint64_t read_format_ = 0;
  std::uint64_t lost_by_closed_ = 0;
  std::uint64_t enabled_ns_ = UINT64_MAX;
  PerfEvent first_;
  // These change under the lock, because any thread may ask what the events have lost.
  mutable os::Lock lock_;
  PerfEvent renewed_;
  PerfEvent larger_;
  PerfEvent quiet_;
  MapSlot slot_;
};

} // namespace ringside
