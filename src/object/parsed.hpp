// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Parsed: what the file of an object says. It is made from bytes alone and does not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <linux/bpf.h>

#include "base/arena.hpp"
#include "base/byte_order.hpp"
#include "base/byte_source.hpp"
#include "base/failure.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"
#include "btf/ext.hpp"
#include "object/map_definition.hpp"

namespace ringside::object {

inline constexpr std::uint32_t kNoIndex = UINT32_MAX;

// RefersTo is what an instruction, or a slot of a map, names.
enum class RefersTo {
  map,        // index: of the map
  data,       // index: of the map that holds the section
  arena,      // index: of the arena's map
  subprogram, // a function in .text; offset: of the symbol
  external,   // index: of the extern
  jump_table, // offset and size: of the table in .jumptables
};

// Reference is a relocation of an instruction, read from a section of type SHT_REL.
struct Reference {
  std::uint32_t insn = 0; // the index of the instruction in its program
  RefersTo to = RefersTo::map;
  bool is_call = false; // else it loads an address
  std::uint32_t index = 0;
  std::uint64_t offset = 0; // of what it names, in its section: bytes
  std::uint64_t size = 0;
};

// Records is the records of .BTF.ext that belong to one function, by their instruction. The first
// word of a record is the offset of that instruction in the section, in bytes.
struct Records {
  std::span<const std::uint32_t> words;
  std::uint32_t record_words = 0;

  [[nodiscard]] std::size_t size() const {
    return record_words != 0 ? words.size() / record_words : 0;
  }
  [[nodiscard]] std::span<const std::uint32_t> operator[](std::size_t index) const {
    return words.subspan(index * record_words, record_words);
  }
};

// CoreRecord is a CO-RE relocation of an instruction.
struct CoreRecord {
  std::uint32_t program = 0;
  std::uint32_t insn = 0; // in the program
  std::uint32_t type_id = 0;
  std::uint32_t access = 0; // the offset of a string
  std::uint32_t kind = 0;
};

// ParsedProgram is a function of the file. Those in .text are subprograms: parts of others.
struct ParsedProgram {
  std::string_view name;
  std::string_view section; // without the ? that switches autoload off
  std::uint32_t section_index = 0;
  std::uint32_t section_insn = 0;        // where it begins in its section, in instructions
  std::uint32_t symbol = 0;              // its place in the symbol table
  std::span<const bpf_insn> code;        // in host order
  std::span<const Reference> references; // by instruction
  Records functions;                     // func_info
  Records lines;                         // line_info
  bool is_subprogram = false;
  bool autoload = true;
  // A global function that its visibility hides is verified as a static one.
  bool is_hidden = false;
};

enum class MapKind { defined, data, rodata, bss, kconfig, struct_ops };

// Slot is a value of a map of maps or programs, which .maps sets.
struct Slot {
  std::uint32_t key = 0;
  std::uint32_t index = 0; // of the map or the program
};

// A member of a struct_ops variable that points to a program.
struct OpsProgram {
  std::uint32_t offset = 0; // of the member, in the variable
  std::uint32_t program = 0;
};

struct ParsedMap {
  MapKind kind = MapKind::defined;
  std::string_view name;
  // Of a data map: the section, by which it is found, too, and the name that the kernel gets.
  std::string_view section;
  std::string_view kernel_name;
  MapDefinition definition;
  MapDefinition inner;
  Values values;
  std::span<const Slot> slots;
  bool pin_by_name = false;
  bool autocreate = true;
  // Where the variable or section lies in the file.
  std::uint32_t section_index = kNoIndex;
  std::uint64_t offset = 0;
  std::uint32_t variable_size = 0;
  // What it holds at first; empty for zeros, and for maps without content.
  std::span<const std::byte> content;
  // Of struct_ops: the variable's type, the name without flavor, and the programs that it names.
  std::uint32_t ops_type_id = 0;
  std::span<const OpsProgram> ops_programs;

  [[nodiscard]] bool is_data() const {
    return kind == MapKind::data || kind == MapKind::rodata || kind == MapKind::bss ||
           kind == MapKind::kconfig;
  }
};

// Extern is a symbol that the kernel, its configuration, or the user gives a value.
struct Extern {
  enum class Kind { kconfig, untyped_symbol, typed_symbol, function };
  // How a kconfig value is stored.
  enum class Form { none, character, boolean, number, tristate, text };

  Kind kind = Kind::kconfig;
  std::string_view name;
  std::string_view kernel_name; // without the flavor of a function
  bool is_weak = false;
  std::uint32_t symbol = 0;  // its place in the symbol table
  std::uint32_t var_id = 0;  // its VAR or FUNC in the object's BTF
  std::uint32_t type_id = 0; // of symbols: its type, modifiers and typedefs removed
  Form form = Form::none;
  bool is_signed = false;
  std::uint32_t size = 0;
  std::uint32_t alignment = 0;
  std::uint32_t offset = 0; // of kconfig: in the map's value
};

// Parsed keeps what it gives out: names, code and content live in `memory`.
struct Parsed {
  Arena memory;
  ByteOrder order = kNativeOrder;
  std::string_view license = "";    // NOLINT(readability-redundant-string-init): not null
  std::uint32_t kernel_version = 0; // 0: the running kernel's
  Owned<btf::Btf> btf;
  Owned<btf::Ext> ext;
  // Sorted by section and place in it. Ties, which are aliases, are in the order of their symbols.
  std::span<ParsedProgram> programs;
  std::span<const CoreRecord> core_records; // in the order of the file, which matters
  Vector<ParsedMap> maps;
  Vector<Extern> externs; // kconfig first, as they lie in the map; then the others by name
  std::uint32_t text_section = kNoIndex;
  std::uint32_t kconfig_map = kNoIndex;
  std::uint32_t arena_map = kNoIndex;
  std::span<const std::byte> arena_content;
  std::span<const std::byte> jump_tables;

  // programs_in is the functions of a section.
  [[nodiscard]] std::span<ParsedProgram> programs_in(std::uint32_t section) const;
  // program_at is the index of the function that contains an instruction of a section, or kNoIndex.
  [[nodiscard]] std::uint32_t program_at(std::uint32_t section, std::uint64_t insn) const;
};

struct ParseOptions {
  bool relaxed_maps = false;
  std::uint32_t page_size = 4096;
};

// parse reads an object into `parsed`, which must be empty: of a file that is read piece by piece,
// what it needs. `name` is the object's, for the names of its data maps. The bytes need not outlive
// the call. Errors, each with a message: those of the contract of bpf_object__open.
Result<void> parse(const ByteSource& bytes, std::string_view name, const ParseOptions& options,
                   Parsed& parsed, const Subject& subject);

} // namespace ringside::object
