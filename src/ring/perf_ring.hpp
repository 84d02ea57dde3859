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
#include "os/mapping.hpp"
#include "ring/budget.hpp"
#include "ring/perf_events.hpp"
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
  // Whether to tell of another reader whose event is in the slot: it gets no more records.
  bool warns_of_other = false;
  // Whether to say why a ring could not be made. To find the reason takes system calls.
  bool explains_failures = true;
  // When wakeups change; limits of 0 are those of a program that decides by itself. Whoever makes a
  // set says max_latency_ns, and the set the rest.
  WakeupLimits wakeups = {};
  // How to open the events through which rings coalesce. It must outlive the rings.
  const perf_event_attr* second_attr = nullptr;
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

  [[nodiscard]] int fd() const { return events_.fd(); }
  int give_fd() { return events_.give(); }
  // memory is the whole mapping: the header page, then data_size() bytes.
  [[nodiscard]] void* memory() const { return mapping_.data(); }
  [[nodiscard]] std::size_t data_size() const { return data_.size; }

  [[nodiscard]] int cpu() const { return cpu_; }
  // unread is how many bytes are between the ring's positions now. They are the ring's own word.
  [[nodiscard]] std::uint64_t unread() const {
    // The tail first: another thread that reads the ring meanwhile moves it up to the head at most.
    const std::uint64_t tail = load_relaxed(page().data_tail);
    return load_relaxed(page().data_head) - tail;
  }
  // How many records have been handed over in all.
  [[nodiscard]] std::uint64_t records() const { return counters_.records.get(); }

  // stats may be asked for by any thread, while another reads the ring. Losses are asked of the
  // events, where those can tell. woken counts a wait to which the kernel has named the ring.
  [[nodiscard]] RingStats stats() const;
  void woken() { counters_.wakeups.add(1); }

  // How the reader learns of records is the set's to decide; this is where it keeps what it knows.
  [[nodiscard]] WakeupPolicy& wakeups() { return wakeups_; }
  [[nodiscard]] const WakeupPolicy& wakeups() const { return wakeups_; }
  // See PerfEvents. What is in the ring, and the ring's descriptor, stay what they are.
  Result<void> coalesce() { return events_.coalesce(*second_attr_); }
  Result<void> signal() { return events_.signal(); }
  // explain_stays_signalled says at debug level why the ring cannot coalesce.
  void explain_stays_signalled(Errno error) const;
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

  // being_read is whether a read has yet to return; see ReadMark. silence puts handlers that do
  // nothing in the place of the program's, in a read that is under way as well, and ends one that
  // has a raw handler.
  [[nodiscard]] bool being_read(const void* frame) const { return mark_.under_way(frame); }
  void silence();

private:
  // The kernel's header: it lies where the mapping begins. Source: perf_event_open(2).
  [[nodiscard]] perf_event_mmap_page& page() const {
    return *reinterpret_cast<perf_event_mmap_page*>(mapping_.data());
  }
  // read_while reads as long as `goes_on` answers so, which is asked after each record.
  template <class GoesOn>
  Result<int> read_while(GoesOn goes_on);
  Result<void> make(RingPlace place, const RingParams& params, const kernel::Wanted& wanted);
  // lost_recorded takes the kernel's record of a loss, of which some may have been told already.
  [[gnu::cold]] void lost_recorded(std::uint64_t count);
  [[gnu::cold]] void look_for_lost();
  // count takes what goes back to the kernel, with what was kept meanwhile.
  void count(std::uint64_t records, std::uint64_t bytes);
  // What is rare stays out of the loop over the records. Plain arguments, because a record that is
  // passed whole would be put together in memory for each record that is not rare.
  [[gnu::cold]] void report_corrupt(std::uint64_t position, std::uint64_t skipped);
  // dropped tells of a record that is not handed over, and goes on.
  [[gnu::cold]] PerfRead dropped(std::uint32_t type, std::size_t size, const char* why);
  // keep_lost takes what a raw handler is given of a loss.
  [[gnu::cold]] void keep_lost(const std::byte* bytes, std::size_t size);
  // deliver_other takes what is no sample, and returns an answer as a raw handler would.
  [[gnu::cold]] int deliver_other(std::uint32_t type, const std::byte* bytes, std::size_t size);

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
  RingCounters counters_;
  WakeupPolicy wakeups_;
  const perf_event_attr* second_attr_ = nullptr;
  PerfEvents events_;
  os::Mapping mapping_;
  PerfData data_;
  // Room for the largest record that can wrap.
  Array<std::byte> copy_;
};

} // namespace ringside
