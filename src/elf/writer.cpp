// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// write_file: laying sections out and writing the headers for them.
#include "elf/writer.hpp"

#include <algorithm>
#include <cerrno>

#include <elf.h>

#include "base/byte_writer.hpp"

namespace ringside::elf {
namespace {

constexpr std::size_t kHeadersAlignment = 8;

std::size_t aligned(std::size_t offset, std::uint64_t alignment) {
  const auto mask = static_cast<std::size_t>(std::max<std::uint64_t>(alignment, 1)) - 1;
  return (offset + mask) & ~mask;
}

// end_of is where a section that begins at `offset` ends in the file.
std::size_t end_of(std::size_t offset, const OutputSection& section) {
  return section.type == SHT_NOBITS ? offset : offset + section.content.size();
}

std::size_t headers_offset(std::span<const OutputSection> sections) {
  std::size_t offset = sizeof(Elf64_Ehdr);
  for (const OutputSection& section : sections)
    offset = end_of(aligned(offset, section.alignment), section);
  return aligned(offset, kHeadersAlignment);
}

void write_header(ByteWriter& writer, const OutputFile& file, std::size_t section_headers) {
  for (const int byte : {ELFMAG0, int{ELFMAG1}, int{ELFMAG2}, int{ELFMAG3}, ELFCLASS64,
                         file.order == ByteOrder::little ? ELFDATA2LSB : ELFDATA2MSB, EV_CURRENT})
    writer.u8(static_cast<std::uint8_t>(byte));
  writer.zeros(EI_NIDENT - writer.size());
  writer.u16(file.type);
  writer.u16(file.machine);
  writer.u32(EV_CURRENT);
  writer.u64(0); // entry
  writer.u64(0); // program headers
  writer.u64(section_headers);
  writer.u32(0); // flags
  writer.u16(sizeof(Elf64_Ehdr));
  writer.u16(0); // size of a program header, and their number
  writer.u16(0);
  writer.u16(sizeof(Elf64_Shdr));
  writer.u16(static_cast<std::uint16_t>(file.sections.size() + 1));
  writer.u16(static_cast<std::uint16_t>(file.names_index));
}

void write_section_header(ByteWriter& writer, const OutputSection& section, std::size_t offset) {
  writer.u32(section.name_offset);
  writer.u32(section.type);
  writer.u64(section.flags);
  writer.u64(0); // address
  writer.u64(offset);
  writer.u64(section.type == SHT_NOBITS ? section.nobits_size : section.content.size());
  writer.u32(section.link);
  writer.u32(section.info);
  writer.u64(section.alignment);
  writer.u64(section.entry_size);
}

} // namespace

Result<Vector<std::byte>> write_file(const OutputFile& file) {
  if (file.sections.size() + 1 >= SHN_LORESERVE)
    return Errno(E2BIG);
  ByteWriter writer(file.order);
  write_header(writer, file, headers_offset(file.sections));
  for (const OutputSection& section : file.sections) {
    writer.zeros(aligned(writer.size(), section.alignment) - writer.size());
    if (section.type != SHT_NOBITS)
      writer.bytes(section.content);
  }
  writer.align(kHeadersAlignment);
  writer.zeros(sizeof(Elf64_Shdr));
  std::size_t offset = sizeof(Elf64_Ehdr);
  for (const OutputSection& section : file.sections) {
    offset = aligned(offset, section.alignment);
    write_section_header(writer, section, offset);
    offset = end_of(offset, section);
  }
  return writer.take();
}

Result<Vector<std::byte>> write_symbols(std::span<const Symbol> symbols, ByteOrder order) {
  ByteWriter writer(order);
  for (const Symbol& symbol : symbols) {
    writer.u32(symbol.name_offset);
    writer.u8(static_cast<std::uint8_t>(ELF64_ST_INFO(symbol.binding, symbol.type)));
    writer.u8(symbol.visibility);
    writer.u16(static_cast<std::uint16_t>(symbol.section));
    writer.u64(symbol.value);
    writer.u64(symbol.size);
  }
  return writer.take();
}

std::uint32_t first_not_local(std::span<const Symbol> symbols) {
  const auto first = std::find_if(symbols.begin(), symbols.end(),
                                  [](const Symbol& symbol) { return symbol.binding != STB_LOCAL; });
  return static_cast<std::uint32_t>(first - symbols.begin());
}

} // namespace ringside::elf
