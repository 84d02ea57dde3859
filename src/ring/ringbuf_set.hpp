// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufSet: some BPF ring buffers, and waiting for any of them.
#pragma once

#include <cstddef>

#include "base/array.hpp"
#include "base/owned.hpp"
#include "ring/ready_set.hpp"
#include "ring/ringbuf_ring.hpp"
#include "ring/turn.hpp"

namespace ringside {

class RingbufSet {
public:
  static Result<Owned<RingbufSet>> make_empty();

  // add opens one more ring. If it cannot, the set stays as it was; the failure is told in a
  // message.
  Result<void> add(int map_fd, const RingbufHandler& handler);

  // poll waits for rings that have something, as epoll_wait(2) does, reads those, and returns how
  // many records were handed over. Records of which the kernel tells nobody are read when the time
  // is over. EINTR if a signal came first. The first read that fails ends the call with its error;
  // the rings behind it are left for later. Each call begins with another ring.
  Result<std::size_t> poll(int timeout_ms);

  // consume reads the rings without waiting, at most `limit` records in all. Each call begins with
  // another ring.
  Result<std::size_t> consume(std::size_t limit);
  // consume_within is the same until the budget is spent; then the next call begins with the ring
  // behind the one where it ended.
  Result<std::size_t> consume_within(Budget& budget);
  // holds_something says whether a ring has anything unread now, written or not.
  [[nodiscard]] bool holds_something() const;

  // interrupt has the poll that is under way, or else the next one, return at once with what it
  // has. It may be called by any thread and by a signal handler.
  Result<void> interrupt() { return ready_.interrupt(); }

  [[nodiscard]] std::size_t ring_count() const { return rings_.size(); }
  [[nodiscard]] RingbufRing& ring(std::size_t index) { return *rings_[index]; }
  [[nodiscard]] const RingbufRing& ring(std::size_t index) const { return *rings_[index]; }
  [[nodiscard]] int epoll_fd() const { return ready_.fd(); }

  // stats is what has gone through a ring, or through all; polls is how often poll was called. Any
  // thread may ask while others read.
  [[nodiscard]] RingStats stats(std::size_t index) const { return rings_[index]->stats(); }
  [[nodiscard]] RingStats stats() const;
  [[nodiscard]] std::uint64_t polls() const { return polls_.get(); }

  // watched_by_program says that the program waits for rings by itself, or does not wait at all:
  // all are signalled, for good.
  void watched_by_program();

  // being_read is whether a read of a ring has yet to return; see ReadMark. silence is for a set
  // that goes away when none has: handlers are called no more, and calls that are under way go on
  // to no other ring.
  [[nodiscard]] bool being_read(const void* frame) const;
  void silence();
  [[nodiscard]] bool silenced() const { return silenced_; }

private:
  // look reads a ring in a poll and decides on its wakeups.
  Result<std::size_t> look(RingbufRing& ring, std::uint64_t now_ns);
  void change(RingbufRing& ring, WakeupMode wanted);

  Counter polls_;
  ReadySet ready_;
  Array<Owned<RingbufRing>> rings_;
  Turn turn_;
  std::uint64_t max_latency_ns_ = 0;
  // Some rings are by the clock only while this is set.
  bool by_clock_ = false;
  bool silenced_ = false;
};

} // namespace ringside
