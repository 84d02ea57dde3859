// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// relocate: what becomes of the instructions of each kind of reference.
#include "object/relocate.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

#include "bpf/insn.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using object::Code;
using object::Extern;
using object::LiveExtern;
using object::LiveMap;
using object::Parsed;
using object::Reference;
using object::RefersTo;

constexpr bpf_insn load(std::int32_t imm = 0) {
  return bpf::insn::make(BPF_LD | BPF_IMM | BPF_DW, 1, 0, 0, imm);
}

// One instruction and its reference, an extern for it, and what it becomes.
struct Row {
  const char* what;
  Reference reference;
  Extern::Kind external;
  LiveExtern live;
  std::uint8_t code;
  unsigned src;
  std::int16_t off;
  std::int32_t imm;
  std::int32_t second; // the imm of the second half
};

constexpr std::uint8_t kLoad = BPF_LD | BPF_IMM | BPF_DW;
constexpr std::uint8_t kCall = BPF_JMP | BPF_CALL;

} // namespace

TEST_CASE("each reference changes its instruction") {
  using Kind = Extern::Kind;
  const Row rows[] = {
      {"a map", {0, RefersTo::map, false, 0}, {}, {}, kLoad, BPF_PSEUDO_MAP_FD, 0, 70, 0},
      {"a map that was left out",
       {0, RefersTo::map, false, 1},
       {},
       {},
       kCall,
       0,
       0,
       2001000001,
       2001000001},
      {"data", {0, RefersTo::data, false, 0, 16}, {}, {}, kLoad, BPF_PSEUDO_MAP_VALUE, 0, 70, 24},
      {"an arena",
       {0, RefersTo::arena, false, 0, 16},
       {},
       {},
       kLoad,
       BPF_PSEUDO_MAP_VALUE,
       0,
       70,
       4120},
      {"kconfig",
       {0, RefersTo::external, false, 0},
       Kind::kconfig,
       {},
       kLoad,
       BPF_PSEUDO_MAP_VALUE,
       0,
       72,
       12},
      {"an address",
       {0, RefersTo::external, false, 0},
       Kind::untyped_symbol,
       {true, 0xffffffff81000010},
       kLoad,
       0,
       0,
       static_cast<std::int32_t>(0x81000010),
       -1},
      {"no address",
       {0, RefersTo::external, false, 0},
       Kind::untyped_symbol,
       {},
       kLoad,
       0,
       0,
       0,
       0},
      {"a typed symbol",
       {0, RefersTo::external, false, 0},
       Kind::typed_symbol,
       {true, 0, 1234, 9},
       kLoad,
       BPF_PSEUDO_BTF_ID,
       0,
       1234,
       9},
      {"no typed symbol",
       {0, RefersTo::external, false, 0},
       Kind::typed_symbol,
       {},
       kLoad,
       0,
       0,
       0,
       0},
      {"a kernel function",
       {2, RefersTo::external, true, 0},
       Kind::function,
       {true, 0, 77, 5, 2},
       kCall,
       BPF_PSEUDO_KFUNC_CALL,
       2,
       77,
       0},
      {"no kernel function",
       {2, RefersTo::external, true, 0},
       Kind::function,
       {},
       kCall,
       0,
       0,
       2002000000,
       0},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Parsed parsed;
    Extern external;
    external.kind = row.external;
    external.offset = 12;
    REQUIRE(parsed.externs.append(external));
    parsed.kconfig_map = 2;
    Code code;
    const bpf_insn insns[] = {load(8), bpf_insn{}, bpf::insn::make(kCall, 0, 1, 0, -1)};
    REQUIRE(code.insns.append_all(insns));
    REQUIRE(code.references.append(row.reference));
    if (row.reference.to == RefersTo::external)
      code.insns[0].imm = 0;
    const LiveMap maps[] = {{true, 70}, {false, -1}, {true, 72}};
    const LiveExtern externs[] = {row.live};
    object::RelocationTargets targets;
    targets.maps = maps;
    targets.externs = externs;
    targets.arena_offset = 4096;
    REQUIRE(object::relocate(code, parsed, targets, "made.o"));
    const bpf_insn& insn = code.insns[row.reference.insn];
    CHECK(insn.code == row.code);
    CHECK(insn.src_reg == row.src);
    CHECK(insn.off == row.off);
    CHECK(insn.imm == row.imm);
    if (!row.reference.is_call)
      CHECK(code.insns[1].imm == row.second);
  }
}

TEST_CASE("a value of .kconfig is missing where its map was left out") {
  Parsed parsed;
  Extern external;
  external.kind = Extern::Kind::kconfig;
  REQUIRE(parsed.externs.append(external));
  parsed.kconfig_map = 1;
  Code code;
  const bpf_insn insns[] = {load(), bpf_insn{}};
  REQUIRE(code.insns.append_all(insns));
  REQUIRE(code.references.append({0, RefersTo::external, false, 0}));
  const LiveMap maps[] = {{true, 70}, {false, -1}};
  const LiveExtern externs[] = {{}};
  object::RelocationTargets targets;
  targets.maps = maps;
  targets.externs = externs;
  REQUIRE(object::relocate(code, parsed, targets, "made.o"));
  for (const bpf_insn& insn : code.insns) {
    CHECK(insn.code == kCall);
    CHECK(insn.imm == object::kMissingMap + 1);
  }
}

TEST_CASE("instructions that were set and do not fit the relocations are refused") {
  const struct {
    const char* what;
    Reference reference;
    std::vector<bpf_insn> insns;
  } rows[] = {
      {"too short", {4, RefersTo::map}, {bpf::insn::exit()}},
      {"half a load", {0, RefersTo::map}, {load()}},
      {"not a load", {0, RefersTo::map}, {bpf::insn::exit(), bpf::insn::exit()}},
      {"not a call", {0, RefersTo::external, true}, {load(), bpf_insn{}}},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Parsed parsed;
    REQUIRE(parsed.externs.append(Extern()));
    Code code;
    REQUIRE(code.insns.append_all(row.insns));
    REQUIRE(code.references.append(row.reference));
    const LiveMap maps[] = {{true, 70}};
    const LiveExtern externs[] = {{}};
    object::RelocationTargets targets;
    targets.maps = maps;
    targets.externs = externs;
    const Messages messages;
    const auto result = object::relocate(code, parsed, targets, "made.o");
    REQUIRE_FALSE(result);
    CHECK(result.error() == Errno(EINVAL));
    CHECK(messages.warnings() == 1);
  }
}

} // namespace ringside::test
