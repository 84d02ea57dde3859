// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfRing: the perf ring of one CPU, from its event to its place in the map, and reading it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <linux/types.h>

#include "base/array.hpp"
#include "base/owned.hpp"
#include "base/read_mark.hpp"
#include "kernel/reason.hpp"
#include "os/lock.hpp"
#include "ring/budget.hpp"
#include "ring/perf_events.hpp"
#include "ring/perf_mapping.hpp"
#include "ring/perf_read.hpp"
#include "ring/ring_stats.hpp"
#include "ring/wakeup_policy.hpp"

namespace ringside {

// kGoOn is a raw handler's answer to go on reading. Any other ends the read: with 0 well, with
// anything else as the result of the call. The record is consumed in every case.
inline constexpr int kGoOn = -2;

// PerfHandler says where records go: all to `event` if it is set, else by type to `sample` and
// `lost`, of which either may be null to drop them. A record's memory is valid until the call
// returns. Handlers may leave by a C++ exception or longjmp: nothing of ours lives in the frames
// between.
struct PerfHandler {
  void (*sample)(void* context, int cpu, void* data, __u32 size) = nullptr;
  void (*lost)(void* context, int cpu, __u64 count) = nullptr;
  int (*event)(void* context, int cpu, perf_event_header* record) = nullptr;
  void* context = nullptr;
};

// RingPlace is where a ring belongs: a CPU, and the slot of the map that its BPF code writes to.
struct RingPlace {
  int cpu = 0;
  std::uint32_t key = 0;
};

// RingParams is what the rings of one buffer have in common.
struct RingParams {
  // As perf_event_open(2) takes it; attr->size bytes of it are the caller's.
  perf_event_attr* attr = nullptr;
  // The map whose slots the events go to. Borrowed: it must outlive the rings.
  int map_fd = -1;
  // Size of the data area behind the header page: a power of two, whole pages.
  std::size_t data_size = 0;
  PerfHandler handler = {};
  // Whether the events may be opened so that what they count can be read: for how long they have
  // been on and, where the kernel does that, what they have lost.
  bool counts = false;
  // Whether to warn of another reader whose event is in the slot: it gets no more records.
  bool warns_of_other = false;
  // Whether to ask the events for losses while the ring is read.
  bool looks_for_lost = false;
  // Whether to say why a ring could not be made. To find the reason takes system calls.
  bool explains_failures = true;
  // When wakeups change; limits of 0 are those of a program that decides by itself.
  WakeupLimits wakeups = {};
};

class PerfRing {
public:
  // open makes the ring of `place`: opens the event, maps it, enables it and puts it into its slot.
  // The error is the kernel's, told in a message that computes the reason; `wanted` is what all
  // rings of the buffer need. A failure leaves nothing behind.
  static Result<Owned<PerfRing>> open(RingPlace place, const RingParams& params,
                                      const kernel::Wanted& wanted);

  PerfRing() = default;
  PerfRing(const PerfRing&) = delete;
  PerfRing& operator=(const PerfRing&) = delete;
  // BPF code stops writing before the ring goes away.
  ~PerfRing() { events_.take_out(); }

  // use_map names the map by another descriptor, which must outlive the ring.
  void use_map(int map_fd) { events_.use_map(map_fd); }

  [[nodiscard]] int fd() const { return events_.fd(); }
  // memory is the whole mapping that the program has asked for: the header page, then data_size()
  // bytes.
  [[nodiscard]] void* memory() const { return own_.memory(); }
  [[nodiscard]] std::size_t data_size() const { return own_.data_size(); }

  [[nodiscard]] int cpu() const { return cpu_; }
  // unread is how many bytes wait to be read now. They are the ring's own word.
  [[nodiscard]] std::uint64_t unread() const {
    return own_.unread() + (larger_ ? larger_.unread() : 0);
  }
  // How many records have been handed over in all.
  [[nodiscard]] std::uint64_t records() const { return counters_.records.get(); }

  // Any thread may ask for stats, while another reads the ring. Losses are asked of the events,
  // where those count them. woken counts a wait to which the kernel has named the ring.
  [[nodiscard]] RingStats stats() const;
  void woken() { counters_.wakeups.add(1); }

  // How the reader learns of records is the set's to decide; the ring keeps what the set knows.
  [[nodiscard]] WakeupPolicy& wakeups() { return wakeups_; }
  [[nodiscard]] const WakeupPolicy& wakeups() const { return wakeups_; }

  // A ring that is busy writes into a larger ring of its own. grow makes one of `data_size` bytes;
  // larger_fd is readable when its reader is woken. shrink gives it back, which takes that BPF code
  // writes to the ring itself again, that all is read, and that no read is under way.
  Result<void> grow(const perf_event_attr& quiet_attr, std::size_t data_size);
  void shrink();
  [[nodiscard]] bool grown() const { return static_cast<bool>(larger_); }
  [[nodiscard]] std::size_t larger_size() const { return larger_.data_size(); }
  [[nodiscard]] std::uint64_t larger_unread() const { return larger_.unread(); }
  [[nodiscard]] int larger_fd() const { return events_.larger_fd(); }
  // in_larger is whether BPF code writes to the larger ring. coalesce makes it write there without
  // waking the reader; signal makes it wake the reader for each record again, wherever it writes;
  // return_home makes it write to the ring itself. Records are read in their order. A failure
  // leaves things as they were.
  [[nodiscard]] bool in_larger() const { return in_larger_; }
  Result<void> coalesce();
  Result<void> signal() { return in_larger_ ? events_.write_to_larger() : events_.write_to_own(); }
  Result<void> return_home();
  // When the ring was last busy, or BPF code last left the larger ring.
  [[nodiscard]] std::uint64_t left_ns() const { return left_ns_; }
  void set_left_ns(std::uint64_t now_ns) { left_ns_ = now_ns; }

