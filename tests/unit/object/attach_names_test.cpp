// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Names of sections: what stands behind the slash.
#include "object/attach_names.hpp"

#include <random>
#include <string>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

using object::parse_kernel_place;
using object::parse_pattern;
using object::parse_user_pattern;
using object::parse_user_place;
using object::take_offset;

// offset_of is the number of a text, and what is left of it.
std::string offset_of(std::string_view text) {
  const auto offset = take_offset(text);
  return (offset ? std::to_string(*offset) : "none") + "|" + std::string(text);
}

} // namespace

TEST_CASE("an offset is a number as C writes it") {
  CHECK(offset_of("16") == "16|");
  CHECK(offset_of("0x1Fg") == "31|g");
  CHECK(offset_of("0X10") == "16|");
  CHECK(offset_of("010") == "8|");
  CHECK(offset_of("0") == "0|");
  CHECK(offset_of("08") == "0|8");
  CHECK(offset_of("0x") == "0|x");
  CHECK(offset_of("0xg") == "0|xg");
  CHECK(offset_of(" 7") == "7|");
  CHECK(offset_of("18446744073709551615") == "18446744073709551615|");
  for (const char* const none : {"", " ", "-1", "+1", "x", "18446744073709551616"})
    CHECK(offset_of(none) == "none|" + std::string(none));
}

TEST_CASE("a kprobe's place is a function, and perhaps an offset") {
  const auto place = parse_kernel_place("vfs_read.isra.0+0x10");
  CHECK(place.function == "vfs_read.isra.0");
  CHECK(place.offset == 16);
  CHECK(place.rest.empty());
  CHECK_FALSE(place.is_offset_wrong);
  CHECK(parse_kernel_place("nf_tables:f").function == "nf_tables:f");
  CHECK(parse_kernel_place("f").offset == 0);
  CHECK(parse_kernel_place("").function.empty());
  CHECK(parse_kernel_place("+1").function.empty());
  CHECK(parse_kernel_place("*").function.empty());
}

TEST_CASE("what a kprobe's place ignores is known") {
  CHECK(parse_kernel_place("f+1x").rest == "x");
  CHECK(parse_kernel_place("f+").rest == "+");
  CHECK(parse_kernel_place("f+x").rest == "+x");
  CHECK(parse_kernel_place("f%x").rest == "%x");
  CHECK(parse_kernel_place("f*").rest == "*");
}

TEST_CASE("an offset below 0, or of more than 64 bits, is wrong") {
  CHECK(parse_kernel_place("f+-1").is_offset_wrong);
  CHECK(parse_kernel_place("f+ -1").is_offset_wrong);
  CHECK(parse_kernel_place("f+18446744073709551616").is_offset_wrong);
  CHECK_FALSE(parse_kernel_place("f+x").is_offset_wrong);
}

TEST_CASE("a pattern ends where a character is of none") {
  const auto pattern = parse_pattern("m:tcp_*.?x+1");
  CHECK(pattern.function == "m:tcp_*.?x");
  CHECK(pattern.rest == "+1");
  CHECK(parse_pattern("[x]").function.empty());
}

TEST_CASE("a uprobe's place is a path, a function, and perhaps an offset") {
  const auto place = parse_user_place("/usr/bin/x:main.f(*T)+0x10");
  REQUIRE(place);
  CHECK(place->path == "/usr/bin/x");
  CHECK(place->function == "main.f(*T)");
  CHECK(place->offset == 16);
  CHECK_FALSE(parse_user_place("/usr/bin/x"));
  CHECK_FALSE(parse_user_place(""));
  CHECK(parse_user_place(":f")->path.empty());
  CHECK(parse_user_place("x:")->function.empty());
  CHECK(parse_user_place("x:f:g")->function == "f:g");
  CHECK(parse_user_place("x:f@@V1")->function == "f@@V1");
}

TEST_CASE("a + that no number follows is a part of a uprobe's function") {
  for (const char* const name : {"operator+", "a+b", "f+0x", "f+-1", "f+08", "f+1 ", "f++x"}) {
    const std::string text = "x:" + std::string(name);
    const auto place = parse_user_place(text);
    REQUIRE(place);
    CHECK(place->function == name);
    CHECK(place->offset == 0);
  }
  CHECK(parse_user_place("x:a+b+3")->function == "a+b");
  CHECK(parse_user_place("x:f+ 3")->offset == 3);
}

TEST_CASE("a pattern of a uprobe has no offset") {
  const auto place = parse_user_pattern("x:f*+1");
  REQUIRE(place);
  CHECK(place->path == "x");
  CHECK(place->function == "f*+1");
  CHECK(place->offset == 0);
}

TEST_CASE("the parts of any text are parts of it, in order") {
  std::mt19937 random(4711);
  constexpr std::string_view kLetters = "f:+-0x19*?./ @";
  for (int round = 0; round < 100'000; ++round) {
    std::string text;
    for (std::size_t left = random() % 12; left != 0; --left)
      text += kLetters[random() % kLetters.size()];
    CAPTURE(text);
    const auto kernel = parse_kernel_place(text);
    if (!text.starts_with(kernel.function) || !text.ends_with(kernel.rest) ||
        kernel.function.size() + kernel.rest.size() > text.size())
      FAIL("a kernel's place");
    const auto user = parse_user_place(text);
    if (static_cast<bool>(user) != (text.find(':') != std::string::npos))
      FAIL("a uprobe's place");
    if (user && !text.starts_with(std::string(user->path) + ':' + std::string(user->function)))
      FAIL("a uprobe's place");
  }
}

} // namespace ringside::test
