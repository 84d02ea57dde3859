// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Symbols: finding the parts of a symbol table and reading them.
#include "elf/symbols.hpp"

#include <cinttypes>
#include <utility>

namespace ringside::elf {

Result<SymbolSections> symbol_sections(const File& file, const Section& section) {
  const Subject subject = file.subject_of(section);
  if (section.type != SHT_SYMTAB && section.type != SHT_DYNSYM)
    return fail(subject, kErrnoFormat, "it is no symbol table: its type is %" PRIu32, section.type);
  const std::size_t size = symbol_size(file.wide());
  if (section.entry_size != size || section.size % size != 0)
    return fail(subject, kErrnoFormat,
                "its 0x%" PRIx64 " bytes have entries of %" PRIu64 " bytes, where a symbol has %zu",
                section.size, section.entry_size, size);
  const Section* const strings = file.section_at(section.link);
  if (strings == nullptr || strings->type != SHT_STRTAB)
    return fail(subject, kErrnoFormat,
                "the names of symbols should be in section %" PRIu32 ", which is no table of "
                "strings",
                section.link);
  SymbolSections sections{&section, strings, nullptr,
                          static_cast<std::size_t>(section.size / size)};
  for (const Section& other : file.sections())
    if (other.type == SHT_SYMTAB_SHNDX && other.link == section.index)
      sections.section_indices = &other;
  return sections;
}

Result<Symbols> Symbols::read(const File& file, const Section& section) {
  const auto sections = symbol_sections(file, section);
  if (!sections)
    return sections.error();
  Symbols symbols;
  symbols.size_ = sections->count;
  symbols.wide_ = file.wide();
  symbols.order_ = file.order();
  for (const auto& [from, bytes] :
       {std::pair(sections->entries, &symbols.entries_),
        std::pair(sections->strings, &symbols.string_bytes_),
        std::pair(sections->section_indices, &symbols.section_indices_)}) {
    if (from == nullptr)
      continue;
    auto contents = file.contents(*from);
    if (!contents)
      return contents.error();
    *bytes = std::move(*contents);
  }
  symbols.strings_ = Strings(symbols.string_bytes_.view(), file.most_read());
  return symbols;
}

std::size_t Symbols::next_named(std::size_t from, std::string_view name, char other_end) const {
  // Copies, which the compiler can keep in registers.
  const auto entries = entries_.view();
  const ByteOrder order = order_;
  const Strings strings = strings_;
  const std::size_t size = symbol_size(wide_);
  const std::size_t count = size_;
  for (std::size_t index = from; index < count; ++index) {
    ByteReader entry(entries.subspan(index * size, size), order);
    if (strings.is_text(entry.u32(), name, other_end))
      return index;
  }
  return count;
}

std::uint32_t Symbols::section_index(std::size_t index) const {
  ByteReader reader(section_indices_.view(), order_);
  reader.seek(index * sizeof(std::uint32_t));
  const std::uint32_t section = reader.u32();
  return reader.failed() ? kMissingSection : section;
}

} // namespace ringside::elf
