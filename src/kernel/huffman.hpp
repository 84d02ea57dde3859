// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BitReader: the bits of deflated data. HuffmanCode: the symbols that they stand for. Source:
// RFC 1951, sections 3.1.1 and 3.2.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_reader.hpp"

namespace ringside::kernel {

// BitReader reads from the lowest bit of the first byte on.
class BitReader {
public:
  explicit BitReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  // peek is the next `count` bits, at most 32. The first of them is the lowest. Bits behind the end
  // of the bytes are 0.
  std::uint32_t peek(unsigned count) {
    if (count_ < count)
      fill();
    return static_cast<std::uint32_t>(bits_ & ((std::uint64_t{1} << count) - 1));
  }
  // drop removes bits that peek has given. After dropping more than there are, the reader has
  // failed.
  void drop(unsigned count) {
    if (count > count_) {
      failed_ = true;
      count_ = 0;
      bits_ = 0;
      return;
    }
    bits_ >>= count;
    count_ -= count;
  }
  std::uint32_t take(unsigned count) {
    const std::uint32_t bits = peek(count);
    drop(count);
    return bits;
  }
  // finish_byte drops the unread bits of a byte that was begun.
  void finish_byte() { drop(count_ % 8); }

  [[nodiscard]] bool failed() const { return failed_; }
  // position is how many bytes were read; one that was begun counts.
  [[nodiscard]] std::size_t position() const { return bytes_.position() - count_ / 8; }

private:
  void fill() {
    while (count_ <= 56 && bytes_.left() != 0 && !failed_) {
      bits_ |= std::uint64_t{bytes_.u8()} << count_;
      count_ += 8;
    }
  }

  ByteReader bytes_;
  std::uint64_t bits_ = 0; // the lowest count_ are still to be read, all others are 0
  unsigned count_ = 0;
  bool failed_ = false;
};

// HuffmanCode is made from the lengths of its codes alone: shorter codes come first, and codes of
// one length in the order of their symbols.
class HuffmanCode {
public:
  static constexpr unsigned kMostBits = 15;
  static constexpr std::size_t kMostSymbols = 288;

  // make is given the length of each symbol's code, 0 for symbols without one. False if the codes
  // do not use up all combinations of bits, or more than there are. Two cases are allowed: a single
  // code of one bit, and no code at all.
  bool make(std::span<const std::uint8_t> lengths);

  // next reads a code and returns its symbol, or -1 where the bits are no code.
  int next(BitReader& bits) const {
    const std::uint32_t ahead = bits.peek(kMostBits);
    const unsigned entry = short_codes_[ahead % kShortCodes];
    if (entry == 0)
      return next_long(bits, ahead);
    bits.drop(entry & kLengthMask);
    return static_cast<int>(entry >> kLengthBits);
  }

private:
  static constexpr unsigned kShortBits = 9;
  static constexpr unsigned kShortCodes = 1U << kShortBits;
  static constexpr unsigned kLengthBits = 4;
  static constexpr unsigned kLengthMask = (1U << kLengthBits) - 1;

  int next_long(BitReader& bits, std::uint32_t ahead) const;

  std::uint16_t counts_[kMostBits + 1] = {}; // how many codes have each length
  std::uint16_t symbols_[kMostSymbols] = {}; // in the order of their codes
  // Symbol and length by the next bits; 0 for longer codes.
  std::uint16_t short_codes_[kShortCodes] = {};
};

} // namespace ringside::kernel
