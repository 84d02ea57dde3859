// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteOrder: in which order the bytes of a file's numbers stand.
#pragma once

#include <bit>
#include <cstdint>

namespace ringside {

enum class ByteOrder { little, big };

inline constexpr ByteOrder kNativeOrder =
    std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;

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

} // namespace ringside
