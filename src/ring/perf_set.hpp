// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfSet: the perf rings of one buffer, and waiting for any of them.
#pragma once

#include <cstddef>
#include <span>

#include "base/array.hpp"
#include "base/owned.hpp"
#include "os/os.hpp"
#include "ring/perf_ring.hpp"
#include "ring/ready_set.hpp"

namespace ringside {

class PerfSet {
public:
  // open makes one ring at each place. kind.map_fd stays the caller's: the set works on a duplicate
  // of its own, so the caller may close it. If one ring cannot be made, all are undone and its
  // error is returned, told in a message.
  static Result<Owned<PerfSet>> open(std::span<const RingPlace> places, RingKind kind);

  // poll waits for rings that the kernel has signalled, as epoll_wait(2) does, reads those, and
  // returns how many. EINTR if a signal came first. The first read that does not end well ends the
  // call with its result; the rings behind it are left for later.
  Result<int> poll(int timeout_ms);

  // consume reads all rings without waiting, up to the first whose read does not end well: 0, or
  // that read's result.
  Result<int> consume();

  // consume_ring reads one ring. Different rings may be read by different threads at once.
  Result<int> consume_ring(std::size_t index) { return rings_[index].read(); }

  [[nodiscard]] std::size_t ring_count() const { return rings_.size(); }
  [[nodiscard]] const PerfRing& ring(std::size_t index) const { return rings_[index]; }
  [[nodiscard]] int epoll_fd() const { return ready_.fd(); }

private:
  os::UniqueFd map_;
  ReadySet ready_;
  Array<PerfRing> rings_;
};

} // namespace ringside
