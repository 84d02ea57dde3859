// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufRecord: the format of a record in a BPF ring buffer, for the ring that the kernel fills
// and the one that the program fills. Source: include/uapi/linux/bpf.h, kernel/bpf/ringbuf.c.
#pragma once

#include <cstddef>
#include <cstdint>

#include <linux/bpf.h>

namespace ringside {

// A record is a header of 8 bytes, of which the first word is its length and two flags, and its
// data, rounded up to 8. Records begin at multiples of 8.
struct RingbufRecord {
  static constexpr std::size_t kHeaderSize = BPF_RINGBUF_HDR_SZ;
  static constexpr std::uint32_t kFlags = BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT;

  // The header's first word, as it was read.
  std::uint32_t word;

  // A record is busy between its reservation and its commit.
  [[nodiscard]] bool busy() const { return (word & BPF_RINGBUF_BUSY_BIT) != 0; }
  [[nodiscard]] bool discarded() const { return (word & BPF_RINGBUF_DISCARD_BIT) != 0; }
  [[nodiscard]] std::uint32_t data_size() const { return word & ~kFlags; }
  [[nodiscard]] std::size_t extent() const { return extent_of(data_size()); }

  // extent_of is how many bytes of the ring a record of `data_size` bytes takes.
  [[nodiscard]] static std::size_t extent_of(std::uint32_t data_size) {
    return (std::size_t{data_size} + kHeaderSize + 7) & ~std::size_t{7};
  }
};

} // namespace ringside
