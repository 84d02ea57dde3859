// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Notes: sizes of the owner and of the description, a type, then both, each padded.
#include "elf/notes.hpp"

#include <elf.h>

namespace ringside::elf {

std::optional<Note> Notes::next() {
  position_ = reader_.position();
  if (damaged_ || reader_.left() < sizeof(Elf64_Nhdr))
    return std::nullopt;
  Note note;
  note.offset = position_;
  const std::uint32_t owner_size = reader_.u32();
  const std::uint32_t description_size = reader_.u32();
  note.type = reader_.u32();
  const auto owner = reader_.bytes(owner_size);
  reader_.align(alignment_);
  note.description = reader_.bytes(description_size);
  if (reader_.failed()) {
    damaged_ = true;
    return std::nullopt;
  }
  // The last note need not be padded: then nothing is left, and the next call ends.
  reader_.align(alignment_);
  note.owner = as_text(owner);
  note.owner = note.owner.substr(0, note.owner.find('\0'));
  return note;
}

} // namespace ringside::elf
