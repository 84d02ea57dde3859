// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The records of .BTF.ext go to the functions that they are about.
#include <cerrno>

#include <catch2/catch.hpp>

#include "made_ext.hpp"
#include "made_object.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using object::Parsed;

const std::vector<bpf_insn> kFour(4, bpf::insn::exit());

} // namespace

TEST_CASE("records go to the function of their instruction, in its order") {
  MadeObject made;
  const auto text = made.code(".text", kFour);
  made.symbol("one", STT_FUNC, STB_GLOBAL, text, 0, 16);
  made.symbol("two", STT_FUNC, STB_GLOBAL, text, 16, 16);
  MadeExt ext(made);
  ext.function(".text", {{0, 11}, {16, 12}});
  ext.line(".text", {{24, 0, 0, 4}, {0, 0, 0, 1}, {16, 0, 0, 3}, {8, 0, 0, 2}});
  ext.line("gone", {{0, 0, 0, 9}});
  made.ext_bytes = ext.bytes();
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  REQUIRE(parsed.programs.size() == 2);
  for (std::uint32_t index = 0; index < 2; ++index) {
    const object::ParsedProgram& program = parsed.programs[index];
    REQUIRE(program.functions.size() == 1);
    CHECK(program.functions[0][1] == 11 + index);
    REQUIRE(program.lines.size() == 2);
    CHECK(program.lines[0][3] == 2 * index + 1);
    CHECK(program.lines[1][3] == 2 * index + 2);
  }
}

TEST_CASE("CO-RE records keep the order of the file, and lose those of no function") {
  MadeObject made;
  const auto text = made.code(".text", kFour);
  made.symbol("two", STT_FUNC, STB_GLOBAL, text, 16, 16);
  made.program("xdp", "first", kFour);
  MadeExt ext(made);
  ext.core("xdp", {{24, 1, 5, 2}, {8, 1, 6, 2}});
  ext.core(".text", {{0, 1, 7, 2}, {24, 1, 8, 2}});
  made.ext_bytes = ext.bytes();
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  const struct {
    std::uint32_t program, insn, access;
  } wanted[] = {{1, 3, 5}, {1, 1, 6}, {0, 1, 8}};
  REQUIRE(parsed.core_records.size() == 3);
  for (std::size_t index = 0; index < 3; ++index) {
    CHECK(parsed.core_records[index].program == wanted[index].program);
    CHECK(parsed.core_records[index].insn == wanted[index].insn);
    CHECK(parsed.core_records[index].access == wanted[index].access);
  }
}

TEST_CASE("a CO-RE record between instructions is refused") {
  MadeObject made;
  made.program("xdp", "first", kFour);
  MadeExt ext(made);
  ext.core("xdp", {{4, 1, 5, 2}});
  made.ext_bytes = ext.bytes();
  Parsed parsed;
  const auto result = made.parse(parsed);
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errno(EINVAL));
}

TEST_CASE("of sections of one name the one is meant whose functions the records fit") {
  const bool is_ambiguous = GENERATE(false, true);
  MadeObject made;
  const auto first = made.code("xdp", kFour);
  made.symbol("one", STT_FUNC, STB_GLOBAL, first, is_ambiguous ? 0 : 16, 16);
  const auto second = made.code("xdp", kFour);
  made.symbol("two", STT_FUNC, STB_GLOBAL, second, 0, 16);
  MadeExt ext(made);
  ext.function("xdp", {{0, 1}});
  made.ext_bytes = ext.bytes();
  Parsed parsed;
  const auto result = made.parse(parsed);
  REQUIRE(static_cast<bool>(result) == !is_ambiguous);
  if (is_ambiguous)
    CHECK(result.error() == Errno(EINVAL));
  else
    CHECK(parsed.programs[1].functions.size() == 1);
}

} // namespace ringside::test
