// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Matching whole types: bpf_core_type_exists and bpf_core_type_matches.
#include "co_re/match.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

struct Pair {
  Types local, target;

  bool compatible(std::uint32_t one, std::uint32_t other) {
    const auto same = co_re::types_compatible({&local.btf(), one}, {&target.btf(), other}, "test");
    REQUIRE(same);
    return *same;
  }
  bool match(std::uint32_t one, std::uint32_t other) {
    const auto same = co_re::types_match({&local.btf(), one}, {&target.btf(), other}, "test");
    REQUIRE(same);
    return *same;
  }
};

} // namespace

TEST_CASE("types are compatible by their kinds, whatever composites contain") {
  Pair pair;
  const auto integer = pair.local.signed_integer("int", 4);
  const auto other_integer = pair.target.integer("unsigned long", 8);
  const auto structure = pair.local.structure("s", 4, {{"a", integer, 0}});
  const auto other_structure = pair.target.structure("t", 0, {});
  const auto enumeration = pair.local.enumeration("e", 4, {});
  const auto other_enumeration = pair.target.enumeration64("f", {{"x", 1}});
  CHECK(pair.compatible(integer, other_integer));
  CHECK(pair.compatible(structure, other_structure));
  CHECK(pair.compatible(enumeration, other_enumeration));
  CHECK(pair.compatible(0, 0));
  CHECK_FALSE(pair.compatible(structure, other_integer));
  CHECK(pair.compatible(pair.local.pointer(structure), pair.target.pointer(other_structure)));
  CHECK_FALSE(pair.compatible(pair.local.pointer(structure), pair.target.pointer(other_integer)));
  CHECK(pair.compatible(pair.local.array(integer, 3), pair.target.array(other_integer, 5)));
  const auto prototype = pair.local.function(0, {{"", integer}, {"", structure}});
  CHECK(pair.compatible(prototype,
                        pair.target.function(0, {{"", other_integer}, {"", other_structure}})));
  CHECK_FALSE(pair.compatible(prototype, pair.target.function(0, {{"", other_integer}})));
  CHECK_FALSE(pair.compatible(
      prototype,
      pair.target.function(other_integer, {{"", other_integer}, {"", other_structure}})));
}

TEST_CASE("floats cannot be compared, and a message says so") {
  Pair pair;
  Messages messages;
  CHECK_FALSE(pair.compatible(pair.local.floating("float", 4), pair.target.floating("float", 4)));
  CHECK(messages.warnings() == 1);
}

TEST_CASE("types that lead to themselves end a comparison") {
  Pair pair;
  Messages messages;
  // A pointer whose target is itself, on both sides.
  const auto loop = pair.local.pointer(1);
  const auto other_loop = pair.target.pointer(1);
  REQUIRE(loop == 1);
  const co_re::TypeRef one{&pair.local.btf(), loop};
  const co_re::TypeRef other{&pair.target.btf(), other_loop};
  CHECK(co_re::types_compatible(one, other, "test").error() == Errno(EINVAL));
  CHECK(co_re::types_match(one, other, "test").error() == Errno(EINVAL));
}

TEST_CASE("prototypes with many ways to themselves end a comparison") {
  Pair pair;
  Messages messages;
  for (Types* types : {&pair.local, &pair.target})
    types->function(1, {{"", 1}, {"", 1}, {"", 1}, {"", 1}, {"", 1}, {"", 1}, {"", 1}, {"", 1}});
  CHECK(co_re::types_compatible({&pair.local.btf(), 1}, {&pair.target.btf(), 1}, "test").error() ==
        Errno(EINVAL));
}

TEST_CASE("integers match by size and sign, not by the compiler's spelling of their name") {
  Pair pair;
  Messages messages;
  const auto clang = pair.local.integer("unsigned long", 8);
  CHECK(pair.match(clang, pair.target.integer("long unsigned int", 8)));
  CHECK_FALSE(pair.match(clang, pair.target.signed_integer("long int", 8)));
  CHECK_FALSE(pair.match(clang, pair.target.integer("unsigned int", 4)));
  CHECK(messages.warnings() == 0);
}

TEST_CASE("a struct matches if the target has all of its members") {
  Pair pair;
  const auto integer = pair.local.signed_integer("int", 4);
  const auto other = pair.target.signed_integer("int", 4);
  const auto local = pair.local.structure("s___old", 8, {{"b", integer, 0}, {"a", integer, 32}});
  CHECK(pair.match(local, pair.target.structure(
                              "s", 12, {{"a", other, 0}, {"x", other, 32}, {"b", other, 64}})));
  CHECK_FALSE(
      pair.match(local, pair.target.structure("s", 8, {{"a", other, 0}, {"c", other, 32}})));
  CHECK_FALSE(pair.match(local, pair.target.structure("s", 4, {{"a", other, 0}})));
  CHECK_FALSE(
      pair.match(local, pair.target.structure("t", 8, {{"a", other, 0}, {"b", other, 32}})));
  CHECK_FALSE(pair.match(
      local, pair.target.composite(btf::kUnion, "s", 8, {{"a", other, 0}, {"b", other, 0}})));
}

TEST_CASE("behind a pointer only the name and kind of a composite count") {
  Pair pair;
  const auto integer = pair.local.signed_integer("int", 4);
  const auto local = pair.local.pointer(pair.local.structure("s", 4, {{"a", integer, 0}}));
  const auto empty = pair.target.structure("s", 0, {});
  const auto forward = pair.target.forward("s", btf::kStruct);
  CHECK(pair.match(local, pair.target.pointer(empty)));
  CHECK(pair.match(local, pair.target.pointer(forward)));
  CHECK_FALSE(pair.match(local, pair.target.pointer(pair.target.forward("s", btf::kUnion))));
  const auto local_forward = pair.local.pointer(pair.local.forward("s", btf::kStruct));
  CHECK(pair.match(local_forward, pair.target.pointer(empty)));
}

TEST_CASE("an enum matches if the target has all of its names") {
  Pair pair;
  const auto local = pair.local.enumeration("e", 4, {{"one___x", 1}, {"two", 2}});
  CHECK(pair.match(local, pair.target.enumeration("e", 4, {{"two", 5}, {"one", 7}, {"three", 1}})));
  CHECK_FALSE(pair.match(local, pair.target.enumeration("e", 4, {{"two", 5}, {"three", 1}})));
  CHECK_FALSE(pair.match(local, pair.target.enumeration("e", 8, {{"two", 5}, {"one", 1}})));
}

TEST_CASE("arrays match with the same length and elements, prototypes with the same parameters") {
  Pair pair;
  const auto integer = pair.local.signed_integer("int", 4);
  const auto other = pair.target.signed_integer("int", 4);
  const auto unsigned_other = pair.target.integer("unsigned int", 4);
  CHECK(pair.match(pair.local.array(integer, 3), pair.target.array(other, 3)));
  CHECK_FALSE(pair.match(pair.local.array(integer, 3), pair.target.array(other, 4)));
  CHECK_FALSE(pair.match(pair.local.array(integer, 3), pair.target.array(unsigned_other, 3)));
  CHECK(pair.match(pair.local.function(integer, {{"", integer}}),
                   pair.target.function(other, {{"", other}})));
  CHECK_FALSE(pair.match(pair.local.function(integer, {{"", integer}}),
                         pair.target.function(other, {{"", unsigned_other}})));
}

} // namespace ringside::test
