// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// UserRing: reserving, waiting for room, and committing.
#include "ring/user_ring.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include "base/log.hpp"
#include "kernel/refusal.hpp"
#include "os/clock.hpp"
#include "ring/ringbuf_map.hpp"

namespace ringside {
namespace {

// The epoll set.
constexpr kernel::Wanted kUserRingWanted{1, 0};

} // namespace

Result<UserRing> UserRing::open(int map_fd) {
  const Subject buffer("user_ring_buffer");
  const Subject subject(buffer, "map_fd", map_fd);
  auto mapping = map_ringbuf("user_ring_buffer", map_fd, RingbufMapping::Filler::program);
  if (!mapping)
    return mapping.error();
  auto ready = ReadySet::make();
  if (!ready)
    return kernel::refused(subject, {"making an epoll set"}, ready.error(), kUserRingWanted);
  if (const auto room = ready->reserve(1); !room)
    return kernel::refused(subject, {"allocating memory"}, room.error(), kUserRingWanted);
  // The kernel calls a ring with any room writable. Only a change is worth waking for: the room may
  // be too little for the record that is waited with.
  if (const auto watched = ready->watch(map_fd, EPOLLOUT | EPOLLET, 0); !watched)
    return kernel::refused(subject, {"adding the ring to the epoll set"}, watched.error(),
                           kUserRingWanted);
  UserRing ring;
  ring.mapping_ = std::move(*mapping);
  ring.ready_ = std::move(*ready);
  return ring;
}

Result<void*> UserRing::reserve_blocking(std::uint32_t size, int timeout_ms) {
  if (timeout_ms < -1)
    return Errno(EINVAL);
  const bool for_ever = timeout_ms == -1;
  const std::uint64_t start = for_ever ? 0 : os::now_ns();
  const std::uint64_t allowed =
      for_ever ? 0 : static_cast<std::uint64_t>(timeout_ms) * os::kNsPerMs;
  for (bool last = false;;) {
    auto record = reserve(size);
    if (record || record.error() != Errno(ENOSPC) || last)
      return record;
    int wait_ms = -1;
    if (!for_ever) {
      const std::uint64_t gone = std::min(os::now_ns() - start, allowed);
      wait_ms = static_cast<int>((allowed - gone + os::kNsPerMs - 1) / os::kNsPerMs);
      last = wait_ms == 0;
      if (last)
        continue;
    }
    const auto ready = ready_.wait(wait_ms);
    if (!ready)
      return ready.error();
  }
}

} // namespace ringside