  // See PerfEvents. What is in the ring, and the ring's descriptor, stay what they are.
  bool stands_still() { return events_.stands_still(); }
  Result<void> renew(const perf_event_attr& attr);

  // read hands the records that are there now to the handler, in order. What was lost is told, too:
  // by the kernel's records, and by what its events have counted when the ring was found more than
  // half full, since the kernel writes such a record only before the next one that fits. What
  // arrives meanwhile waits for the next read. Space goes back to the kernel each time a quarter of
  // the ring has been handled, and at the end. Returns 0, or what a raw handler has ended the read
  // with. Errors:
  //   EBADMSG  the ring's positions or a record's size make no sense; what was unread is skipped
  //   EPERM    a record is neither sample nor lost, and there is no raw handler; programs see -1,
  //            the interface's own code for it
  //   any      a raw handler's negative answer, as an error
  Result<int> read();
  // read_within is the same until the budget is spent, of which each record of the ring takes one.
  Result<int> read_within(Budget& budget);

  // being_read is whether a read has yet to return, and has_unfinished_read whether one has, or was
  // left; see ReadMark. silence puts handlers that do nothing in the place of the program's, in a
  // read that is under way as well, and ends one that has a raw handler.
  [[nodiscard]] bool being_read(const void* frame) const { return mark_.under_way(frame); }
  [[nodiscard]] bool has_unfinished_read() const { return mark_.unfinished(); }
  void silence();

private:
  // read_while reads as long as `goes_on` answers so, which is asked after each record.
  template <class GoesOn>
  Result<int> read_while(GoesOn goes_on);
  // read_in_order hands what is in the ring and in the larger one to read(mapping, head, copy), the
  // older records first.
  template <class Read>
  PerfRead read_in_order(Read read);
  Result<void> make(RingPlace place, const RingParams& params, const kernel::Wanted& wanted);
  // lost_recorded takes the kernel's record of a loss, of which some may have been told already.
  [[gnu::cold]] void lost_recorded(std::uint64_t count);
  // look_for_lost takes what the kernel has counted, and has not recorded in this mapping.
  [[gnu::cold]] void look_for_lost(const PerfMapping& emptied);
  // count takes what goes back to the kernel, with what was kept meanwhile.
  void count(std::uint64_t records, std::uint64_t bytes);
  // What is rare stays out of the loop over the records. Plain arguments, because a record that is
  // passed whole would be put together in memory for each record that is not rare.
  [[gnu::cold]] void report_corrupt(std::uint64_t position, std::uint64_t skipped);
  // dropped tells of a record that is not handed over, and goes on.
  [[gnu::cold]] PerfRead dropped(std::uint32_t type, std::size_t size, const char* why);
  // keep_lost takes what a raw handler is given of a loss.
  [[gnu::cold]] void keep_lost(const std::byte* bytes, std::size_t size);
  // deliver_by_type and deliver_raw hand one record to the handler.
  PerfRead deliver_by_type(PerfRecord record);
  PerfRead deliver_raw(PerfRecord record);
  // deliver_other takes what is no sample, and returns an answer as a raw handler would.
  [[gnu::cold]] int deliver_other(std::uint32_t type, const std::byte* bytes, std::size_t size);

  // written_to is what BPF code writes to now.
  [[nodiscard]] const PerfMapping& written_to() const { return in_larger_ ? larger_ : own_; }

  // answered keeps the answer that ends a read.
  PerfRead answered(int answer) {
    if (answer == kGoOn)
      return PerfRead::go_on;
    answer_ = answer;
    return PerfRead::stopped;
  }

  int cpu_ = 0;
  int answer_ = 0;
  PerfHandler handler_;
  bool looks_for_lost_ = false;
  ReadMark mark_;
  // How many losses the handler has been told of that the kernel has yet to write a record of.
  std::uint64_t lost_told_early_ = 0;
  // What is rare among the records whose space has not gone back yet: those that are not for the
  // handler, or not counted as its, the losses that they tell of, how many of these were told
  // early, and how many records were dropped. A handler that leaves by an exception is given these
  // records again, and they are counted then.
  struct Kept {
    std::uint64_t others = 0;
    std::uint64_t lost = 0;
    std::uint64_t told_early = 0;
    std::uint64_t dropped = 0;
  };
  Kept kept_;
  // WrapRoom is memory in which a record that wraps is put together. It is made when one comes:
  // that is seldom, and of its size.
  class WrapRoom {
  public:
    // get is memory of that many bytes; null if there is none.
    std::byte* get(std::size_t size);

  private:
    Array<std::byte> bytes_;
  };
  RingCounters counters_;
  WakeupPolicy wakeups_;
  PerfEvents events_;
  // The mappings change under the lock, because any thread may ask for stats.
  mutable os::Lock lock_;
  PerfMapping own_;
  PerfMapping larger_;
  bool in_larger_ = false;
  std::uint64_t left_ns_ = 0;
  WrapRoom wrap_room_;
  WrapRoom larger_wrap_room_;
};

} // namespace ringside
