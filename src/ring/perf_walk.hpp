// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfWalk: from record to record through the bytes of a perf ring. It reads memory and positions
// that it is given, checks them, and knows neither kernel nor callbacks.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <linux/perf_event.h>

#include "base/shared_word.hpp"

namespace ringside {

// PerfData is the data area of a perf ring. `size` is a power of two, at least one page. Positions
// are free-running; position & (size - 1) is the offset of a byte.
struct PerfData {
  std::byte* bytes = nullptr;
  std::size_t size = 0;
};

// Records begin and end at multiples of 8 bytes.
inline constexpr std::size_t kPerfAlignment = 8;

// PerfRecord is one record: where it begins, and what its header said when it was read. The memory
// behind it is shared, so type and size are read once and never again.
struct PerfRecord {
  std::byte* bytes;
  std::uint32_t type;
  std::size_t size;

  // at reads the header at an address in a ring. A header is 8 bytes at a multiple of 8, so it
  // never wraps.
  [[nodiscard]] static PerfRecord at(std::byte* bytes) {
    const auto& header = *reinterpret_cast<const perf_event_header*>(bytes);
    return {bytes, load_relaxed(header.type), load_relaxed(header.size)};
  }
  // fits is whether the size can be believed where `space` bytes are left: it is a multiple of 8,
  // not 0 (and so holds a header), and not larger.
  [[nodiscard]] bool fits(std::uint64_t space) const {
    return size % kPerfAlignment == 0 && size != 0 && size <= space;
  }
  // plain is whether the record is of the common kind that takes the least to hand over: it holds
  // more than a header, and ends in one piece at `end` or before.
  [[nodiscard]] bool plain(const std::byte* end) const {
    const bool too_small = size < sizeof(perf_event_header) + kPerfAlignment;
    if (size % kPerfAlignment != 0 || too_small) [[unlikely]]
      return false;
    return bytes + size <= end;
  }
};

// PerfWalk goes over [tail, head) in pieces, which end at head or at the end of the memory. A
// record that goes over the end of the memory wraps.
class PerfWalk {
public:
  PerfWalk(PerfData data, std::uint64_t tail, std::uint64_t head)
      : data_(data), piece_position_(tail), head_(head) {}

  // Whether there is nothing between head and tail, or they can be those of a ring of this size. If
  // not, only position() may be asked.
  [[nodiscard]] bool positions_ok() const {
    const std::uint64_t unread = head_ - piece_position_;
    return unread == 0 || (unread <= data_.size && piece_position_ % kPerfAlignment == 0);
  }

  [[nodiscard]] std::uint64_t position() const { return position_of(at_); }
  [[nodiscard]] std::uint64_t left() const { return head_ - position(); }

  // next_piece moves to the piece that begins at position(), where something is left.
  void next_piece() {
    piece_position_ = position();
    piece_ = at_ = data_.bytes + (static_cast<std::size_t>(piece_position_) & (data_.size - 1));
    piece_end_ = at_ + std::min(std::uint64_t{until_memory_end()}, left());
  }
  [[nodiscard]] bool piece_ended() const { return at_ == piece_end_; }

  // at is where position() is in memory, piece_end the first byte behind the piece. move_to goes on
  // to an address of the piece, or, with the last record, behind it; position_of is the position of
  // such an address.
  [[nodiscard]] std::byte* at() const { return at_; }
  [[nodiscard]] std::byte* piece_end() const { return piece_end_; }
  void move_to(std::byte* at) { at_ = at; }
  [[nodiscard]] std::uint64_t position_of(const std::byte* at) const {
    return piece_position_ + static_cast<std::size_t>(at - piece_);
  }

  [[nodiscard]] bool wraps(PerfRecord record) const { return record.size > until_memory_end(); }
  // copy_wrapped makes the record at at(), which wraps, contiguous in `copy`, which has room for
  // record.size bytes, and returns it there.
  [[nodiscard]] PerfRecord copy_wrapped(PerfRecord record, std::byte* copy) const {
    std::memcpy(copy, at_, until_memory_end());
    std::memcpy(copy + until_memory_end(), data_.bytes, record.size - until_memory_end());
    return {copy, record.type, record.size};
  }

private:
  [[nodiscard]] std::size_t until_memory_end() const {
    return static_cast<std::size_t>(data_.bytes + data_.size - at_);
  }

  PerfData data_;
  std::uint64_t piece_position_;
  std::uint64_t head_;
  // The piece, and where in it we are.
  std::byte* piece_ = nullptr;
  std::byte* at_ = nullptr;
  std::byte* piece_end_ = nullptr;
};

} // namespace ringside
