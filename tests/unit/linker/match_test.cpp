// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which declarations of one name go together.
#include <cerrno>
#include <functional>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "linker/match.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using linker::match_types;

// A variable 'v' of the type that `make` adds.
using Make = std::function<std::uint32_t(Types&)>;

bool match(const Make& one, const Make& other) {
  const Messages messages;
  Types mine;
  Types theirs;
  const std::uint32_t first = mine.variable("v", one(mine));
  const std::uint32_t second = theirs.variable("v", other(theirs));
  const auto there = match_types({&mine.btf(), first}, {&theirs.btf(), second}, "v");
  const auto back = match_types({&theirs.btf(), second}, {&mine.btf(), first}, "v");
  CHECK(static_cast<bool>(there) == static_cast<bool>(back));
  CHECK(messages.warnings() == (there ? 0U : 2U));
  if (!there)
    CHECK(there.error() == Errno(EINVAL));
  return static_cast<bool>(there);
}

Make structure(const char* name, const char* member, std::uint32_t size = 4) {
  return [=](Types& types) {
    const std::uint32_t number = types.integer("int", 4);
    return types.composite(btf::kStruct, name, size, {{member, number, 0}});
  };
}
Make pointer_to(const Make& target) {
  return [=](Types& types) { return types.pointer(target(types)); };
}
Make forward(const char* name, btf::Kind kind) {
  return [=](Types& types) { return types.forward(name, kind); };
}
Make array_of(const Make& element, std::uint32_t count) {
  return [=](Types& types) { return types.array(element(types), count); };
}
Make integer(const char* name, std::uint32_t size) {
  return [=](Types& types) { return types.integer(name, size); };
}

} // namespace

TEST_CASE("numbers match by their size") {
  CHECK(match(integer("int", 4), integer("unsigned int", 4)));
  CHECK_FALSE(match(integer("int", 4), integer("long", 8)));
  CHECK_FALSE(match(integer("float", 4), [](Types& types) { return types.floating("float", 4); }));
}

TEST_CASE("typedefs and modifiers do not count") {
  CHECK(match(integer("int", 4), [](Types& types) {
    const std::uint32_t number = types.integer("int", 4);
    return types.reference(btf::kConst, nullptr, types.reference(btf::kTypedef, "t", number));
  }));
}

TEST_CASE("structs match by name and members, behind a pointer by name") {
  CHECK(match(structure("s", "a"), structure("s", "a", 8)));
  CHECK_FALSE(match(structure("s", "a"), structure("t", "a")));
  CHECK_FALSE(match(structure("s", "a"), structure("s", "b")));
  CHECK(match(pointer_to(structure("s", "a")), pointer_to(structure("s", "b"))));
  CHECK_FALSE(match(pointer_to(structure("s", "a")), pointer_to(structure("t", "a"))));
}

TEST_CASE("a forward declaration stands for a struct behind a pointer alone") {
  CHECK(match(pointer_to(forward("s", btf::kStruct)), pointer_to(structure("s", "a"))));
  CHECK(match(pointer_to(forward("s", btf::kStruct)), pointer_to(forward("s", btf::kStruct))));
  CHECK_FALSE(match(pointer_to(forward("s", btf::kUnion)), pointer_to(structure("s", "a"))));
  CHECK_FALSE(match(pointer_to(forward("t", btf::kStruct)), pointer_to(structure("s", "a"))));
  CHECK_FALSE(match(forward("s", btf::kStruct), structure("s", "a")));
}

TEST_CASE("arrays match by their element") {
  CHECK(match(array_of(integer("int", 4), 2), array_of(integer("int", 4), 3)));
  CHECK_FALSE(match(array_of(integer("int", 4), 2), array_of(integer("long", 8), 2)));
}

TEST_CASE("types that lead to themselves end") {
  const Make pointer = [](Types& types) {
    return types.pointer(types.btf().end_id()); // to itself
  };
  CHECK_FALSE(match(pointer, pointer));
  const Make nested = [](Types& types) {
    const std::uint32_t self = types.btf().end_id();
    return types.composite(btf::kStruct, "s", 4, {{"a", self, 0}, {"b", self, 0}});
  };
  CHECK_FALSE(match(nested, nested));
}

} // namespace ringside::test
