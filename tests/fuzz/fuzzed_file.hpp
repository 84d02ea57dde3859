// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// FuzzedFile: a fuzzer's bytes as a file, in memory that ends at a page that cannot be read, or
// read in pieces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/byte_source.hpp"
#include "guarded_memory.hpp"

namespace ringside::test {

class FuzzedFile {
public:
  FuzzedFile(const std::uint8_t* bytes, std::size_t size)
      : pages_(size / GuardedMemory::page() + 1), bytes_(pages_.last(size), size) {
    if (size != 0)
      std::memcpy(bytes_.data(), bytes, size);
  }

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] ByteSource in_memory() const { return ByteSource(bytes_); }
  [[nodiscard]] ByteSource in_pieces() const { return {bytes_.size(), read_at, bytes_.data()}; }
  [[nodiscard]] std::vector<std::byte> copy() const { return {bytes_.begin(), bytes_.end()}; }

private:
  static Result<void> read_at(void* file, std::uint64_t offset, std::span<std::byte> into) {
    std::memcpy(into.data(), static_cast<std::byte*>(file) + offset, into.size());
    return {};
  }

  GuardedMemory pages_;
  std::span<std::byte> bytes_;
};

} // namespace ringside::test
