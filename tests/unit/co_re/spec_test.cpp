// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Spec: flavors, and what an access string leads to.
#include "co_re/spec.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using co_re::Kind;
using co_re::parse_spec;
using co_re::plain_name;

// struct s { int a; struct { int x, y; } in; struct { int p; struct { int q; }; }; int last[]; }
struct Nested {
  Nested() {
    const auto integer = types.signed_integer("int", 4);
    const auto in = types.structure("", 8, {{"x", integer, 0}, {"y", integer, 32}});
    const auto inner = types.structure("", 4, {{"q", integer, 0}});
    const auto outer = types.structure("", 8, {{"p", integer, 0}, {"", inner, 32}});
    const auto last = types.array(integer, 0);
    const auto fixed = types.array(in, 3);
    root = types.structure("s___flavor", 44,
                           {{"a", integer, 0},
                            {"in", in, 32},
                            {"", outer, 96},
                            {"fixed", fixed, 160},
                            {"last", last, 352}});
  }
  Types types;
  std::uint32_t root = 0;
};

std::string path(const Nested& nested, const char* access) {
  const auto spec = parse_spec(nested.types.btf(), nested.root, access, Kind::field_exists, "test");
  if (!spec)
    return "refused";
  return std::string(co_re::text_of(*spec).view()) + " at " + std::to_string(spec->bit_offset) +
         " by " + std::to_string(spec->count) + "/" + std::to_string(spec->depth);
}

} // namespace

TEST_CASE("a flavor is what stands behind the last three underscores between other characters") {
  CHECK(plain_name("s___x") == "s");
  CHECK(plain_name("a___b___c") == "a___b");
  for (const char* name : {"a____b", "a___", "___a", "", "_", "______", "a__b", "plain"})
    CHECK(plain_name(name) == name);
}

TEST_CASE("an access string leads through members, unnamed members and elements") {
  const Nested nested;
  CHECK(path(nested, "0") == "s at 0 by 1/1");
  CHECK(path(nested, "2") == "s[2] at 704 by 1/1");
  CHECK(path(nested, "0:1:1") == "s.in.y at 64 by 3/3");
  CHECK(path(nested, "0:2:1:0") == "s.q at 128 by 2/4");
  CHECK(path(nested, "0:3:2:0") == "s.fixed[2].x at 288 by 4/4");
  CHECK(path(nested, "0:4:7") == "s.last[7] at 576 by 3/3");
}

TEST_CASE("an access string that does not fit is refused") {
  const Nested nested;
  Messages messages;
  const char* access = GENERATE("", ":0", "0:", "0:5", "0:1:2", "0:0:0", "0:3:3", "x", "0:-1",
                                "0 :1", "0:2:1:0:0", "4294967296", "0:99999999999999999999");
  CAPTURE(access);
  CHECK(path(nested, access) == "refused");
  CHECK(messages.warnings() == 1);
}

TEST_CASE("a path has at most 64 numbers") {
  Types types;
  const auto integer = types.signed_integer("int", 4);
  std::uint32_t type = integer;
  for (int level = 0; level < 70; ++level)
    type = types.structure("", 4, {{"inner", type, 0}});
  const auto root = types.structure("s", 4, {{"a", type, 0}});
  std::string access = "0:0";
  const auto parsed = [&] {
    return static_cast<bool>(
        parse_spec(types.btf(), root, access.c_str(), Kind::field_exists, "test"));
  };
  for (int numbers = 2; numbers < 64; ++numbers)
    access += ":0";
  CHECK(parsed());
  access += ":0";
  Messages messages;
  CHECK_FALSE(parsed());
}

TEST_CASE("about a type as a whole the string is 0, about an enumerator its index") {
  Types types;
  Messages messages;
  const auto colors = types.enumeration("colors", 4, {{"red", 1}, {"green", 2}});
  const auto name = types.reference(btf::kTypedef, "colors_t", colors);
  const auto integer = types.signed_integer("int", 4);
  const auto parse = [&](std::uint32_t root, const char* access, Kind kind) {
    return static_cast<bool>(parse_spec(types.btf(), root, access, kind, "test"));
  };
  CHECK(parse(integer, "0", Kind::type_size));
  CHECK_FALSE(parse(integer, "1", Kind::type_size));
  CHECK_FALSE(parse(integer, "0:0", Kind::type_exists));
  CHECK(parse(name, "1", Kind::enumval_value));
  CHECK_FALSE(parse(name, "2", Kind::enumval_value));
  CHECK_FALSE(parse(name, "1:0", Kind::enumval_value));
  CHECK_FALSE(parse(integer, "0", Kind::enumval_exists));
}

} // namespace ringside::test
