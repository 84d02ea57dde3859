// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// OffsetTable: a number for each of some offsets, in memory by how many they are.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/array.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::btf {

// OffsetTable is used in two steps: all offsets are named, then each has a number, kNone at first.
// Below all this is a bit for each possible offset, and a count for each 8 of them.
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

  void name(std::uint32_t offset) { blocks_[offset / kBits].bits |= bit_of(offset); }

  // end_names comes between the steps. ENOMEM.
  Result<void> end_names() {
    std::uint32_t count = 0;
    for (Block& block : blocks_) {
      block.before = count;
      count += kBitsIn[block.bits];
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
    return numbers_[block.before + kBitsIn[block.bits & (bit_of(offset) - 1)]];
  }

private:
  static constexpr std::uint32_t kBits = 8;
  using BitCounts = std::array<std::uint8_t, 256>;
  static constexpr BitCounts kBitsIn = []() {
    BitCounts counts{};
    for (unsigned bits = 0; bits < counts.size(); ++bits)
      counts[bits] = static_cast<std::uint8_t>(std::popcount(bits));
    return counts;
  }();

  struct Block {
    std::uint32_t before = 0; // how many offsets are named in the blocks before
    std::uint8_t bits = 0;
  };

  static std::uint8_t bit_of(std::uint32_t offset) {
    return static_cast<std::uint8_t>(1U << offset % kBits);
  }

  Vector<Block> blocks_;
  Array<std::uint32_t> numbers_;
};

} // namespace ringside::btf
