// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteWindow: a few numbers here and there of a large file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/byte_order.hpp"
#include "base/byte_reader.hpp"
#include "base/byte_source.hpp"
#include "base/read_ahead.hpp"
#include "base/result.hpp"

namespace ringside {

// ByteWindow reads a source in small pieces without allocating, and keeps the last one. Its calls
// fail with ERANGE for what the source does not hold, or as reading fails.
class ByteWindow {
public:
  static constexpr std::size_t kSize = 256;

  ByteWindow() = default;
  explicit ByteWindow(const ByteSource& source, ByteOrder order = kNativeOrder)
      : file_(source), order_(order) {}

  // at reads `size` bytes from `offset` on, at most kSize. They last until the next call.
  Result<ByteReader> at(std::uint64_t offset, std::size_t size) {
    const auto bytes = file_.at(offset, size);
    if (!bytes)
      return bytes.error();
    return ByteReader(*bytes, order_);
  }

  Result<std::uint32_t> u32_at(std::uint64_t offset) {
    auto reader = at(offset, sizeof(std::uint32_t));
    if (!reader)
      return reader.error();
    return reader->u32();
  }
  // word_at reads a number as wide as an address of the file.
  Result<std::uint64_t> word_at(std::uint64_t offset, bool wide) {
    auto reader = at(offset, wide ? sizeof(std::uint64_t) : sizeof(std::uint32_t));
    if (!reader)
      return reader.error();
    return reader->word(wide);
  }

  // is_text_at is whether `text` stands at an offset and a NUL behind it.
  Result<bool> is_text_at(std::uint64_t offset, std::string_view text) {
    if (!file_.file().holds(offset, text.size() + 1))
      return false;
    for (std::size_t done = 0; done < text.size(); done += kSize) {
      const std::string_view part = text.substr(done, kSize);
      auto reader = at(offset + done, part.size());
      if (!reader)
        return reader.error();
      if (std::memcmp(reader->bytes(part.size()).data(), part.data(), part.size()) != 0)
        return false;
    }
    auto end = at(offset + text.size(), 1);
    if (!end)
      return end.error();
    return end->u8() == 0;
  }

private:
  ReadAhead<kSize> file_;
  ByteOrder order_ = kNativeOrder;
};

} // namespace ringside
