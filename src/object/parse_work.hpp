// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ParseWork: the data that the steps of parsing share, and the steps.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/failure.hpp"
#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "elf/file.hpp"
#include "elf/symbols.hpp"
#include "object/parsed.hpp"

namespace ringside::object {

// Use is what a section of the file is for.
enum class Use {
  none,
  programs,
  maps,
  data,
  rodata,
  bss,
  struct_ops,
  arena,
  jump_tables,
};

// NamedSymbol is a symbol with its name and its place in the symbol table. There are as many as
// variables, so they are small: a string_view would make each a sixth larger.
struct NamedSymbol {
  elf::Symbol symbol;
  const char* name_begin = "";
  std::uint32_t name_size = 0;
  std::uint32_t index = 0;

  [[nodiscard]] std::string_view name() const { return {name_begin, name_size}; }
};

struct ParseWork {
  ParseWork(const elf::File& elf, std::string_view name, const ParseOptions& wanted, Parsed& made,
            const Subject& object)
      : file(elf), object_name(name), options(wanted), parsed(made), subject(object) {}

  const elf::File& file;
  std::string_view object_name;
  const ParseOptions& options;
  Parsed& parsed;
  const Subject& subject;

  Vector<Use> uses; // of each section
  const elf::Section* btf = nullptr;
  const elf::Section* btf_ext = nullptr;
  const elf::Section* maps = nullptr;
  const elf::Section* symbol_section = nullptr;
  bool has_struct_ops = false;
  HashIndex sections_by_name;
  // The maps of each section, which lie one behind the other, by their place in it.
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  Vector<Range> maps_of_sections;
  // Sections of relocations that a later step reads.
  Vector<const elf::Section*> relocations;
  // All symbols, by their place in the table; what has no readable name has an empty one.
  Vector<NamedSymbol> symbols;
  Bytes symbol_names; // in which the names lie
  // For each symbol, the index of the extern that it is, or kNoIndex. Empty if there are none.
  Vector<std::uint32_t> externs_of_symbols;
  // Numbers of global and weak symbols, by the hash of their name.
  HashIndex global_symbols;
  std::uint32_t kconfig_size = 0;

  [[nodiscard]] Use use_of(std::uint32_t section) const {
    return section < uses.size() ? uses[section] : Use::none;
  }
  // find_section is the first section with a name, or null.
  [[nodiscard]] const elf::Section* find_section(std::string_view name) const {
    const std::uint32_t index = sections_by_name.find(hash_text(name), [&](std::uint32_t number) {
      return file.sections()[number].name == name;
    });
    return index != HashIndex::kNone ? &file.sections()[index] : nullptr;
  }
  // find_global is the number of the global or weak symbol with a name, or kNone.
  [[nodiscard]] std::uint32_t find_global(std::string_view name) const {
    return global_symbols.find(
        hash_text(name), [&](std::uint32_t number) { return symbols[number].name() == name; });
  }
  // map_at is the map of a section whose variable contains an offset, or kNoIndex.
  [[nodiscard]] std::uint32_t map_at(std::uint32_t section, std::uint64_t offset) const;
  // keep copies a text into the object's memory.
  [[nodiscard]] Result<std::string_view> keep(std::string_view text) {
    auto kept = parsed.memory.text(text);
    if (!kept)
      return no_memory(subject, "a name");
    return kept;
  }
  [[nodiscard]] Errno out_of_memory() const { return no_memory(subject, "the object"); }
};

// The steps, in the order in which they are done. Each of them needs those before it.
Result<void> check_header(ParseWork& work);
Result<void> sort_sections(ParseWork& work);
Result<void> read_symbols(ParseWork& work);
Result<void> read_programs(ParseWork& work);
Result<void> read_btf(ParseWork& work);
Result<void> read_externs(ParseWork& work);
Result<void> declare_externs(ParseWork& work);
Result<void> complete_datasecs(ParseWork& work);
Result<void> read_defined_maps(ParseWork& work);
Result<void> read_data_maps(ParseWork& work);
Result<void> read_struct_ops(ParseWork& work);
Result<void> read_relocations(ParseWork& work);
Result<void> read_records(ParseWork& work);

} // namespace ringside::object
