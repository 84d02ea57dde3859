// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Symbols, relocations and notes of a hostile file; look-ups by its hash tables against a look at
// each symbol; and all of it against libelf.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "elf/file.hpp"
#include "elf/notes.hpp"
#include "elf/relocations.hpp"
#include "elf/symbol_lookup.hpp"
#include "elf/symbols.hpp"
#include "fuzzed_file.hpp"
#include "libelf_opinion.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using elf::File;
using elf::Section;
using elf::Symbol;
using elf::Symbols;

// More look-ups find nothing new.
constexpr std::size_t kMostLookedUp = 200;

void look_up(const File& file, const Section& table, const Symbols& symbols,
             std::string_view name) {
  for (const elf::NameEnd end : {elf::NameEnd::whole, elf::NameEnd::before_version}) {
    const auto found = elf::find_symbols(file, table, name, end);
    require(static_cast<bool>(found), "a table that was read can be looked up");
    std::size_t least = 0;
    for (const elf::FoundSymbol& symbol : *found) {
      require(symbol.index < symbols.size() && symbol.index >= least,
              "symbols come in their order");
      least = symbol.index;
      require(symbols.next_named(symbol.index, name, end == elf::NameEnd::whole ? '\0' : '@') ==
                  symbol.index,
              "only symbols of the name are found");
      require(symbol.symbol.value == symbols[symbol.index].value &&
                  symbol.symbol.section == symbols[symbol.index].section,
              "a symbol reads the same in place");
    }
    if (end == elf::NameEnd::before_version) {
      std::size_t count = 0;
      std::size_t index = symbols.next_named(0, name, '@');
      for (; index < symbols.size(); index = symbols.next_named(index + 1, name, '@'))
        ++count;
      require(count == found->size(), "all symbols of the name are found");
    }
  }
}

void read_symbols(const File& file, const Section& table, const LibelfOpinion& libelf) {
  auto symbols = Symbols::read(file, table);
  if (!symbols)
    return;
  std::vector<std::string_view> names;
  for (std::size_t index = 0; index < symbols->size(); ++index) {
    const Symbol symbol = (*symbols)[index];
    if (const auto name = symbols->name(symbol); name) {
      require(symbols->next_named(index, *name) == index, "a symbol has its own name");
      const char* const other =
          libelf.is_elf() ? libelf.text(table.link, symbol.name_offset) : nullptr;
      require(other == nullptr || *name == other, "libelf reads the same name");
      if (names.size() < kMostLookedUp && !name->empty())
        names.push_back(*name);
    }
    const auto other = libelf.is_elf() ? libelf.symbol(table.index, index) : std::nullopt;
    if (!other)
      continue;
    require(symbol.name_offset == other->st_name && symbol.value == other->st_value &&
                symbol.size == other->st_size && symbol.type == GELF_ST_TYPE(other->st_info) &&
                symbol.binding == GELF_ST_BIND(other->st_info) &&
                symbol.visibility == GELF_ST_VISIBILITY(other->st_other),
            "libelf reads the same symbol");
    if (other->st_shndx < SHN_LORESERVE)
      require(symbol.section == other->st_shndx, "libelf reads the same section of a symbol");
  }
  names.push_back("an absent name");
  for (const std::string_view name : names)
    look_up(file, table, *symbols, name);
}

void read_relocations(const File& file, const Section& section, const LibelfOpinion& libelf) {
  const auto relocations = elf::Relocations::read(file, section);
  if (!relocations)
    return;
  for (std::size_t index = 0; index < relocations->size(); ++index) {
    const elf::Relocation relocation = (*relocations)[index];
    const auto other = libelf.is_elf() ? libelf.relocation(section.index, index) : std::nullopt;
    require(!other || (relocation.offset == other->r_offset &&
                       relocation.type == GELF_R_TYPE(other->r_info) &&
                       relocation.symbol == GELF_R_SYM(other->r_info)),
            "libelf reads the same relocation");
  }
}

void read_notes(const File& file, const Section& section) {
  const auto contents = file.contents(section);
  if (!contents)
    return;
  elf::Notes notes(file, section, contents->view());
  std::size_t count = 0;
  while (const auto note = notes.next()) {
    ++count;
    require(note->owner().find('\0') == std::string_view::npos, "an owner has no NUL");
    require(note->offset == notes.position(), "a note knows where it is");
  }
  require(count * 12 <= contents->size(), "each note has a header");
}

void read_all(const File& file, const LibelfOpinion& libelf) {
  // As many sections may share one table as there are sections.
  std::size_t left = 8;
  for (const Section& section : file.sections()) {
    if (section.type != SHT_SYMTAB && section.type != SHT_DYNSYM && section.type != SHT_REL &&
        section.type != SHT_NOTE)
      continue;
    if (left-- == 0)
      return;
    if (section.type == SHT_REL)
      read_relocations(file, section, libelf);
    else if (section.type == SHT_NOTE)
      read_notes(file, section);
    else
      read_symbols(file, section, libelf);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Messages messages;
  const FuzzedFile fuzzed(bytes, size);
  std::vector<std::byte> copy = fuzzed.copy();
  const LibelfOpinion libelf(copy);
  for (const ByteSource& source : {fuzzed.in_memory(), fuzzed.in_pieces()})
    if (const auto file = File::open(source, "fuzzed"); file)
      read_all(*file, libelf);
  return 0;
}

} // namespace ringside::test
