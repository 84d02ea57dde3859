// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteOrder: in which order the bytes of a file's numbers stand.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace ringside {

enum class ByteOrder { little, big };

inline constexpr ByteOrder kNativeOrder =
    std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;

// The order that is not ours.
inline constexpr ByteOrder kForeignOrder =
    kNativeOrder == ByteOrder::little ? ByteOrder::big : ByteOrder::little;

// swapped_bytes is a number with its bytes in the opposite order.
constexpr std::uint8_t swapped_bytes(std::uint8_t number) {
  return number;
}
constexpr std::uint16_t swapped_bytes(std::uint16_t number) {
  return __builtin_bswap16(number);
}
constexpr std::uint32_t swapped_bytes(std::uint32_t number) {
  return __builtin_bswap32(number);
}
constexpr std::uint64_t swapped_bytes(std::uint64_t number) {
  return __builtin_bswap64(number);
}

// swap_words swaps the bytes of each of the whole 32-bit words in `bytes`.
inline void swap_words(std::span<std::byte> bytes) {
  // Two words at a time: to swap 8 bytes also swaps the words, which the rotation undoes.
  std::size_t at = 0;
  for (; bytes.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
    std::uint64_t pair = 0;
    std::memcpy(&pair, bytes.data() + at, sizeof(pair));
    pair = std::rotl(swapped_bytes(pair), 32);
    std::memcpy(bytes.data() + at, &pair, sizeof(pair));
  }
  if (bytes.size() - at >= sizeof(std::uint32_t)) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    word = swapped_bytes(word);
    std::memcpy(bytes.data() + at, &word, sizeof(word));
  }
}

} // namespace ringside
