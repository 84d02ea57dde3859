// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Strings: a table of NUL-terminated texts, which other tables name by their offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "base/byte_reader.hpp"

namespace ringside::elf {

class Strings {
public:
  Strings() = default;
  // The bytes must outlive the table and the texts that it gives. `most_read` is how many bytes all
  // of these texts may have together: texts can overlap, and a hostile file could make each of very
  // many names as long as the table.
  Strings(std::span<const std::byte> bytes, std::uint64_t most_read)
      : bytes_(bytes), left_(most_read) {}

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  // text_at is the text at an offset. Nothing where there is none that ends in the table, or where
  // all texts together get too long.
  std::optional<std::string_view> text_at(std::uint64_t offset) {
    ByteReader reader(bytes_);
    reader.seek(offset);
    const std::string_view text = reader.text();
    if (reader.failed() || text.size() > left_)
      return std::nullopt;
    left_ -= text.size();
    return text;
  }

  // is_text is whether `text` stands at an offset, and behind it a NUL or `other_end`. It costs no
  // more than the length of `text`.
  [[nodiscard]] bool is_text(std::uint64_t offset, std::string_view text,
                             char other_end = '\0') const {
    ByteReader reader(bytes_);
    reader.seek(offset);
    const auto bytes = reader.bytes(text.size() + 1);
    if (bytes.empty())
      return false;
    // Few names end here, so this decides first.
    const auto end = std::to_integer<char>(bytes.back());
    return (end == '\0' || end == other_end) &&
           std::memcmp(bytes.data(), text.data(), text.size()) == 0;
  }

private:
  std::span<const std::byte> bytes_;
  std::uint64_t left_ = 0;
};

} // namespace ringside::elf
