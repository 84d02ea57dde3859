// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Versions: .gnu.version has an index for each symbol, .gnu.version_d the names of the indices.
#include "elf/versions.hpp"

#include <cerrno>
#include <cinttypes>

#include <elf.h>

namespace ringside::elf {
namespace {

constexpr std::uint16_t kHidden = 0x8000;

// find_linked is the section of a type that names another one as its link.
const Section* find_linked(const File& file, std::uint32_t type, std::uint32_t link) {
  for (const Section& section : file.sections())
    if (section.type == type && section.link == link)
      return &section;
  return nullptr;
}

Result<ByteWindow> window_of(const File& file, const Section& section) {
  const auto source = file.contents_source(section);
  if (!source)
    return source.error();
  return ByteWindow(*source, file.order());
}

} // namespace

Result<Versions> Versions::open(const File& file, const Section& table) {
  Versions versions;
  versions.file_ = &file;
  const Section* const indices = find_linked(file, SHT_GNU_versym, table.index);
  const Section* const definitions = find_linked(file, SHT_GNU_verdef, table.link);
  const Section* const strings = file.section_at(table.link);
  if (indices == nullptr || definitions == nullptr || strings == nullptr)
    return versions;
  versions.definitions_section_ = definitions;
  for (const auto& [section, window] :
       {std::pair(indices, &versions.indices_), std::pair(definitions, &versions.definitions_),
        std::pair(strings, &versions.strings_)}) {
    const auto opened = window_of(file, *section);
    if (!opened)
      return opened.error();
    *window = *opened;
  }
  return versions;
}

Result<SymbolVersion> Versions::of(std::size_t index) {
  auto reader = indices_.at(std::uint64_t{index} * sizeof(std::uint16_t), sizeof(std::uint16_t));
  if (!reader) {
    if (reader.error() == Errno(ERANGE))
      return SymbolVersion{VER_NDX_GLOBAL, false};
    return reader.error();
  }
  const std::uint16_t version = reader->u16();
  return SymbolVersion{static_cast<std::uint16_t>(version & ~kHidden), (version & kHidden) != 0};
}

Result<std::uint16_t> Versions::defined(std::string_view name) {
  if (definitions_section_ == nullptr)
    return std::uint16_t{VER_NDX_LOCAL};
  const Subject subject = file_->subject_of(*definitions_section_);
  std::uint64_t offset = 0;
  // Each definition lies behind the one before it, so the walk ends with the section.
  for (;;) {
    auto reader = definitions_.at(offset, sizeof(Elf64_Verdef));
    if (!reader)
      break;
    reader->skip(4); // revision, flags
    const std::uint16_t index = reader->u16();
    reader->skip(6); // how many names, hash
    const std::uint32_t first_name = reader->u32();
    const std::uint32_t next = reader->u32();
    const auto name_offset = definitions_.u32_at(offset + first_name);
    if (!name_offset)
      break;
    const auto is_named = strings_.is_text_at(*name_offset, name);
    if (!is_named)
      return file_->fail_to_read(is_named.error(), *name_offset, name.size(), subject,
                                 "the name of a version");
    if (*is_named)
      return index;
    if (next == 0)
      return std::uint16_t{VER_NDX_LOCAL};
    if (next < sizeof(Elf64_Verdef))
      break;
    offset += next;
  }
  return fail(subject, kErrnoFormat,
              "the definition of a version at offset 0x%" PRIx64 " is damaged", offset);
}

} // namespace ringside::elf
