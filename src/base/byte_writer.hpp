// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteWriter: numbers to the bytes of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/byte_order.hpp"
#include "base/vector.hpp"

namespace ringside {

// ByteWriter writes at the end. If there is no memory it has failed for good: later writes do
// nothing, and failed() is asked once, before the bytes are used.
class ByteWriter {
public:
  explicit ByteWriter(ByteOrder order = kNativeOrder) : swaps_(order != kNativeOrder) {}

  void u8(std::uint8_t value) { number(value); }
  void u16(std::uint16_t value) { number(value); }
  void u32(std::uint32_t value) { number(value); }
  void u64(std::uint64_t value) { number(value); }
  // word is a number as wide as an address of the file: 8 bytes, or the low 4.
  void word(bool wide, std::uint64_t value) {
    if (wide)
      u64(value);
    else
      u32(static_cast<std::uint32_t>(value));
  }

  void bytes(std::span<const std::byte> values) { keep(bytes_.append_all(values)); }
  // words writes many numbers of 32 bits.
  void words(std::span<const std::uint32_t> values) {
    const std::size_t before = size();
    bytes(std::as_bytes(values));
    if (swaps_ && !failed_)
      swap_words(std::span<std::byte>(bytes_).subspan(before));
  }
  // text writes the characters and a NUL.
  void text(std::string_view characters) {
    bytes(std::as_bytes(std::span(characters)));
    u8(0);
  }
  void zeros(std::size_t count) { keep(bytes_.append_default(count)); }
  // align writes zeros up to the next multiple of `alignment`, a power of two.
  void align(std::size_t alignment) { zeros((alignment - size() % alignment) % alignment); }

  // reserve makes room for `size` bytes in all, so that writing them moves none.
  void reserve(std::size_t size) { keep(bytes_.reserve(size)); }

  // patch writes over what stands at `offset`; it must have been written before.
  void patch_u8(std::size_t offset, std::uint8_t value) { patch(offset, value); }
  void patch_u16(std::size_t offset, std::uint16_t value) { patch(offset, value); }
  void patch_u32(std::size_t offset, std::uint32_t value) { patch(offset, value); }
  void patch_u64(std::size_t offset, std::uint64_t value) { patch(offset, value); }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::span<const std::byte> view() const { return bytes_; }
  [[nodiscard]] bool failed() const { return failed_; }
  // take gives the bytes up, or ENOMEM.
  Result<Vector<std::byte>> take() {
    if (failed_)
      return Errno(ENOMEM);
    return std::move(bytes_);
  }

private:
  template <class Number>
  void number(Number value) {
    const Number written = swaps_ ? swapped_bytes(value) : value;
    bytes(std::as_bytes(std::span(&written, 1)));
  }

  template <class Number>
  void patch(std::size_t offset, Number value) {
    if (failed_)
      return;
    check(offset <= size() && size() - offset >= sizeof(value));
    const Number written = swaps_ ? swapped_bytes(value) : value;
    std::memcpy(bytes_.data() + offset, &written, sizeof(written));
  }

  void keep(const Result<void>& written) { failed_ = failed_ || !written; }

  Vector<std::byte> bytes_;
  bool swaps_;
  bool failed_ = false;
};

} // namespace ringside
