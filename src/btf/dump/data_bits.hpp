// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ValuePlace: where a value lies in data, and reading it there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/byte_order.hpp"
#include "btf/type.hpp"

namespace ringside::btf {

// ValuePlace is an offset in bytes and, for a bit field, in bits from there, with its width.
struct ValuePlace {
  std::uint64_t offset = 0;
  std::uint32_t bit = 0;  // below 8
  std::uint32_t bits = 0; // 0: it is no bit field

  [[nodiscard]] ValuePlace at(std::uint64_t bytes) const { return {offset + bytes, 0, 0}; }
  [[nodiscard]] ValuePlace of_member(const Member& member) const {
    return {offset + member.bit_offset / 8, member.bit_offset % 8, member.bit_size};
  }
};

// has_bytes is whether `size` bytes from an offset on are there.
inline bool has_bytes(std::span<const std::byte> data, std::uint64_t offset, std::uint64_t size) {
  return offset <= data.size() && size <= data.size() - offset;
}

// read_number reads 1, 2, 4 or 8 bytes in the host's order.
inline std::uint64_t read_number(const std::byte* from, std::uint32_t size) {
  std::uint64_t number = 0;
  const std::size_t first = kNativeOrder == ByteOrder::little ? 0 : sizeof(number) - size;
  std::memcpy(reinterpret_cast<std::byte*>(&number) + first, from, size);
  return number;
}

// with_sign carries the highest of `bits` bits up.
inline std::int64_t with_sign(std::uint64_t number, std::uint32_t bits) {
  const unsigned unused = 64 - std::min<std::uint32_t>(bits, 64);
  return static_cast<std::int64_t>(number << unused) >> unused;
}

// bit_field_bytes is how many bytes a bit field touches.
inline std::uint64_t bit_field_bytes(ValuePlace place) {
  return (std::uint64_t{place.bit} + place.bits + 7) / 8;
}

// read_bits reads a bit field whose bytes are there: up to 64 bits. In the host's order: bits are
// counted from the lowest of the first byte on a little-endian host, and from its highest on a
// big-endian one.
inline std::uint64_t read_bits(std::span<const std::byte> data, ValuePlace place) {
  const std::byte* const from = data.data() + place.offset;
  const auto size = static_cast<std::size_t>(bit_field_bytes(place));
  // The field may touch one byte more than 64 bits have. `above` is how many bits of it lie behind
  // the field in its lowest byte.
  const std::size_t above =
      kNativeOrder == ByteOrder::little ? place.bit : size * 8 - place.bit - place.bits;
  std::uint64_t number = 0;
  for (std::size_t index = 0; index < size; ++index) {
    const std::size_t at = index * 8; // where this byte begins, counted from the lowest
    const std::size_t byte = kNativeOrder == ByteOrder::little ? index : size - 1 - index;
    const auto bits = std::to_integer<std::uint64_t>(from[byte]);
    if (at >= above && at - above < 64)
      number |= bits << (at - above);
    else if (at < above && above - at < 8)
      number |= bits >> (above - at);
  }
  return place.bits >= 64 ? number : number & ((std::uint64_t{1} << place.bits) - 1);
}

// is_zero_bytes is whether some bytes, which are there, are all 0.
inline bool is_zero_bytes(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte byte) { return byte == std::byte{0}; });
}

} // namespace ringside::btf
