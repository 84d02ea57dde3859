// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// compose: functions come behind the program that calls them.
#include "object/compose.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

#include "base/errno.hpp"
#include "made_ext.hpp"
#include "made_object.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using object::Code;
using object::Parsed;

constexpr bpf_insn call_function(std::int32_t imm = -1) {
  return bpf::insn::make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, imm);
}
constexpr bpf_insn load_address(std::int32_t imm = 0) {
  return bpf::insn::make(BPF_LD | BPF_IMM | BPF_DW, 2, 0, 0, imm);
}
// A function is known by the number that it puts into a register.
constexpr bpf_insn mark(std::int32_t number) {
  return bpf::insn::move(BPF_REG_0, number);
}

std::span<const bpf_insn> code_of(const void* context, std::uint32_t program) {
  return static_cast<const Parsed*>(context)->programs[program].code;
}

Result<Code> compose(const Parsed& parsed, const char* entry, bool with_records = false,
                     std::uint32_t callback = object::kNoIndex) {
  for (std::uint32_t index = 0; index < parsed.programs.size(); ++index)
    if (parsed.programs[index].name == entry)
      return object::compose(parsed, {code_of, &parsed}, index, callback, with_records, "made.o");
  FAIL("no such program");
  return Errno(ENOENT);
}

// The marks of a code, in their order.
std::vector<int> marks(const Code& code) {
  std::vector<int> all;
  for (const bpf_insn& insn : code.insns)
    if (insn.code == mark(0).code)
      all.push_back(insn.imm);
  return all;
}

// main has two calls to be relocated; a calls b. Each function in .text has three instructions.
struct Calls {
  Calls() {
    text = made.code(".text", {mark(2), call_function(1), bpf::insn::exit(),  //
                               mark(3), bpf::insn::exit(), bpf::insn::exit(), //
                               mark(4), bpf::insn::exit(), bpf::insn::exit()});
    a = made.symbol("a", STT_FUNC, STB_LOCAL, text, 0, 24);
    b = made.symbol("b", STT_FUNC, STB_LOCAL, text, 24, 24);
    c = made.symbol("c", STT_FUNC, STB_GLOBAL, text, 48, 24);
    main =
        made.program("xdp", "main", {mark(1), call_function(), call_function(), bpf::insn::exit()});
  }

  MadeObject made;
  std::uint32_t text, main;
  std::uint32_t a, b, c;
};

} // namespace

TEST_CASE("functions are appended depth first") {
  Calls calls;
  calls.made.relocation(calls.main, 8, calls.a);
  calls.made.relocation(calls.main, 16, calls.c);
  Parsed parsed;
  REQUIRE(calls.made.parse(parsed));
  const auto code = compose(parsed, "main");
  REQUIRE(code);
  CHECK(marks(*code) == std::vector<int>{1, 2, 3, 4});
  REQUIRE(code->parts.size() == 4);
  CHECK(code->insns[1].imm == 4 - 1 - 1);  // a begins at 4
  CHECK(code->insns[5].imm == 7 - 5 - 1);  // b at 7
  CHECK(code->insns[2].imm == 10 - 2 - 1); // c at 10
}

TEST_CASE("a function that calls itself is there once") {
  MadeObject made;
  const auto text = made.code(".text", {mark(2), call_function(-2), bpf::insn::exit()});
  const auto a = made.symbol("a", STT_FUNC, STB_LOCAL, text, 0, 24);
  const auto main =
      made.program("xdp", "main", {call_function(), call_function(), bpf::insn::exit()});
  made.relocation(main, 0, a);
  made.relocation(main, 8, a);
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  const auto code = compose(parsed, "main");
  REQUIRE(code);
  CHECK(code->insns.size() == 6);
  CHECK(code->insns[0].imm == 2);
  CHECK(code->insns[1].imm == 1);
  CHECK(code->insns[4].imm == -2);
}

TEST_CASE("the address of a function brings it along") {
  MadeObject made;
  const auto text = made.code(".text", {mark(1), bpf::insn::exit(), mark(2), bpf::insn::exit()});
  made.symbol("one", STT_FUNC, STB_LOCAL, text, 0, 16);
  made.symbol("two", STT_FUNC, STB_LOCAL, text, 16, 16);
  const auto of_text = made.symbol("", STT_SECTION, STB_LOCAL, text);
  const auto main = made.program("xdp", "main", {load_address(16), bpf_insn{}, bpf::insn::exit()});
  made.relocation(main, 0, of_text);
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  const auto code = compose(parsed, "main");
  REQUIRE(code);
  CHECK(marks(*code) == std::vector<int>{2});
  CHECK(code->insns[0].src_reg == BPF_PSEUDO_FUNC);
  CHECK(code->insns[0].imm == 2);
}

