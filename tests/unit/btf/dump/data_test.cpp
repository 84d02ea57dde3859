// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Typed data: what is printed, what is left out, and where the stock library does something else.
#include "btf/dump/data.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "dumped.hpp"

namespace ringside::test {
namespace {

using Bytes = std::vector<unsigned char>;

class Data {
public:
  Types types;
  std::uint32_t integer = types.signed_integer("int", 4);
  std::uint32_t uint = types.integer("unsigned int", 4);
  std::uint32_t character = types.signed_integer("char", 1);
  std::uint32_t long_integer = types.signed_integer("long", 8);
  btf::DataStyle style{.indent_level = 0,
                       .indent = "\t",
                       .is_compact = true,
                       .skip_names = false,
                       .emit_zeroes = false,
                       .emit_strings = false};

  // The text, and behind it the error where there is one.
  std::string print(std::uint32_t id, const Bytes& bytes) {
    Dumped dumped(types.btf());
    const auto printed = btf::dump_data(dumped.dump(), id, std::as_bytes(std::span(bytes)), style);
    std::string text = dumped.take();
    if (!printed)
      text += " E" + std::to_string(printed.error().value());
    return text;
  }
};

// bytes_of is a value as it lies in this machine's memory.
template <typename T>
Bytes bytes_of(const T& value) {
  Bytes bytes(sizeof(value));
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

Bytes numbers(std::initializer_list<std::int32_t> values) {
  Bytes bytes(values.size() * 4);
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

} // namespace

TEST_CASE("a struct is printed with names and types, and without what is zero") {
  Data d;
  const auto inner = d.types.structure("inner", 8, {{"a", d.integer, 0}, {"b", d.integer, 32}});
  const auto outer = d.types.structure(
      "st", 16, {{"x", d.integer, 0}, {"in", inner, 32}, {"y", d.types.array(d.integer, 1), 96}});
  CHECK(d.print(outer, numbers({1, 0, 3, 4})) ==
        "(struct st){.x = (int)1,.in = (struct inner){.b = (int)3,},.y = (int[1])[4,],}");
  CHECK(d.print(outer, numbers({0, 0, 0, 0})) == "(struct st){}");
  d.style.skip_names = true;
  CHECK(d.print(outer, numbers({1, 2, 3, 4})) == "{1,{2,3,},[4,],}");
  d.style.is_compact = d.style.skip_names = false;
  CHECK(d.print(outer, numbers({1, 0, 3, 0})) ==
        "(struct st){\n\t.x = (int)1,\n\t.in = (struct inner){\n\t\t.b = (int)3,\n\t},\n}");
}

TEST_CASE("a nested struct is left out only if all of its members are zero") {
  Data d;
  const auto inner = d.types.structure("inner", 8, {{"a", d.integer, 0}, {"b", d.integer, 32}});
  const auto outer = d.types.structure("st", 8, {{"in", inner, 0}});
  // The stock library looks at the first member alone.
  CHECK(d.print(outer, numbers({0, 3})) == "(struct st){.in = (struct inner){.b = (int)3,},}");
}

TEST_CASE("elements of arrays are never left out, also behind an array of char") {
  Data d;
  const auto name = d.types.array(d.character, 4);
  const auto outer =
      d.types.structure("st", 16, {{"n", name, 0}, {"a", d.types.array(d.integer, 3), 32}});
  Bytes bytes = numbers({0, 1, 0, 3});
  std::memcpy(bytes.data(), "ab", 2);
  CHECK(d.print(outer, bytes) == "(struct st){.n = (char[4])['a','b',],.a = (int[3])[1,0,3,],}");
}

TEST_CASE("an array of char is a list, or a text if it is wanted and ends") {
  Data d;
  const auto name = d.types.array(d.character, 8);
  const Bytes bytes{'a', 'b', 'c', 0, 'x', '\n', 'z', 0};
  CHECK(d.print(name, bytes) == "(char[8])['a','b','c','x',10,'z',]");
  d.style.emit_zeroes = true;
  CHECK(d.print(name, bytes) == "(char[8])['a','b','c','\\0',]");
  d.style.emit_strings = true;
  CHECK(d.print(name, bytes) == "(char[8])\"abc\"");
  CHECK(d.print(name, {'a', '\n', '"', 0, 0, 0, 0, 0}) == "(char[8])\"a\\x0a\"\"");
  CHECK(d.print(name, {'1', '2', '3', '4', '5', '6', '7', '8'}) ==
        "(char[8])['1','2','3','4','5','6','7','8',]");
}

TEST_CASE("texts within a struct end as other values do") {
  Data d;
  d.style.emit_strings = true;
  const auto outer =
      d.types.structure("st", 8, {{"n", d.types.array(d.character, 4), 0}, {"x", d.integer, 32}});
  Bytes bytes = numbers({0, 7});
  std::memcpy(bytes.data(), "ab", 2);
  CHECK(d.print(outer, bytes) == "(struct st){.n = (char[4])\"ab\",.x = (int)7,}");
}

TEST_CASE("bit fields are read by their own bits") {
  Data d;
  const auto bits = d.types.structure("st", 4, {{"a", d.uint, 0, 3}, {"b", d.uint, 3, 29}});
  // What the compiler makes of them depends on the byte order. BTF counts bits from the first byte.
  struct Bits {
    std::uint32_t a : 3;
    std::uint32_t b : 29;
  };
  CHECK(d.print(bits, bytes_of(Bits{5, 5})) ==
        "(struct st){.a = (unsigned int)0x5,.b = (unsigned int)0x5,}");
  CHECK(d.print(bits, bytes_of(Bits{0, 5})) == "(struct st){.b = (unsigned int)0x5,}");
}

TEST_CASE("nothing is read outside of the data") {
  Data d;
  const auto bits = d.types.structure("st", 4, {{"a", d.uint, 0, 8}, {"b", d.uint, 8, 24}});
  CHECK(d.print(bits, {1}) == "(struct st){.a = (unsigned int)0x1, E7");
  CHECK(d.print(bits, {0, 7, 7, 7}) == "(struct st){.b = (unsigned int)0x70707,}");
  const auto big = d.types.structure(
      "big", 24, {{"a", d.long_integer, 0}, {"b", d.long_integer, 64}, {"c", d.long_integer, 128}});
  Bytes first = bytes_of(std::int64_t{1});
  first.push_back(2);
  CHECK(d.print(big, first) == "(struct big){.a = (long)1, E7");
  CHECK(d.print(d.integer, {1, 2}) == " E7");
  CHECK(d.print(d.types.array(d.integer, 3), numbers({1, 2})) == "(int[3])[1,2,]");
}

TEST_CASE("an array of any length that the data end in ends with them") {
  Data d;
  const auto outer = d.types.structure("st", 8, {{"y", d.types.array(d.integer, 500000000), 0}});
  CHECK(d.print(outer, numbers({1, 2})) == "(struct st){.y = (int[500000000])[1,2,],}");
}

TEST_CASE("a type that contains itself is given up at a depth, and not tried at each element") {
  Data d;
  const std::uint32_t self = d.long_integer + 2;
  const auto elements = d.types.array(self, 4);
  REQUIRE(d.types.structure("self", 1, {{"s", elements, 0}}) == self);
  d.style.skip_names = true;
  CHECK_THAT(d.print(self, {1, 1, 1, 1}), Catch::EndsWith(" E40"));
}

TEST_CASE("a variable and a section that hold each other are given up, too") {
  Data d;
  const std::uint32_t section = d.long_integer + 2;
  REQUIRE(d.types.section("section", 4, d.types.variable("v", section)) == section);
  d.style.skip_names = true;
  CHECK_THAT(d.print(section, {1, 1, 1, 1}), Catch::EndsWith(" E40"));
}

TEST_CASE("enums are named by their value, and bit fields of them carry their sign") {
  Data d;
  const auto e = d.types.enumeration("en", 4, {{"A", 1}, {"B", -2}});
  CHECK(d.print(e, numbers({1})) == "(enum en)A");
  CHECK(d.print(e, numbers({-2})) == "(enum en)B");
  CHECK(d.print(e, numbers({77})) == "(enum en)77");
  const auto bits = d.types.structure("st", 4, {{"x", d.uint, 0, 4}, {"e", e, 4, 4}});
  struct Bits {
    std::uint32_t x : 4;
    std::int32_t e : 4;
    std::uint32_t rest : 24;
  };
  CHECK(d.print(bits, bytes_of(Bits{0, -2, 0})) == "(struct st){.e = (enum en)B,}");
}

TEST_CASE("integers, floats and pointers have their usual form") {
  Data d;
  CHECK(d.print(d.long_integer, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) == "(long)-1");
  const bool is_little = kNativeOrder == ByteOrder::little;
  const std::uint64_t wide[] = {std::uint64_t{is_little ? 1U : 2U},
                                std::uint64_t{is_little ? 2U : 1U}};
  CHECK(d.print(d.types.integer("u128", 16), bytes_of(wide)) == "(u128)0x20000000000000001");
  CHECK(d.print(d.types.floating("float", 4), bytes_of(1.0F)) == "(float)1.000000");
  const auto pointer = d.types.pointer(0);
  CHECK(d.print(pointer, bytes_of(std::uint64_t{0x1000})) == "(void *)0x1000");
  // As printf has it where pointers have the size of the BTF's.
  const bool is_hosts = sizeof(void*) == 8;
  CHECK(d.print(pointer, {0, 0, 0, 0, 0, 0, 0, 0}) == (is_hosts ? "(void *)(nil)" : "(void *)0x0"));
}

TEST_CASE("types without a size are refused before anything is printed") {
  Data d;
  CHECK(d.print(d.types.forward("f", btf::kStruct), {1}) == " E22");
  CHECK(d.print(d.types.function(0, {}), {1}) == " E22");
  CHECK(d.print(0, {1}) == " E22");
  CHECK(d.print(99, {1}) == " E2");
}

} // namespace ringside::test
