// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// lack_of: what is missing, in C's names, and what the target has instead.
#include "co_re/lack.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using co_re::Kind;
using co_re::TypeRef;

// Case has one local type and one or no type of the target.
struct Case {
  Types local, target;

  std::string lack(std::uint32_t root, const char* access, Kind kind,
                   std::initializer_list<std::uint32_t> ids) {
    const auto spec = co_re::parse_spec(local.btf(), root, access, kind, "test");
    REQUIRE(spec);
    std::vector<TypeRef> candidates;
    for (const std::uint32_t id : ids)
      candidates.push_back({&target.btf(), id});
    const co_re::Lack lack = co_re::lack_of(*spec, kind, candidates);
    return std::string(lack.what.view()) + ": " + std::string(lack.why.view());
  }
};

} // namespace

TEST_CASE("a field that is missing is named with the one that may be meant") {
  Case of;
  const auto integer = of.local.signed_integer("int", 4);
  const auto inner = of.local.structure("inner", 8, {{"x", integer, 0}, {"y", integer, 32}});
  const auto task = of.local.structure("task_struct___new", 24,
                                       {{"__state", integer, 0},
                                        {"in", inner, 32},
                                        {"list", of.local.array(integer, 2), 96},
                                        {"unlike", integer, 160}});
  const auto there = of.target.signed_integer("int", 4);
  const auto nameless = of.target.structure("", 4, {{"state", there, 0}});
  const auto inner_there = of.target.structure("inner", 4, {{"x", there, 0}});
  const auto task_there = of.target.structure(
      "task_struct", 24,
      {{"", nameless, 0}, {"in", inner_there, 32}, {"list", of.target.array(there, 1), 96}});
  const auto field = Kind::field_byte_offset;
  CHECK(of.lack(task, "0:0", field, {task_there}) ==
        "task_struct.__state: no such field; this kernel has 'state'");
  CHECK(of.lack(task, "0:1:1", field, {task_there}) == "task_struct.in.y: no such field");
  CHECK(of.lack(task, "0:2:1", field, {task_there}) ==
        "task_struct.list[1]: this kernel's array has 1 elements");
  CHECK(of.lack(task, "0:3", field, {task_there}) == "task_struct.unlike: no such field");
  CHECK(of.lack(task, "0:0", field, {}) == "task_struct.__state: no such struct");
}

TEST_CASE("a field of another type is named with both types") {
  Case of;
  const auto integer = of.local.signed_integer("int", 4);
  const auto inner = of.local.structure("inner", 4, {{"x", integer, 0}});
  const auto local = of.local.structure("s", 8, {{"a", integer, 0}, {"b", inner, 32}});
  const auto there = of.target.signed_integer("int", 4);
  const auto target = of.target.structure(
      "s", 8, {{"a", of.target.structure("wide", 4, {{"x", there, 0}}), 0}, {"b", there, 32}});
  CHECK(of.lack(local, "0:0", Kind::field_byte_size, {target}) ==
        "s.a: this kernel has it as struct 'wide', the program as integer 'int'");
  CHECK(of.lack(local, "0:1:0", Kind::field_byte_size, {target}) ==
        "s.b: this kernel has it as integer 'int', the program as struct 'inner'");
}

TEST_CASE("the candidate counts that has most of the path") {
  Case of;
  const auto integer = of.local.signed_integer("int", 4);
  const auto inner = of.local.structure("inner", 4, {{"value", integer, 0}});
  const auto local = of.local.structure("s", 4, {{"in", inner, 0}});
  const auto there = of.target.signed_integer("int", 4);
  const auto empty = of.target.structure("s", 4, {{"other", there, 0}});
  const auto inner_there = of.target.structure("inner", 4, {{"values", there, 0}});
  const auto near = of.target.structure("s", 4, {{"in", inner_there, 0}});
  CHECK(of.lack(local, "0:0:0", Kind::field_exists, {empty, near}) ==
        "s.in.value: no such field; this kernel has 'values'");
}

TEST_CASE("types and enumerators that are missing are named") {
  Case of;
  const auto integer = of.local.signed_integer("int", 4);
  const auto alias = of.local.reference(btf::kTypedef, "alias_t", integer);
  const auto local = of.local.structure("s", 4, {{"a", integer, 0}});
  const auto choice = of.local.enumeration("choice", 4, {{"FIRST", 0}, {"SECOND___x", 1}});
  const auto there = of.target.signed_integer("int", 4);
  const auto target = of.target.structure("s", 4, {{"b", there, 0}});
  const auto choice_there = of.target.enumeration("choice", 4, {{"FIRST", 0}, {"SECONDS", 1}});
  CHECK(of.lack(alias, "0", Kind::type_size, {}) == "alias_t: no such typedef");
  CHECK(of.lack(local, "0", Kind::type_exists, {target}) ==
        "s: this kernel has another type of that name");
  CHECK(of.lack(local, "0", Kind::type_matches, {target}) ==
        "s: this kernel has it with other members");
  CHECK(of.lack(choice, "1", Kind::enumval_value, {choice_there}) ==
        "choice.SECOND___x: no such enumerator; this kernel has 'SECONDS'");
  CHECK(of.lack(choice, "1", Kind::enumval_value, {}) == "choice.SECOND___x: no such enum");
}

} // namespace ringside::test
