// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Notes: the entries of a section of type SHT_NOTE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/byte_reader.hpp"
#include "elf/file.hpp"

namespace ringside::elf {

struct Note {
  std::size_t offset = 0; // where it begins in its section
  std::string_view owner; // without the NUL that ends it
  std::uint32_t type = 0;
  std::span<const std::byte> description;
};

// Notes gives the entries one by one. The bytes must outlive it and what it gives.
class Notes {
public:
  // `contents` is what File::contents gave for `section`.
  Notes(const File& file, const Section& section, std::span<const std::byte> contents)
      : reader_(file.reader(contents)), alignment_(section.alignment == 8 ? 8 : 4) {}

  // next is the next note, or nothing at the end. It ends as well where no header fits any more,
  // and at a note that does not fit; after that one damaged() is true.
  std::optional<Note> next();
  [[nodiscard]] bool damaged() const { return damaged_; }
  // position is where the note of the last call begins, also where that was damaged.
  [[nodiscard]] std::size_t position() const { return position_; }

private:
  ByteReader reader_;
  std::size_t alignment_;
  std::size_t position_ = 0;
  bool damaged_ = false;
};

} // namespace ringside::elf
