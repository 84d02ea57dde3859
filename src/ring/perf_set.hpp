// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfSet: the perf rings of one buffer, and waiting for any of them.
#pragma once

#include <cstddef>
#include <span>

#include "base/array.hpp"
#include "base/owned.hpp"
#include "base/shared_word.hpp"
#include "kernel/cpu_watch.hpp"
#include "os/unique_fd.hpp"
#include "ring/own_calls.hpp"
#include "ring/perf_ring.hpp"
#include "ring/ring_set.hpp"
#include "ring/settings.hpp"

namespace ringside {

class PerfSet : public RingSet<PerfRing> {
public:
  // open makes one ring at each place. params.map_fd stays the caller's: the set works on a
  // duplicate of its own where it can have one, so that the caller may close it. If one ring cannot
  // be made, all are undone, and a message says why. The set follows the CPUs below `followed_cpus`
  // from then on, if the settings say so: one that comes online gets a ring, behind the others, at
  // the key that is its number; one that comes back has its ring renewed. That takes
  // RingParams::counts.
  static Result<Owned<PerfSet>> open(std::span<const RingPlace> places, const RingParams& params,
                                     const Settings& settings, unsigned followed_cpus);

  PerfSet() = default;
  PerfSet(const PerfSet&) = delete;
  PerfSet& operator=(const PerfSet&) = delete;
  // Rings empty their slots of the map, which is still open here.
  ~PerfSet() { drop_rings(); }

  // poll waits for rings that have something, as epoll_wait(2) does, reads those, and returns how
  // many. Records that the kernel has not signalled yet are read when the time is over. EINTR if a
  // signal came first. The first read that does not end well ends the call with its result; the
  // rings behind it are left for later. Each call begins with another ring.
  Result<int> poll(int timeout_ms);

  // consume reads all rings without waiting, up to the first whose read does not end well: 0, or
  // that read's result. Each call begins with another ring.
  Result<int> consume() { return consume_all(nullptr); }

  // consume_within is the same until the budget is spent. The next call begins with the ring behind
  // the one where it ended. Returns how many records were handed over; a raw handler's answer that
  // ends a read is no error here unless it is below 0.
  Result<std::size_t> consume_within(Budget& budget);

  // consume_ring reads one ring. Different rings may be read by different threads at once.
  Result<int> consume_ring(std::size_t index) { return ring(index).read(); }

  // The map's descriptor: the set's own, or the caller's where there is none.
  [[nodiscard]] int map_fd() const { return params_.map_fd; }

  // give_fd is the descriptor of a ring's event, and give_epoll_fd that of the set, for the program
  // to wait for; give_ring is a ring, for it to read. From then on the program sees exactly what
  // the kernel signals, and BPF code writes to the rings that the program has asked for.
  int give_fd(std::size_t index) {
    watched_by_program();
    return ring(index).fd();
  }
  int give_epoll_fd();
  const PerfRing& give_ring(std::size_t index) {
    watched_by_program();
    return ring(index);
  }

private:
  static constexpr char kSubject[] = "perf_buffer"; // of messages

  // poll_once is poll without looking at CPUs.
  Result<int> poll_once(int timeout_ms);
  // reads_first is whether a poll looks at the rings and does not ask the kernel.
  bool reads_first(bool waits, const void* frame);
  // forget_names has the kernel forget which rings it would still name though all is read there. It
  // is whether the call that is under way is to read what is there, or to end: something has come,
  // perhaps before the names went, or it is interrupted. See ReadMark for `frame`.
  bool forget_names(const void* frame);
  // consume_all reads all rings, within a budget if there is one.
  Result<int> consume_all(Budget* budget);
  void watched_by_program();
  // look reads a ring, within a budget if there is one, and decides on its wakeups if that is for
  // the set to do; `waits` is whether the call waits for rings.
  Result<int> look(std::size_t index, std::uint64_t now_ns, bool waits, Budget* budget = nullptr) {
    if (adaptive())
      return look_and_decide(index, now_ns, waits, budget);
    return read(ring(index), budget);
  }
  Result<int> look_and_decide(std::size_t index, std::uint64_t now_ns, bool waits, Budget* budget);
  static Result<int> read(PerfRing& ring, Budget* budget) {
    return budget != nullptr ? ring.read_within(*budget) : ring.read();
  }
  // change puts a ring into the mode that its policy wants. Where the kernel refuses to coalesce,
  // the ring stays signalled for good; where it refuses to signal, the next look decides anew.
  void change(std::size_t index, WakeupMode wanted, std::uint64_t now_ns);
  Result<void> coalesce(std::size_t index);
  // grow gives a ring its larger one, if there is none yet.
  Result<void> grow(std::size_t index);
  // tidy gives larger rings back that have not been busy for long.
  void tidy(std::uint64_t now_ns);
  Result<void> add(RingPlace place, const kernel::Wanted& wanted);
  [[nodiscard]] bool has_empty_ring() const;
  // follow_cpus looks at CPUs once a period, where one may have come or be back. It is whether the
  // set follows CPUs.
  bool follow_cpus() {
    if (has_ring_.size() == 0)
      return false;
    if (cpu_watch_.period_over(os::roughly_now_ns()))
      look_for_cpus();
    return true;
  }
  void look_for_cpus();
  // could_not says once that something failed which the program has not asked for.
  void could_not(const char* what, Errno error);
  // follow_online_cpus renews rings whose CPU is back, and makes those of CPUs that have come.
  Result<void> follow_online_cpus();
  [[nodiscard]] bool adaptive() const { return load_relaxed(adaptive_); }

  os::UniqueFd map_;
  // What new rings are made of; attr_ is there while the set follows CPUs.
  RingParams params_;
  perf_event_attr attr_{};
  kernel::CpuWatch cpu_watch_;
  OwnCalls calls_to_follow_;
  bool failure_said_ = false;
  // Which of the CPUs that are followed have a ring.
  Array<bool> has_ring_;
  // The set decides on wakeups while adaptive_. quiet_attr_ is the event through which a busy ring
  // is written.
  perf_event_attr quiet_attr_{};
  OwnCalls calls_to_adapt_;
  bool adaptive_ = false;
  bool watched_ = false;
  // The kernel wakes for each record, and the user has not asked for exactly that.
  bool may_read_unasked_ = false;
  // The larger rings: how many bytes they may have, and have, together.
  std::uint64_t busy_bytes_total_ = 0;
  std::uint64_t busy_bytes_ = 0;
  std::uint64_t tidied_ns_ = 0;
};

} // namespace ringside
