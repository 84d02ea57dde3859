// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// UserRing: the BPF ring buffer that a program fills and BPF code drains. One producer thread.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "base/shared_word.hpp"
#include "ring/ready_set.hpp"
#include "ring/ringbuf_mapping.hpp"
#include "ring/ringbuf_record.hpp"

namespace ringside {

class UserRing {
public:
  // open maps the ring buffer behind `map_fd`, which stays the caller's. Failures as
  // RingbufRing::open.
  static Result<UserRing> open(int map_fd);

  // reserve publishes a busy record and returns where its `size` bytes go, aligned to 8. The record
  // keeps BPF code from those behind it until it is submitted or discarded. E2BIG if the ring can
  // never hold it, ENOSPC if it cannot now.
  Result<void*> reserve(std::uint32_t size);
  // reserve_blocking waits for room, for ever if timeout_ms is -1. ENOSPC if there still is none
  // when the time is over, EINTR if a signal came first, EINVAL for a timeout below -1.
  Result<void*> reserve_blocking(std::uint32_t size, int timeout_ms);

  // commit hands a reserved record to BPF code: all of it, or as one to skip.
  enum class Commit { submit, discard };
  static void commit(void* data, Commit how);

private:
  RingbufMapping mapping_;
  ReadySet ready_;
};

// Reserving and committing are a few loads and stores each: inline, a call would cost as much.

inline Result<void*> UserRing::reserve(std::uint32_t size) {
  const std::size_t ring_size = mapping_.data_size();
  if ((size & RingbufRecord::kFlags) != 0 || RingbufRecord::extent_of(size) > ring_size)
    return Errno(E2BIG);

  // Pairs with the kernel's release of consumer_pos in __bpf_user_ringbuf_sample_release: BPF code
  // has done with what lies before it.
  const std::uint64_t consumer = load_acquire(mapping_.consumer_position());
  // Only this thread writes the producer's position.
  const std::uint64_t producer = load_relaxed(mapping_.own_producer_position());
  const std::size_t extent = RingbufRecord::extent_of(size);
  if (producer - consumer > ring_size - extent)
    return Errno(ENOSPC);

  std::byte* record = mapping_.at(producer);
  auto* header = reinterpret_cast<std::uint32_t*>(record);
  // The header's second word is the kernel's to use in the other kind of ring.
  header[1] = 0;
  store_relaxed(header[0], size | BPF_RINGBUF_BUSY_BIT);
  // Pairs with the kernel's acquire of producer_pos in __bpf_user_ringbuf_peek: it finds the record
  // busy, not what the ring held before.
  store_release(mapping_.own_producer_position(), producer + extent);
  return static_cast<void*>(record + RingbufRecord::kHeaderSize);
}

inline void UserRing::commit(void* data, Commit how) {
  auto& header =
      *reinterpret_cast<std::uint32_t*>(static_cast<std::byte*>(data) - RingbufRecord::kHeaderSize);
  std::uint32_t word = load_relaxed(header) & ~BPF_RINGBUF_BUSY_BIT;
  if (how == Commit::discard)
    word |= BPF_RINGBUF_DISCARD_BIT;
  // Pairs with the kernel's acquire of the header in __bpf_user_ringbuf_peek: the data comes before
  // the word that says it is there.
  store_release(header, word);
}

} // namespace ringside
