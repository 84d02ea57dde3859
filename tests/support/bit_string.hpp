// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BitString: deflated data that tests make bit by bit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringside::test {

class BitString {
public:
  // number appends the lowest `count` bits of a number, the lowest first.
  BitString& number(std::uint64_t number, unsigned count) {
    for (unsigned bit = 0; bit < count; ++bit)
      add(number >> bit & 1);
    return *this;
  }
  // code appends a Huffman code, which is written from its highest bit on: code("0101").
  BitString& code(std::string_view bits) {
    for (const char bit : bits)
      add(bit == '1');
    return *this;
  }
  // bytes begins at the next whole byte.
  BitString& bytes(std::string_view bytes) {
    bytes_.append(bytes);
    used_ = 8;
    return *this;
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
  void add(bool bit) {
    if (used_ == 8) {
      bytes_.push_back('\0');
      used_ = 0;
    }
    bytes_.back() = static_cast<char>(bytes_.back() | (bit ? 1 << used_ : 0));
    ++used_;
  }

  std::string bytes_;
  unsigned used_ = 8; // bits of the last byte
};

} // namespace ringside::test
