// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Input: one object that is to be linked, read and checked as a whole. It keeps the bytes of the
// file, so nothing of the file itself is needed afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/array.hpp"
#include "base/failure.hpp"
#include "base/hash_index.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"
#include "btf/ext.hpp"
#include "elf/file.hpp"
#include "elf/symbols.hpp"

namespace ringside::linker {

inline constexpr std::uint64_t kInstructionBytes = 8;

// How a FUNC, in its number of elements, and a VAR, behind its head, are linked.
enum Linkage : std::uint32_t { kStatic, kGlobal, kExtern };

// What becomes of a section.
enum class Use : std::uint8_t {
  ignored,     // strings, debug information, an empty .text
  data,        // goes into the output: code too, and what has a size alone
  relocations, // of a section that goes into the output
  symbols,
  btf,
  btf_ext,
  shell, // there is no section, only a DATASEC of this name
};

struct DatasecEntry {
  std::uint32_t type = 0; // of the variable
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

struct InputSection {
  Use use = Use::ignored;
  std::string_view name;
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  std::uint64_t alignment = 1;
  std::uint64_t entry_size = 0;
  std::uint64_t size = 0;
  std::span<const std::byte> content = {};
  std::uint32_t target = 0; // of relocations: the section that they are for
  bool has_datasec = false;
  Vector<DatasecEntry> variables = {};

  [[nodiscard]] bool is_code() const;
};

struct InputSymbol : elf::Symbol {
  std::string_view text; // its name
};

// The section of a symbol that has none of the file's: undefined, absolute.
constexpr bool is_special(std::uint32_t section) {
  return section == elf::kUndefinedSection || section >= elf::kFirstSpecialSection;
}

class Input {
public:
  // read takes the bytes of a file. Errors, each with a message:
  //   EINVAL      no ELF file, or a part of it is not as it must be
  //   EOPNOTSUPP  not a relocatable object for BPF, or no byte order that is known
  //   ENOENT      a variable of a DATASEC has no symbol
  //   ENOMEM, and what reading BTF fails with
  static Result<Owned<Input>> read(Array<std::byte> bytes, std::string_view name);

  [[nodiscard]] ByteOrder order() const { return file_.order(); }
  [[nodiscard]] const Subject& subject() const { return subject_; }
  // The sections at their indices, and behind them the shells.
  [[nodiscard]] std::span<const InputSection> sections() const { return sections_; }
  [[nodiscard]] std::span<const InputSymbol> symbols() const { return symbols_; }
  [[nodiscard]] const btf::Btf* btf() const { return btf_.get(); }
  [[nodiscard]] const btf::Ext* ext() const { return ext_.get(); }

  // find_section is the section of a name that goes into the output, or a shell.
  [[nodiscard]] std::optional<std::uint32_t> find_section(std::string_view name) const;

  // find_global is the FUNC or VAR that describes a global symbol. EOPNOTSUPP: the file has no BTF
  // and the symbol is undefined; EINVAL: it has no BTF, or two types have that name; ENOENT.
  [[nodiscard]] Result<std::uint32_t> find_global(const InputSymbol& symbol) const;
  // is_global_type: a FUNC or VAR that is not static.
  [[nodiscard]] static bool is_global_type(btf::Type type);
  // symbol_of is the global symbol with the name of a FUNC or VAR, or nothing.
  [[nodiscard]] std::optional<std::uint32_t> symbol_of(btf::Type type) const;
  // datasec_of is the section whose DATASEC has a FUNC or VAR, or 0.
  [[nodiscard]] std::uint32_t datasec_of(std::uint32_t type) const {
    return type < datasecs_.size() ? datasecs_[type] : 0;
  }

private:
  Result<void> read_file();
  Result<void> read_sections();
  Result<void> read_section(const elf::Section& section, InputSection& made);
  Result<void> check_section(const elf::Section& section, const InputSection& made) const;
  Result<void> read_symbols();
  Result<void> check_symbol(const InputSymbol& symbol, std::size_t index) const;
  Result<void> index_symbols();
  Result<void> check_relocations() const;
  Result<void> read_types();
  Result<void> check_ext() const;
  Result<void> index_types();
  Result<void> read_datasec(std::uint32_t id);
  [[nodiscard]] Result<DatasecEntry> read_variable(const btf::Variable& variable,
                                                   std::uint32_t section) const;
  [[nodiscard]] std::optional<std::uint32_t> find_symbol(std::string_view name) const;

  Array<char> name_;
  Subject subject_ = "";
  Array<std::byte> bytes_;
  elf::File file_;
  Vector<Bytes> contents_;
  Vector<InputSection> sections_;
  std::uint32_t symbols_index_ = 0;
  elf::Symbols symbol_table_;
  Vector<InputSymbol> symbols_;
  HashIndex globals_; // of symbols, by name
  Owned<btf::Btf> btf_;
  Owned<btf::Ext> ext_;
  HashIndex types_;                // of FUNCs and VARs that are not static, by name
  Vector<std::uint32_t> repeated_; // those whose name another one had before
  Vector<std::uint32_t> datasecs_; // by type: its section
};

} // namespace ringside::linker
