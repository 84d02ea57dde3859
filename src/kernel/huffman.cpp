// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// HuffmanCode: making the tables of a code, and reading the codes that are long.
#include "kernel/huffman.hpp"

#include <algorithm>
#include <iterator>

namespace ringside::kernel {
namespace {

// reversed is the lowest `count` bits in the opposite order: the first bit of a code is its
// highest, the first bit that is read is the lowest.
unsigned reversed(unsigned bits, unsigned count) {
  unsigned result = 0;
  for (unsigned bit = 0; bit < count; ++bit)
    result |= (bits >> bit & 1) << (count - 1 - bit);
  return result;
}

} // namespace

bool HuffmanCode::make(std::span<const std::uint8_t> lengths) {
  std::fill(std::begin(counts_), std::end(counts_), std::uint16_t{0});
  std::fill(std::begin(short_codes_), std::end(short_codes_), std::uint16_t{0});
  for (const std::uint8_t length : lengths)
    ++counts_[length];
  counts_[0] = 0;
  unsigned longest = 0;
  int unused = 1; // codes of the present length that begin no code
  for (unsigned length = 1; length <= kMostBits; ++length) {
    unused = unused * 2 - counts_[length];
    if (unused < 0)
      return false;
    if (counts_[length] != 0)
      longest = length;
  }
  if (unused > 0 && longest > 1)
    return false;

  unsigned place[kMostBits + 1] = {}; // where the next symbol of a length goes
  unsigned code[kMostBits + 1] = {};  // and its code
  for (unsigned length = 1; length < kMostBits; ++length) {
    place[length + 1] = place[length] + counts_[length];
    code[length + 1] = (code[length] + counts_[length]) * 2;
  }
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    const unsigned length = lengths[symbol];
    if (length == 0)
      continue;
    symbols_[place[length]++] = static_cast<std::uint16_t>(symbol);
    const unsigned bits = reversed(code[length]++, length);
    for (unsigned ahead = bits; length <= kShortBits && ahead < kShortCodes; ahead += 1U << length)
      short_codes_[ahead] = static_cast<std::uint16_t>(symbol << kLengthBits | length);
  }
  return true;
}

// The codes of one length are numbers in a row, and so are their symbols.
int HuffmanCode::next_long(BitReader& bits, std::uint32_t ahead) const {
  unsigned code = 0;
  unsigned first_code = 0;
  unsigned first_place = 0;
  for (unsigned length = 1; length <= kMostBits; ++length) {
    code = code * 2 + (ahead >> (length - 1) & 1);
    const unsigned count = counts_[length];
    if (code < first_code + count) {
      bits.drop(length);
      return symbols_[first_place + (code - first_code)];
    }
    first_place += count;
    first_code = (first_code + count) * 2;
  }
  return -1;
}

} // namespace ringside::kernel
