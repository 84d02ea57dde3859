// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ElfImage: ELF files that tests make, good and bad, of either class and byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <elf.h>

#include "base/byte_order.hpp"

namespace ringside::test {

// ElfNumbers appends numbers to a string as a file of one class and byte order has them.
class ElfNumbers {
public:
  explicit ElfNumbers(bool wide = true, ByteOrder order = ByteOrder::little)
      : wide_(wide), order_(order) {}

  ElfNumbers& u8(std::uint64_t number) { return add(number, 1); }
  ElfNumbers& u16(std::uint64_t number) { return add(number, 2); }
  ElfNumbers& u32(std::uint64_t number) { return add(number, 4); }
  ElfNumbers& u64(std::uint64_t number) { return add(number, 8); }
  ElfNumbers& word(std::uint64_t number) { return add(number, wide_ ? 8 : 4); }
  ElfNumbers& text(std::string_view text) {
    bytes_.append(text);
    return *this;
  }
  ElfNumbers& zeros(std::size_t count) {
    bytes_.append(count, '\0');
    return *this;
  }
  // symbol is one entry of a symbol table.
  ElfNumbers& symbol(std::uint64_t name, unsigned info, unsigned other, std::uint64_t section,
                     std::uint64_t value, std::uint64_t size) {
    if (wide_)
      return u32(name).u8(info).u8(other).u16(section).u64(value).u64(size);
    return u32(name).u32(value).u32(size).u8(info).u8(other).u16(section);
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
  ElfNumbers& add(std::uint64_t number, unsigned width) {
    for (unsigned index = 0; index < width; ++index) {
      const unsigned at = order_ == ByteOrder::little ? index : width - 1 - index;
      bytes_.push_back(static_cast<char>(number >> (8 * at)));
    }
    return *this;
  }

  bool wide_;
  ByteOrder order_;
  std::string bytes_;
};

struct ImageSection {
  std::string name;
  std::uint32_t type = SHT_PROGBITS;
  std::string content = {};
  std::uint64_t flags = 0;
  std::uint64_t address = 0;
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  std::uint64_t entry_size = 0;
  std::uint64_t nobits_size = 0;
};

struct ImageSegment {
  std::uint32_t type = PT_LOAD;
  std::uint32_t flags = PF_R;
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
  std::uint64_t memory_size = 0;
};

// The file is: header, program headers, contents, section headers. The empty section comes first
// and .shstrtab last, both by themselves.
struct ElfImage {
  bool wide = true;
  ByteOrder order = ByteOrder::little;
  std::uint16_t type = ET_REL;
  std::uint16_t machine = EM_BPF;
  std::vector<ImageSection> sections = {};
  std::vector<ImageSegment> segments = {};
  // The counts and the index of the names stand in the first section header, as in files with more
  // than 65,279 sections.
  bool extended = false;

  [[nodiscard]] ElfNumbers numbers() const { return ElfNumbers(wide, order); }
  [[nodiscard]] std::size_t header_size() const { return wide ? 64 : 52; }
  [[nodiscard]] std::size_t section_header_size() const { return wide ? 64 : 40; }
  [[nodiscard]] std::size_t program_header_size() const { return wide ? 56 : 32; }
  // content_offset is where the content of the section at `index` of `sections` begins, and
  // section_headers where the section headers do.
  [[nodiscard]] std::size_t content_offset(std::size_t index) const {
    std::size_t offset = header_size() + segments.size() * program_header_size();
    for (std::size_t before = 0; before < index; ++before)
      offset += aligned(sections[before].content.size());
    return offset;
  }
  [[nodiscard]] std::size_t section_headers() const {
    return content_offset(sections.size()) + aligned(names().size());
  }

  [[nodiscard]] std::string bytes() const {
    ElfNumbers file = numbers();
    const std::size_t count = sections.size() + 2;
    file.text("\177ELF").u8(wide ? ELFCLASS64 : ELFCLASS32);
    file.u8(order == ByteOrder::little ? ELFDATA2LSB : ELFDATA2MSB).u8(EV_CURRENT).zeros(9);
    file.u16(type).u16(machine).u32(EV_CURRENT).word(0);
    file.word(segments.empty() ? 0 : header_size()).word(section_headers());
    file.u32(0).u16(header_size()).u16(program_header_size());
    file.u16(extended ? PN_XNUM : segments.size()).u16(section_header_size());
    file.u16(extended ? 0 : count).u16(extended ? SHN_XINDEX : count - 1);
    for (const ImageSegment& segment : segments)
      add_segment(file, segment);
    for (const ImageSection& section : sections)
      file.text(section.content).zeros(aligned(section.content.size()) - section.content.size());
    file.text(names()).zeros(aligned(names().size()) - names().size());

    file.u32(0).u32(SHT_NULL).word(0).word(0).word(0).word(extended ? count : 0);
    file.u32(extended ? count - 1 : 0).u32(extended ? segments.size() : 0).word(0).word(0);
    std::size_t name_offset = 1;
    for (std::size_t index = 0; index < sections.size(); ++index) {
      add_section(file, sections[index], name_offset, content_offset(index));
      name_offset += sections[index].name.size() + 1;
    }
    add_section(file, {".shstrtab", SHT_STRTAB, names()}, name_offset,
                content_offset(sections.size()));
    return file.bytes();
  }

private:
  static std::size_t aligned(std::size_t size) { return (size + 7) / 8 * 8; }

  [[nodiscard]] std::string names() const {
    std::string table(1, '\0');
    for (const ImageSection& section : sections)
      table.append(section.name).push_back('\0');
    return table.append(".shstrtab").append(1, '\0');
  }

  void add_segment(ElfNumbers& file, const ImageSegment& segment) const {
    file.u32(segment.type);
    if (wide)
      file.u32(segment.flags);
    file.word(segment.offset).word(segment.address).word(0);
    file.word(segment.file_size).word(segment.memory_size);
    if (!wide)
      file.u32(segment.flags);
    file.word(0);
  }

  static void add_section(ElfNumbers& file, const ImageSection& section, std::size_t name_offset,
                          std::size_t offset) {
    const bool bits = section.type != SHT_NOBITS;
    file.u32(name_offset).u32(section.type).word(section.flags).word(section.address).word(offset);
    file.word(bits ? section.content.size() : section.nobits_size).u32(section.link);
    file.u32(section.info).word(1).word(section.entry_size);
  }
};

inline std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

} // namespace ringside::test