TEST_CASE("a callback is appended last, if it is not there") {
  Calls calls;
  calls.made.relocation(calls.main, 8, calls.c);
  calls.made.relocation(calls.main, 16, calls.c);
  Parsed parsed;
  REQUIRE(calls.made.parse(parsed));
  const auto of = [&](std::uint64_t insn) { return parsed.program_at(calls.text, insn); };
  const auto with_a = compose(parsed, "main", false, of(0));
  REQUIRE(with_a);
  CHECK(marks(*with_a) == std::vector<int>{1, 4, 2, 3});
  const auto with_c = compose(parsed, "main", false, of(6));
  REQUIRE(with_c);
  CHECK(marks(*with_c) == std::vector<int>{1, 4});
}

TEST_CASE("calls that lead nowhere are refused") {
  const struct {
    const char* what;
    std::int32_t imm;
    bool relocated;
  } rows[] = {
      {"into a function", 0, true},
      {"behind .text", 20, true},
      {"before .text", -20, true},
      {"into an entry program", -2, false},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    MadeObject made;
    const auto text = made.code(".text", std::vector<bpf_insn>(3, bpf::insn::exit()));
    const auto a = made.symbol("a", STT_FUNC, STB_LOCAL, text, 0, 24);
    const auto main =
        made.program("xdp", "main", {mark(1), call_function(row.imm), bpf::insn::exit()});
    if (row.relocated)
      made.relocation(main, 8, a);
    Parsed parsed;
    REQUIRE(made.parse(parsed));
    const Messages messages;
    const auto code = compose(parsed, "main");
    REQUIRE_FALSE(code);
    CHECK(code.error() == kErrnoReloc);
    CHECK(messages.warnings() == 1);
  }
}

TEST_CASE("references and records move with their functions") {
  MadeObject made;
  const auto text = made.code(".text", {mark(2), load_address(), bpf_insn{}, bpf::insn::exit()});
  const auto a = made.symbol("a", STT_FUNC, STB_GLOBAL, text, 0, 32);
  made.relocation(text, 8, made.map("m", {{"type", made.number(1)}}));
  const auto main = made.program("xdp", "main", {mark(1), call_function(), bpf::insn::exit()});
  made.relocation(main, 8, a);
  MadeExt ext(made);
  ext.function("xdp", {{0, 1}});
  ext.function(".text", {{0, 2}});
  ext.line("xdp", {{0, 0, 0, 1}, {8, 0, 0, 2}});
  ext.line(".text", {{0, 0, 0, 3}, {8, 0, 0, 4}});
  made.ext_bytes = ext.bytes();
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  const auto code = compose(parsed, "main", true);
  REQUIRE(code);
  REQUIRE(code->references.size() == 2);
  CHECK(code->references[1].insn == 4);
  CHECK(std::vector(code->functions.begin(), code->functions.end()) ==
        std::vector<std::uint32_t>{0, 1, 3, 2});
  CHECK(code->function_words == 2);
  REQUIRE(code->lines.size() == 16);
  CHECK(code->line_words == 4);
  CHECK(code->lines[4] == 1);
  CHECK(code->lines[8] == 3);
  CHECK(code->lines[12] == 4);
  CHECK(code->lines[15] == 4);
}

TEST_CASE("a function without records spoils those of its caller") {
  const bool entry_has = GENERATE(false, true);
  MadeObject made;
  const auto text = made.code(".text", {bpf::insn::exit()});
  const auto a = made.symbol("a", STT_FUNC, STB_GLOBAL, text, 0, 8);
  const auto main = made.program("xdp", "main", {call_function(), bpf::insn::exit()});
  made.relocation(main, 0, a);
  MadeExt ext(made);
  ext.function(entry_has ? "xdp" : ".text", {{0, 1}});
  made.ext_bytes = ext.bytes();
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  const auto code = compose(parsed, "main", true);
  REQUIRE(static_cast<bool>(code) == !entry_has);
  if (entry_has)
    CHECK(code.error() == Errno(ENOENT));
  else
    CHECK(code->function_words == 0);
}

} // namespace ringside::test
