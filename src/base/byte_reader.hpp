// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteReader: bytes of a file to numbers. No other file casts into file bytes, adds two numbers of
// a file, or compares an offset with a size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/byte_order.hpp"
#include "base/check.hpp"

namespace ringside {

// is_word_aligned: numbers of 32 bits can be read in place here.
inline bool is_word_aligned(const std::byte* bytes) {
  return reinterpret_cast<std::uintptr_t>(bytes) % alignof(std::uint32_t) == 0;
}

// as_text is bytes as characters.
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// ByteReader reads from the front. Once a read does not fit it has failed for good: that read and
// all later ones give zeros, so a structure is read whole and failed() asked once behind it. The
// bytes must outlive the reader and what it returns.
class ByteReader {
public:
  ByteReader() = default;
  explicit ByteReader(std::span<const std::byte> bytes, ByteOrder order = kNativeOrder)
      : bytes_(bytes), swaps_(order != kNativeOrder) {}

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  // word is a number as wide as an address of the file: 8 bytes, or 4.
  std::uint64_t word(bool wide) { return wide ? u64() : u32(); }

  // bytes is the next `size` bytes; none of them where they are not all there.
  std::span<const std::byte> bytes(std::uint64_t size) {
    if (!fits(size))
      return {};
    const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(size));
    position_ += taken.size();
    return taken;
  }

  // words is the next `count` numbers of 32 bits in place. They must be in the host's order, and
  // aligned.
  std::span<const std::uint32_t> words(std::uint64_t count) {
    const auto taken = bytes(count * sizeof(std::uint32_t));
    check(!swaps_ && is_word_aligned(taken.data()));
    return {reinterpret_cast<const std::uint32_t*>(taken.data()),
            taken.size() / sizeof(std::uint32_t)};
  }

  // text is what stands before the next NUL, which is read as well. Without a NUL it fails.
  std::string_view text() {
    const auto rest = bytes_.subspan(position_);
    const void* nul = failed_ || rest.empty() ? nullptr : std::memchr(rest.data(), 0, rest.size());
    if (nul == nullptr) {
      fail();
      return {};
    }
    const auto length = static_cast<std::size_t>(static_cast<const std::byte*>(nul) - rest.data());
    position_ += length + 1;
    return as_text(rest.first(length));
  }

  void skip(std::uint64_t size) { static_cast<void>(bytes(size)); }

  // seek goes to `offset`, counted from where the reader began; the end is a place, too.
  void seek(std::uint64_t offset) {
    if (failed_)
      return;
    if (offset > bytes_.size()) {
      fail();
      return;
    }
    position_ = static_cast<std::size_t>(offset);
  }

  // align goes to the next multiple of `alignment`, a power of two.
  void align(std::size_t alignment) { skip((0 - position_) & (alignment - 1)); }

  // part is a reader of `size` bytes from `offset` on. If they are not all there, this one fails
  // and the part is empty and has failed.
  ByteReader part(std::uint64_t offset, std::uint64_t size) {
    ByteReader inner(*this);
    inner.seek(offset);
    const auto taken = inner.bytes(size);
    if (inner.failed_)
      fail();
    inner.bytes_ = taken;
    inner.position_ = 0;
    return inner;
  }

  // position is where the next read begins, or where the one that failed did.
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t left() const { return failed_ ? 0 : bytes_.size() - position_; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool swaps() const { return swaps_; }

private:
  [[nodiscard]] bool fits(std::uint64_t size) {
    if (!failed_ && size <= bytes_.size() - position_) [[likely]]
      return true;
    fail();
    return false;
  }
  void fail() { failed_ = true; }

  template <class Number>
  Number number() {
    Number value = 0;
    if (!fits(sizeof(value)))
      return 0;
    std::memcpy(&value, bytes_.data() + position_, sizeof(value));
    position_ += sizeof(value);
    return swaps_ ? swapped_bytes(value) : value;
  }

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  bool swaps_ = false;
  bool failed_ = false;
};

} // namespace ringside
