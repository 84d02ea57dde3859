// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Notes: the entries of a section of type SHT_NOTE. Each is the sizes of its owner and of its
// description, a type, then both, each padded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <elf.h>

#include "base/byte_reader.hpp"
#include "elf/file.hpp"

namespace ringside::elf {

struct Note {
  std::size_t offset = 0; // where it begins in its section
  std::string_view owner_field;
  std::uint32_t type = 0;
  std::span<const std::byte> description;

  // owner is the field's text, which a NUL ends. is_of is whether that is `name`, and costs less.
  [[nodiscard]] std::string_view owner() const {
    return owner_field.substr(0, owner_field.find('\0'));
  }
  [[nodiscard]] bool is_of(std::string_view name) const {
    return owner_field.substr(0, name.size()) == name &&
           (owner_field.size() == name.size() || owner_field[name.size()] == '\0');
  }
};

// Notes gives the entries one by one. The bytes must outlive it and what it gives.
class Notes {
public:
  // `contents` is what File::contents gave for `section`.
  Notes(const File& file, const Section& section, std::span<const std::byte> contents)
      : reader_(file.reader(contents)), alignment_(section.alignment == 8 ? 8 : 4) {}

  // next is the next note, or nothing at the end. It ends as well where no header fits any more,
  // and at a note that does not fit; after that one damaged() is true. Inlined it
  // takes half as many instructions.
  [[gnu::always_inline]] std::optional<Note> next() {
    position_ = reader_.position();
    if (damaged_ || reader_.left() < sizeof(Elf64_Nhdr))
      return std::nullopt;
    Note note;
    note.offset = position_;
    ByteReader header = reader_.part(position_, sizeof(Elf64_Nhdr));
    const std::uint32_t owner_size = header.u32();
    const std::uint32_t description_size = header.u32();
    note.type = header.u32();
    reader_.skip(sizeof(Elf64_Nhdr));
    note.owner_field = as_text(reader_.bytes(owner_size));
    reader_.align(alignment_);
    note.description = reader_.bytes(description_size);
    if (reader_.failed()) [[unlikely]] {
      damaged_ = true;
      return std::nullopt;
    }
    // The last note need not be padded: then nothing is left, and the next call ends.
    reader_.align(alignment_);
    return note;
  }
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
