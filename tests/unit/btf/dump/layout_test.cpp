// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Padding, packing, bit fields and enums in definitions.
#include "btf/dump/layout.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "dumped.hpp"

namespace ringside::test {
namespace {

// body is a definition without its first and last line, a blank between its lines.
std::string body(Types& types, std::uint32_t id) {
  std::string text = Dumped(types.btf()).type(id);
  text = text.substr(text.find("{\n") + 2);
  text.resize(text.rfind('}'));
  std::string lines;
  for (const char byte : text)
    if (byte != '\t')
      lines += byte == '\n' ? ' ' : byte;
  return lines;
}

struct Base {
  Types types;
  std::uint32_t c = types.signed_integer("char", 1);
  std::uint32_t s = types.signed_integer("short", 2);
  std::uint32_t i = types.signed_integer("int", 4);
  std::uint32_t l = types.signed_integer("long", 8);
};

} // namespace

TEST_CASE("gaps are filled so that a compiler comes to the same offsets") {
  Base b;
  Types& t = b.types;
  const auto structure = [&](std::uint32_t size, std::initializer_list<FieldOf> fields) {
    return body(t, t.structure("x", size, fields));
  };
  CHECK(structure(16, {{"a", b.c, 0}, {"b", b.l, 64}}) == "char a; long b; ");
  CHECK(structure(16, {{"a", b.c, 0}, {"b", b.c, 64}}) == "char a; long: 0; char b; long: 0; ");
  CHECK(structure(8, {{"a", b.c, 0}, {"b", b.c, 32}}) == "char a; int: 0; char b; long: 0; ");
  CHECK(structure(8, {{"a", b.c, 0}, {"b", b.c, 40}}) ==
        "char a; int: 0; char: 8; char b; long: 0; ");
  CHECK(structure(16, {{"a", b.c, 0}, {"b", b.i, 96}}) == "char a; long: 0; int: 32; int b; ");
  CHECK(structure(24, {{"a", b.l, 0}}) == "long a; long: 64; long: 64; ");
  CHECK(structure(16, {{"a", b.i, 0}}) == "int a; long: 64; ");
  CHECK(structure(12, {{"a", b.i, 0}, {"b", b.c, 32}}) == "int a; char b; int: 32; ");
  CHECK(structure(7, {{"a", b.c, 0}}) == "char a; int: 0; int: 24; ");
  CHECK(structure(12, {}) == "long: 64; int: 32; ");
}

TEST_CASE("bit fields have gaps of their own") {
  Base b;
  Types& t = b.types;
  const auto structure = [&](std::uint32_t size, std::initializer_list<FieldOf> fields) {
    return body(t, t.structure("x", size, fields));
  };
  CHECK(structure(8, {{"a", b.i, 0, 3}, {"b", b.i, 10, 5}, {"c", b.i, 32, 7}}) ==
        "int a: 3; char: 5; char: 2; int b: 5; int: 17; int c: 7; ");
  CHECK(structure(16,
                  {{"a", b.i, 0, 3}, {"b", b.l, 40, 20}, {"c", b.i, 64, 32}, {"d", b.i, 100, 1}}) ==
        "int a: 3; int: 29; char: 8; long b: 20; long: 4; int c: 32; char: 4; int d: 1; ");
  CHECK(structure(4, {{"a", b.i, 0, 3}, {"b", b.i, 5, 2}}) == "int a: 3; char: 2; int b: 2; ");
}

TEST_CASE("with pointers of 4 bytes a long has 32 bits") {
  Base b;
  b.types.set_pointer_size(4);
  CHECK(body(b.types, b.types.structure("x", 16, {{"a", b.i, 0}})) ==
        "int a; long: 32; long: 32; long: 32; ");
}

TEST_CASE("a struct is packed if its layout is none that a compiler would choose") {
  Base b;
  const auto ends_packed = [&](std::uint32_t size, std::initializer_list<FieldOf> fields) {
    const std::string text = Dumped(b.types.btf()).type(b.types.structure("x", size, fields));
    return text.find("} __attribute__((packed));") != std::string::npos;
  };
  CHECK(ends_packed(9, {{"a", b.c, 0}, {"b", b.l, 8}}));
  CHECK(ends_packed(12, {{"a", b.i, 0}, {"b", b.l, 32}}));
  CHECK_FALSE(ends_packed(16, {{"a", b.i, 0}, {"b", b.l, 64}}));
}

TEST_CASE("a member without alignment counts as aligned to one byte") {
  Base b;
  const auto forward = b.types.forward("f", btf::kStruct);
  CHECK(body(b.types, b.types.structure("x", 8, {{"a", b.c, 0}, {"f", forward, 64}})) ==
        "char a; long: 0; struct f f; ");
}

TEST_CASE("enums say their values and their size") {
  Types t;
  const auto text = [&](std::uint32_t id) { return Dumped(t.btf()).type(id); };
  CHECK(text(t.enumeration("e", 4, {{"A", 0}, {"B", 4294967295}})) ==
        "enum e {\n\tA = 0,\n\tB = 4294967295,\n};\n\n");
  CHECK(text(t.enumeration("n", 4, {{"C", -1}})) == "enum n {\n\tC = -1,\n};\n\n");
  CHECK(text(t.enumeration("b", 1, {{"D", 1}})) ==
        "enum b {\n\tD = 1,\n} __attribute__((mode(byte)));\n\n");
  CHECK(text(t.enumeration("w", 8, {{"E", 1}})) ==
        "enum w {\n\tE = 1,\n} __attribute__((mode(word)));\n\n");
  CHECK(text(t.enumeration64("l", {{"F", 1099511627776}})) ==
        "enum l {\n\tF = 1099511627776ULL,\n};\n\n");
  CHECK(text(t.enumeration("none", 4, {})) == "enum none;\n\n");
}

} // namespace ringside::test
