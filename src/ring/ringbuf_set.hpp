// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufSet: some BPF ring buffers, and waiting for any of them.
#pragma once

#include <cstddef>

#include "base/owned.hpp"
#include "ring/ring_set.hpp"
#include "ring/ringbuf_ring.hpp"

namespace ringside {

class RingbufSet : public RingSet<RingbufRing> {
public:
  static Result<Owned<RingbufSet>> make_empty();

  // add opens one more ring. If it cannot, the set stays as it was, and a message says why.
  Result<void> add(int map_fd, const RingbufHandler& handler);

  // poll waits for rings that have something, as epoll_wait(2) does, reads those, and returns how
  // many records were handed over. Records that the kernel does not signal are read when the time
  // is over. EINTR if a signal came first. The first read that fails ends the call with its error;
  // the rings behind it are left for later. Each call begins with another ring.
  Result<std::size_t> poll(int timeout_ms);

  // consume reads the rings without waiting, at most `limit` records in all. Each call begins with
  // another ring.
  Result<std::size_t> consume(std::size_t limit);
  // consume_within is the same until the budget is spent; then the next call begins with the ring
  // behind the one where it ended.
  Result<std::size_t> consume_within(Budget& budget);

  // give_epoll_fd is the set's descriptor for the program, to wait for its rings by itself. From
  // then on all rings are signalled.
  int give_epoll_fd();

private:
  // watched_by_program says that the program does not wait in poll: all rings are signalled, for
  // good.
  void watched_by_program();
  // reads_first is whether a poll looks at the rings and does not ask the kernel.
  bool reads_first(int timeout_ms);
  // look reads a ring in a poll and decides on its wakeups.
  Result<std::size_t> look(RingbufRing& ring, std::uint64_t now_ns);
  // has_listed is whether a ring that a wait has reported still has something to read.
  bool has_listed();
  // wait_ms is how long to wait for the rings that are due by the clock, or the end of the call.
  [[nodiscard]] int wait_ms(std::uint64_t end_ns, std::uint64_t now_ns) const;

  std::uint64_t max_latency_ns_ = 0;
};

} // namespace ringside
