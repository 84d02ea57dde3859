// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Symbols: a symbol table that is read as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <elf.h>

#include "base/byte_reader.hpp"
#include "base/byte_source.hpp"
#include "base/check.hpp"
#include "base/result.hpp"
#include "elf/file.hpp"
#include "elf/strings.hpp"

namespace ringside::elf {

// Symbol::section is the index of a section, or one of these. ELF puts the special ones among the
// indices; here no section has them.
inline constexpr std::uint32_t kUndefinedSection = SHN_UNDEF;
inline constexpr std::uint32_t kFirstSpecialSection = 0xffff0000 | SHN_LORESERVE;
inline constexpr std::uint32_t kAbsoluteSection = 0xffff0000 | SHN_ABS;
// The index stands in another table, which the file does not have.
inline constexpr std::uint32_t kMissingSection = 0xffff0000 | SHN_XINDEX;

struct Symbol {
  std::uint32_t name_offset = 0; // in the table's strings
  std::uint8_t type = 0;         // STT_FUNC, ...
  std::uint8_t binding = 0;      // STB_GLOBAL, ...
  std::uint8_t visibility = 0;   // STV_HIDDEN, ...
  std::uint32_t section = 0;     // may be any number, such as one beyond the last section
  std::uint64_t value = 0;
  std::uint64_t size = 0;
};

// SymbolSections is where the parts of a symbol table are.
struct SymbolSections {
  const Section* entries = nullptr;
  const Section* strings = nullptr;
  // The section indices that do not fit into an entry, 4 bytes for each symbol; nullptr if there
  // are none.
  const Section* section_indices = nullptr;
  std::size_t count = 0;
};

// symbol_sections finds them. kErrnoFormat, with a message, if the section is no symbol table, if
// whole entries of the class's size do not fill it, or if it names no table of strings.
Result<SymbolSections> symbol_sections(const File& file, const Section& section);

constexpr std::size_t symbol_size(bool wide) {
  return wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

// decode_symbol reads an entry, which begins with the offset of the name in either class. Its
// section is kMissingSection where that stands elsewhere.
inline Symbol decode_symbol(ByteReader entry, bool wide) {
  Symbol symbol;
  symbol.name_offset = entry.u32();
  if (!wide) {
    symbol.value = entry.u32();
    symbol.size = entry.u32();
  }
  const std::uint8_t info = entry.u8();
  symbol.type = info & 0xf;
  symbol.binding = info >> 4;
  symbol.visibility = entry.u8() & 3;
  const std::uint16_t section = entry.u16();
  symbol.section = section < SHN_LORESERVE ? section : 0xffff0000 | section;
  if (wide) {
    symbol.value = entry.u64();
    symbol.size = entry.u64();
  }
  return symbol;
}

class Symbols {
public:
  Symbols() = default;

  // read takes the table and all that belongs to it from the file. The errors are those of
  // symbol_sections and of File::contents. Of a file in memory, the memory must outlive the symbols
  // and their names.
  static Result<Symbols> read(const File& file, const Section& section);

  // The first symbol of a table is an empty one.
  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] Symbol operator[](std::size_t index) const {
    check(index < size_);
    const std::size_t size = symbol_size(wide_);
    const auto entry = entries_.view().subspan(index * size, size);
    Symbol symbol = decode_symbol(ByteReader(entry, order_), wide_);
    if (symbol.section == kMissingSection) [[unlikely]]
      symbol.section = section_index(index);
    return symbol;
  }

  // name is a symbol's name. Nothing where the file has no text there; see Strings::text_at.
  std::optional<std::string_view> name(const Symbol& symbol) {
    return strings_.text_at(symbol.name_offset);
  }
  // take_names is the memory that the names lie in, of a table that is no longer asked for any.
  [[nodiscard]] Bytes take_names() { return std::move(string_bytes_); }
  // next_named is the index of the first symbol of a name from index `from` on, or size(); see
  // Strings::is_text. It is many times as fast as to ask each symbol for its name.
  [[nodiscard]] std::size_t next_named(std::size_t from, std::string_view name,
                                       char other_end = '\0') const;

private:
  [[nodiscard]] std::uint32_t section_index(std::size_t index) const;

  std::size_t size_ = 0;
  bool wide_ = false;
  ByteOrder order_ = kNativeOrder;
  Bytes entries_;
  Bytes section_indices_;
  Bytes string_bytes_;
  Strings strings_;
};

} // namespace ringside::elf
