// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Input: a fuzzer's bytes, taken from the front as numbers, the lowest byte first on each machine.
// What is not there any more is 0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringside::test {

class Input {
public:
  Input(const std::uint8_t* bytes, std::size_t size) : left_(bytes, size) {}

  [[nodiscard]] bool empty() const { return left_.empty(); }

  template <class Number>
  Number take() {
    std::uint64_t number = 0;
    unsigned bits = 0;
    for (const std::uint64_t byte : take_bytes(sizeof(Number))) {
      number |= byte << bits;
      bits += 8;
    }
    return static_cast<Number>(number);
  }
  // take_bytes gives up to `size` bytes.
  std::span<const std::uint8_t> take_bytes(std::size_t size) {
    const auto bytes = left_.first(std::min(size, left_.size()));
    left_ = left_.subspan(bytes.size());
    return bytes;
  }
  std::span<const std::uint8_t> take_rest() { return take_bytes(left_.size()); }

private:
  std::span<const std::uint8_t> left_;
};

} // namespace ringside::test
