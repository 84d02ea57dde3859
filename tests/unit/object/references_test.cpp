// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What instructions refer to.
#include <cerrno>

#include <catch2/catch.hpp>

#include "base/errno.hpp"
#include "bpf/new_uapi.hpp"
#include "made_object.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using object::Parsed;
using object::Reference;
using object::RefersTo;

constexpr bpf_insn load(std::int32_t imm = 0) {
  return bpf::insn::make(BPF_LD | BPF_IMM | BPF_DW, 1, 0, 0, imm);
}
constexpr bpf_insn call_function(std::int32_t imm = -1) {
  return bpf::insn::make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, imm);
}

// An object with something of each kind to refer to. Instruction 0 is a load, 2 a call.
struct Everything {
  Everything() {
    code = made.program("xdp", "first", {load(8), bpf_insn{}, call_function(), bpf::insn::exit()});
    text = made.code(".text", std::vector<bpf_insn>(4, bpf::insn::exit()));
    inner = made.symbol("inner", STT_FUNC, STB_GLOBAL, text, 8, 16);
    of_text = made.symbol("", STT_SECTION, STB_LOCAL, text);
    local = made.symbol("local", STT_FUNC, STB_LOCAL, text, 24, 8);
    data = made.section(".data", SHT_PROGBITS, SHF_ALLOC, "12345678");
    of_data = made.symbol("", STT_SECTION, STB_LOCAL, data);
    variable = made.symbol("v", STT_OBJECT, STB_GLOBAL, data, 4, 4);
    map = made.map("m", {{"type", made.number(BPF_MAP_TYPE_ARRAY)}});
    second =
        made.map("arena", {{"type", made.number(bpf::kMapArena)}, {"max_entries", made.number(1)}});
    arena = made.section(".addr_space.1", SHT_PROGBITS, SHF_ALLOC, "1234567890123456");
    in_arena = made.symbol("a", STT_OBJECT, STB_GLOBAL, arena, 8, 4);
    tables = made.section(".jumptables", SHT_PROGBITS, SHF_ALLOC, "1234567890123456");
    table = made.symbol("t", STT_OBJECT, STB_LOCAL, tables, 0, 16);
    external = made.external(".ksyms", "ksym", made.int_type(), 4);
    undefined = made.symbol("nowhere", STT_OBJECT, STB_GLOBAL, SHN_UNDEF);
    absolute = made.symbol("absolute", STT_OBJECT, STB_GLOBAL, elf::kAbsoluteSection);
    other = made.section("other", SHT_PROGBITS, SHF_ALLOC, "12345678");
    in_other = made.symbol("o", STT_OBJECT, STB_GLOBAL, other, 0, 4);
    in_maps = made.symbol("", STT_OBJECT, STB_LOCAL, made.maps_section(), 8);
    odd = made.symbol("odd", STT_FUNC, STB_GLOBAL, text, 8, 8);
  }

  MadeObject made;
  std::uint32_t code, text, data, arena, tables, other;
  std::uint32_t inner, of_text, local, of_data, variable, map, second, in_arena, table, external,
      undefined, absolute, in_other, in_maps, odd;
};

} // namespace

