// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// UserRing: reserving, waiting for room, and committing.
#include "ring/user_ring.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include "base/log.hpp"
#include "base/shared_word.hpp"
#include "os/reason.hpp"
#include "ring/bpf_map.hpp"
#include "ring/bpf_record.hpp"

namespace ringside {
namespace {

Errno refused(const char* step, int map_fd, Errno error) {
  const os::Wanted wanted{1, 0};
  const auto reason =
      os::explain(os::RefusedCall::other, error, wanted, os::ProcessFacts::gather());
  log(LogLevel::warn, "user_ring_buffer: map_fd %d: %s failed: %s\n", map_fd, step, reason.text);
  return error;
}

} // namespace

Result<Owned<UserRing>> UserRing::open(int map_fd) {
  auto mapping = map_bpf_ring("user_ring_buffer", map_fd, BpfMapping::Filler::program);
  if (!mapping)
    return mapping.error();
  auto ring = make<UserRing>();
  if (ring == nullptr)
    return refused("allocating memory", map_fd, Errno(ENOMEM));
  auto ready = ReadySet::make(1);
  if (!ready)
    return refused("making an epoll set", map_fd, ready.error());
  // The kernel calls a ring with any room writable. Only a change is worth waking for: the room may
  // be too little for the record that is waited with.
  if (const auto watched = ready->watch(map_fd, EPOLLOUT | EPOLLET, 0); !watched)
    return refused("adding the ring to the epoll set", map_fd, watched.error());
  ring->mapping_ = std::move(*mapping);
  ring->ready_ = std::move(*ready);
  return ring;
}

Result<void*> UserRing::reserve(std::uint32_t size) {
  const std::size_t ring_size = mapping_.data_size();
  if ((size & BpfRecord::kFlags) != 0 || BpfRecord::extent_of(size) > ring_size)
    return Errno(E2BIG);

  // Pairs with the kernel's release of consumer_pos in __bpf_user_ringbuf_sample_release: BPF code
  // has done with what lies before it.
  const std::uint64_t consumer = load_acquire(mapping_.consumer_position());
  // Only this thread writes the producer's position.
  const std::uint64_t producer = load_relaxed(mapping_.own_producer_position());
  const std::uint64_t used = producer - consumer;
  if (used > ring_size || BpfRecord::extent_of(size) > ring_size - used)
    return Errno(ENOSPC);

  std::byte* record = mapping_.at(producer);
  auto* header = reinterpret_cast<std::uint32_t*>(record);
  // The header's second word is the kernel's to use in the other kind of ring.
  header[1] = 0;
  store_relaxed(header[0], size | BPF_RINGBUF_BUSY_BIT);
  // Pairs with the kernel's acquire of producer_pos in __bpf_user_ringbuf_peek: it finds the record
  // busy, not what the ring held before.
  store_release(mapping_.own_producer_position(), producer + BpfRecord::extent_of(size));
  return static_cast<void*>(record + BpfRecord::kHeaderSize);
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

void UserRing::commit(void* data, Commit how) {
  // The data may lie over the end of the first mapping; its header is found in the first in any
  // case.
  std::byte* record =
      mapping_.at(mapping_.offset_of(data) + mapping_.data_size() - BpfRecord::kHeaderSize);
  auto& header = *reinterpret_cast<std::uint32_t*>(record);
  std::uint32_t word = load_relaxed(header) & ~BPF_RINGBUF_BUSY_BIT;
  if (how == Commit::discard)
    word |= BPF_RINGBUF_DISCARD_BIT;
  // Pairs with the kernel's acquire of the header in __bpf_user_ringbuf_peek: the data comes before
  // the word that says it is there.
  exchange(header, word);
}

} // namespace ringside
