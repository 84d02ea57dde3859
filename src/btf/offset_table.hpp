// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// OffsetTable: a number for each of some offsets, in memory by how many they are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/array.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::btf {

// OffsetTable is used in two steps: all offsets are named, then each has a number, kNone at first.
// Below all this is a bit for each possible offset, and a count for each 64 of them.
class OffsetTable {
public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // of is for offsets below `size`. ENOMEM.
  static Result<OffsetTable> of(std::size_t size) {
    OffsetTable table;
    if (const auto made = table.blocks_.append_default(size / kBits + 1); !made)
      return made.error();
    return table;
  }

  void name(std::uint32_t offset) {
    blocks_[offset / kBits].bits |= std::uint64_t{1} << offset % kBits;
  }

  // end_names comes between the steps. ENOMEM.
  Result<void> end_names() {
    std::uint32_t count = 0;
    for (Block& block : blocks_) {
      block.before = count;
      count += bits_in(block.bits);
    }
    auto numbers = Array<std::uint32_t>::of_size(count);
    if (!numbers)
      return numbers.error();
    numbers_ = std::move(*numbers);
    for (std::uint32_t& number : numbers_)
      number = kNone;
    return {};
  }

  // count is how many offsets were named.
  [[nodiscard]] std::size_t count() const { return numbers_.size(); }

  // number is that of an offset that was named.
  [[nodiscard]] std::uint32_t& number(std::uint32_t offset) {
    const Block& block = blocks_[offset / kBits];
    const std::uint64_t below = (std::uint64_t{1} << offset % kBits) - 1;
    return numbers_[block.before + bits_in(block.bits & below)];
  }

private:
  static constexpr std::uint32_t kBits = 64;

  // bits_in counts bits. std::popcount is a function call for processors that may lack the
  // instruction.
  static std::uint32_t bits_in(std::uint64_t bits) {
    constexpr std::uint64_t kPairs = 0x5555555555555555;
    constexpr std::uint64_t kFours = 0x3333333333333333;
    constexpr std::uint64_t kBytes = 0x0f0f0f0f0f0f0f0f;
    bits -= bits >> 1 & kPairs;
    bits = (bits & kFours) + (bits >> 2 & kFours);
    bits = (bits + (bits >> 4)) & kBytes;
    return static_cast<std::uint32_t>(bits * 0x0101010101010101 >> 56);
  }

  struct Block {
    std::uint64_t bits = 0;
    std::uint32_t before = 0; // how many offsets are named in the blocks before
  };

  Vector<Block> blocks_;
  Array<std::uint32_t> numbers_;
};

} // namespace ringside::btf