TEST_CASE("each kind of reference is read") {
  const struct {
    const char* what;
    std::uint64_t insn;
    std::uint32_t Everything::*symbol;
    RefersTo to;
    bool is_call;
    std::uint32_t index;
    std::uint64_t offset;
  } rows[] = {
      {"a map", 0, &Everything::map, RefersTo::map, false, 0, 0},
      {"the second map", 0, &Everything::second, RefersTo::map, false, 1, 64},
      {"data by its section", 0, &Everything::of_data, RefersTo::data, false, 2, 0},
      {"a variable", 0, &Everything::variable, RefersTo::data, false, 2, 4},
      {"a global of the arena", 0, &Everything::in_arena, RefersTo::arena, false, 1, 8},
      {"a jump table", 0, &Everything::table, RefersTo::jump_table, false, 0, 0},
      {"an extern", 0, &Everything::external, RefersTo::external, false, 0, 0},
      {"an extern that is called", 2, &Everything::external, RefersTo::external, true, 0, 0},
      {"a function's address", 0, &Everything::inner, RefersTo::subprogram, false, 0, 8},
      {"an address in .text", 0, &Everything::of_text, RefersTo::subprogram, false, 0, 0},
      {"a call", 2, &Everything::inner, RefersTo::subprogram, true, 0, 8},
      {"a call of a local function", 2, &Everything::local, RefersTo::subprogram, true, 0, 24},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Everything all;
    all.made.relocation(all.code, row.insn * 8, all.*row.symbol);
    Parsed parsed;
    REQUIRE(all.made.parse(parsed));
    const auto references = parsed.programs[0].references;
    REQUIRE(references.size() == 1);
    const Reference& reference = references[0];
    CHECK(reference.insn == row.insn);
    CHECK(reference.to == row.to);
    CHECK(reference.is_call == row.is_call);
    CHECK(reference.index == row.index);
    CHECK(reference.offset == row.offset);
  }
}

TEST_CASE("references that make no sense are refused") {
  const struct {
    const char* what;
    std::uint64_t offset;
    std::uint32_t Everything::*symbol;
    int error;
  } rows[] = {
      {"an instruction that refers to nothing", 24, &Everything::map, 4005},
      {"the second half of a load", 8, &Everything::map, 4005},
      {"between instructions", 4, &Everything::map, 4001},
      {"behind the section", 32, &Everything::map, 4001},
      {"a symbol that is not defined", 0, &Everything::undefined, 4005},
      {"a symbol in no section", 0, &Everything::absolute, 4001},
      {"a section without use", 0, &Everything::in_other, 4005},
      {"a place in .maps where no map begins", 0, &Everything::in_maps, 4005},
      {"a call of data", 16, &Everything::variable, 4005},
      {"the address of a local function", 0, &Everything::local, 4005},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Everything all;
    all.made.relocation(all.code, row.offset, all.*row.symbol);
    Parsed parsed;
    const Messages messages;
    const auto result = all.made.parse(parsed);
    REQUIRE_FALSE(result);
    CHECK(result.error() == Errno(row.error));
    CHECK(messages.warnings() == 1);
  }
}

TEST_CASE("a symbol that is not in the table is refused") {
  Everything all;
  all.made.relocation(all.code, 0, 4711);
  Parsed parsed;
  const auto result = all.made.parse(parsed);
  REQUIRE_FALSE(result);
  CHECK(result.error() == kErrnoFormat);
}

TEST_CASE("a load whose second half is missing is refused") {
  MadeObject made;
  const auto code = made.code("xdp", {bpf::insn::exit(), load(), bpf_insn{}});
  made.symbol("first", STT_FUNC, STB_GLOBAL, code, 0, 16);
  made.relocation(code, 8, made.map("m", {{"type", made.number(1)}}));
  Parsed parsed;
  const auto result = made.parse(parsed);
  REQUIRE_FALSE(result);
  CHECK(result.error() == kErrnoReloc);
}

TEST_CASE("a reference in no function is left out, one in aliases goes to all") {
  MadeObject made;
  const auto code = made.code("xdp", {load(), bpf_insn{}, load(), bpf_insn{}});
  made.symbol("one", STT_FUNC, STB_GLOBAL, code, 16, 16);
  made.symbol("other", STT_FUNC, STB_GLOBAL, code, 16, 16);
  const auto map = made.map("m", {{"type", made.number(1)}});
  made.relocation(code, 0, map);
  made.relocation(code, 16, map);
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  REQUIRE(parsed.programs.size() == 2);
  for (const object::ParsedProgram& program : parsed.programs) {
    REQUIRE(program.references.size() == 1);
    CHECK(program.references[0].insn == 0);
  }
}

} // namespace ringside::test
