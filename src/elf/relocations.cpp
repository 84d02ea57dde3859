// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocations: checking the size of the entries, and reading one.
#include "elf/relocations.hpp"

#include <cinttypes>
#include <utility>

#include <elf.h>

namespace ringside::elf {

Result<Relocations> Relocations::read(const File& file, const Section& section) {
  const Subject subject = file.subject_of(section);
  if (section.type != SHT_REL && section.type != SHT_RELA)
    return fail(subject, kErrnoFormat, "it has no relocations: its type is %" PRIu32, section.type);
  Relocations relocations;
  relocations.wide_ = file.wide();
  relocations.order_ = file.order();
  relocations.has_addends_ = section.type == SHT_RELA;
  if (relocations.has_addends_)
    relocations.entry_size_ = file.wide() ? sizeof(Elf64_Rela) : sizeof(Elf32_Rela);
  else
    relocations.entry_size_ = file.wide() ? sizeof(Elf64_Rel) : sizeof(Elf32_Rel);
  if (section.entry_size != relocations.entry_size_ || section.size % relocations.entry_size_ != 0)
    return fail(subject, kErrnoFormat,
                "its 0x%" PRIx64 " bytes have entries of %" PRIu64
                " bytes, where a relocation has %zu",
                section.size, section.entry_size, relocations.entry_size_);
  auto entries = file.contents(section);
  if (!entries)
    return entries.error();
  relocations.entries_ = std::move(*entries);
  relocations.size_ = relocations.entries_.size() / relocations.entry_size_;
  return relocations;
}

Relocation decode_relocation(ByteReader entry, bool wide, bool has_addend) {
  Relocation relocation;
  relocation.offset = entry.word(wide);
  const std::uint64_t info = entry.word(wide);
  relocation.type = static_cast<std::uint32_t>(wide ? ELF64_R_TYPE(info) : ELF32_R_TYPE(info));
  relocation.symbol = static_cast<std::uint32_t>(wide ? ELF64_R_SYM(info) : ELF32_R_SYM(info));
  if (has_addend && wide)
    relocation.addend = static_cast<std::int64_t>(entry.u64());
  else if (has_addend)
    relocation.addend = static_cast<std::int32_t>(entry.u32());
  return relocation;
}

Relocation Relocations::operator[](std::size_t index) const {
  check(index < size_);
  const auto entry = entries_.view().subspan(index * entry_size_, entry_size_);
  return decode_relocation(ByteReader(entry, order_), wide_, has_addends_);
}

} // namespace ringside::elf
