// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// UserRing: reserving, waiting for room, and committing.
#include "ring/user_ring.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include "base/log.hpp"
#include "kernel/reason.hpp"
#include "os/clock.hpp"
#include "ring/ringbuf_map.hpp"

namespace ringside {
namespace {

Errno refused(const char* step, int map_fd, Errno error) {
  const kernel::Wanted wanted{1, 0};
  const auto reason = kernel::explain_now(kernel::RefusedCall::other, error, wanted);
  log(LogLevel::warn, "user_ring_buffer: map_fd %d: %s failed: %s\n", map_fd, step, reason.text);
  return error;
}

} // namespace

Result<UserRing> UserRing::open(int map_fd) {
  auto mapping = map_ringbuf("user_ring_buffer", map_fd, RingbufMapping::Filler::program);
  if (!mapping)
    return mapping.error();
  auto ready = ReadySet::make();
  if (!ready)
    return refused("making an epoll set", map_fd, ready.error());
  if (const auto room = ready->reserve(1); !room)
    return refused("allocating memory", map_fd, room.error());
  // The kernel calls a ring with any room writable. Only a change is worth waking for: the room may
  // be too little for the record that is waited with.
  if (const auto watched = ready->watch(map_fd, EPOLLOUT | EPOLLET, 0); !watched)
    return refused("adding the ring to the epoll set", map_fd, watched.error());
  UserRing ring;
  ring.mapping_ = std::move(*mapping);
  ring.ready_ = std::move(*ready);
  return ring;
}

Result<void*> UserRing::reserve_blocking(std::uint32_t size, int timeout_ms) {
  constexpr std::uint64_t kNsPerMs = 1'000'000;
  if (timeout_ms < -1)
    return Errno(EINVAL);
  const bool for_ever = timeout_ms == -1;
  const std::uint64_t start = for_ever ? 0 : os::now_ns();
  const std::uint64_t allowed = for_ever ? 0 : static_cast<std::uint64_t>(timeout_ms) * kNsPerMs;
  for (bool last = false;;) {
    auto record = reserve(size);
    if (record || record.error() != Errno(ENOSPC) || last)
      return record;
    int wait_ms = -1;
    if (!for_ever) {
      const std::uint64_t gone = std::min(os::now_ns() - start, allowed);
      wait_ms = static_cast<int>((allowed - gone + kNsPerMs - 1) / kNsPerMs);
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
