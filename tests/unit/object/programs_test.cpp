// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The functions of an object.
#include <cerrno>

#include <catch2/catch.hpp>

#include "base/errno.hpp"
#include "made_object.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using object::Parsed;

const std::vector<bpf_insn> kFour(4, bpf::insn::exit());

} // namespace

TEST_CASE("functions are in the order of their sections and places") {
  MadeObject made;
  const auto tc = made.code("tc", kFour);
  const auto text = made.code(".text", kFour);
  const auto xdp = made.code("?xdp", kFour);
  made.symbol("xdp_second", STT_FUNC, STB_GLOBAL, xdp, 16, 16);
  made.symbol("xdp_first", STT_FUNC, STB_GLOBAL, xdp, 0, 16);
  made.symbol("inner", STT_FUNC, STB_LOCAL, text, 8, 24);
  made.symbol("tc_first", STT_FUNC, STB_GLOBAL, tc, 0, 32);
  made.symbol("label", STT_NOTYPE, STB_LOCAL, tc, 8);
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  REQUIRE(parsed.programs.size() == 4);
  const char* const names[] = {"tc_first", "inner", "xdp_first", "xdp_second"};
  for (std::size_t index = 0; index < 4; ++index)
    CHECK(parsed.programs[index].name == names[index]);
  CHECK(parsed.programs[1].is_subprogram);
  CHECK(parsed.programs[1].section_insn == 1);
  CHECK(parsed.programs[2].section == "xdp");
  CHECK_FALSE(parsed.programs[2].autoload);
  CHECK(parsed.programs[0].autoload);
  CHECK(parsed.text_section == text);
  CHECK(parsed.program_at(text, 0) == object::kNoIndex);
  CHECK(parsed.program_at(text, 1) == 1);
  CHECK(parsed.program_at(text, 3) == 1);
  CHECK(parsed.program_at(text, 4) == object::kNoIndex);
  CHECK(parsed.program_at(xdp, 3) == 3);
  CHECK(parsed.program_at(99, 0) == object::kNoIndex);
  CHECK(parsed.programs_in(xdp).size() == 2);
  CHECK(parsed.programs_in(99).empty());
}

TEST_CASE("a global function that its visibility hides is known") {
  MadeObject made;
  const auto text = made.code(".text", kFour);
  made.symbol("local", STT_FUNC, STB_LOCAL, text, 0, 8, STV_HIDDEN);
  made.symbol("hidden", STT_FUNC, STB_GLOBAL, text, 8, 8, STV_HIDDEN);
  made.symbol("internal", STT_FUNC, STB_WEAK, text, 16, 8, STV_INTERNAL);
  made.symbol("seen", STT_FUNC, STB_GLOBAL, text, 24, 8, STV_PROTECTED);
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  CHECK_FALSE(parsed.programs[0].is_hidden);
  CHECK(parsed.programs[1].is_hidden);
  CHECK(parsed.programs[2].is_hidden);
  CHECK_FALSE(parsed.programs[3].is_hidden);
}

TEST_CASE("functions that are not as they must be are refused") {
  const struct {
    const char* what;
    const char* section;
    std::uint8_t binding;
    std::uint64_t value, size;
    int error;
  } rows[] = {
      {"beyond its section", "xdp", STB_GLOBAL, 8, 32, 4001},
      {"an offset that wraps", "xdp", STB_GLOBAL, ~std::uint64_t{7}, 16, 4001},
      {"a static entry", "xdp", STB_LOCAL, 0, 32, ENOTSUP},
      {"no instructions", "xdp", STB_GLOBAL, 0, 0, EINVAL},
      {"half an instruction", "xdp", STB_GLOBAL, 0, 12, EINVAL},
      {"between instructions", ".text", STB_LOCAL, 4, 8, EINVAL},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    MadeObject made;
    const auto section = made.code(row.section, kFour);
    made.symbol("f", STT_FUNC, row.binding, section, row.value, row.size);
    made.check_refused(Errno(row.error));
  }
}

TEST_CASE("many functions that overlap are refused") {
  MadeObject made;
  const auto text = made.code(".text", std::vector<bpf_insn>(4096, bpf::insn::exit()));
  for (int index = 0; index < 100; ++index)
    made.symbol("f", STT_FUNC, STB_GLOBAL, text, 0, 4096 * 8);
  Parsed parsed;
  const auto result = made.parse(parsed);
  REQUIRE_FALSE(result);
  CHECK(result.error() == kErrnoFormat);
}

} // namespace ringside::test
