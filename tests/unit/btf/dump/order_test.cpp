// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The order of definitions, forward declarations, and names that are used again.
#include "btf/dump/order.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

#include "btf/change.hpp"
#include "dumped.hpp"
#include "messages.hpp"

namespace ringside::test {

TEST_CASE("a struct stands behind those that it contains, with pointers by name") {
  Types types;
  // Ids of structs are known before their members are.
  const auto k = types.structure("K", 8, {{"j", 2, 0}});
  REQUIRE(k == 1);
  types.structure("J", 8, {{"cb", 4, 0}}); // 2
  types.function(0, {{"", 5}});            // 3
  types.pointer(3);                        // 4
  types.pointer(1);                        // 5
  CHECK(Dumped(types.btf()).all() == "struct K;\n\n"
                                     "struct J {\n\tvoid (*cb)(struct K *);\n};\n\n"
                                     "struct K {\n\tstruct J j;\n};\n\n");
}

TEST_CASE("a typedef of a struct that is only pointed to comes before the struct") {
  Types types;
  types.structure("M", 8, {{"l", 2, 0}});   // 1
  types.pointer(3);                         // 2
  types.reference(btf::kTypedef, "L_t", 4); // 3
  types.structure("L", 8, {{"m", 1, 0}});   // 4
  CHECK(Dumped(types.btf()).all() == "struct L;\n\n"
                                     "typedef struct L L_t;\n\n"
                                     "struct M {\n\tL_t *l;\n};\n\n"
                                     "struct L {\n\tstruct M m;\n};\n\n");
}

TEST_CASE("a name that was used gets a number, by name space") {
  Types types;
  const auto integer = types.signed_integer("int", 4);
  const auto s = types.structure("s", 4, {{"a", integer, 0}});
  types.structure("s", 8, {{"a", integer, 0}, {"b", integer, 32}});
  types.enumeration("s", 4, {{"A", 1}});
  types.enumeration("t", 4, {{"A", 1}});
  types.reference(btf::kTypedef, "s", s);
  types.reference(btf::kTypedef, "A", integer);
  CHECK(Dumped(types.btf()).all() == "struct s {\n\tint a;\n};\n\n"
                                     "struct s___2 {\n\tint a;\n\tint b;\n};\n\n"
                                     "enum s___3 {\n\tA = 1,\n};\n\n"
                                     "enum t {\n\tA___2 = 1,\n};\n\n"
                                     "typedef struct s s;\n\n"
                                     "typedef int A___3;\n\n");
}

TEST_CASE("an enum without a name that is at most returned has a definition") {
  Types types;
  types.enumeration("", 4, {{"A", 0}});     // 1
  types.function(1, {});                    // 2
  types.enumeration("", 4, {{"B", 0}});     // 3
  types.function(0, {{"", 3}});             // 4
  types.enumeration("", 4, {{"C", 0}});     // 5
  types.pointer(2);                         // 6
  types.reference(btf::kTypedef, "F_t", 6); // 7
  CHECK(Dumped(types.btf()).all() == "enum {\n\tA = 0,\n};\n\n"
                                     "enum {\n\tC = 0,\n};\n\n"
                                     "typedef enum {\n\tA___2 = 0,\n} (*F_t)(void);\n\n");
}

TEST_CASE("a number that makes the name of another type is left out") {
  Types types;
  types.forward("t", btf::kStruct);
  types.structure("s", 0, {});
  types.structure("s___2", 0, {});
  types.structure("s", 0, {});
  CHECK(Dumped(types.btf()).all() == "struct t;\n\nstruct s {};\n\nstruct s___2 {};\n\n"
                                     "struct s___3 {};\n\n");
}

TEST_CASE("a number that makes the name of a type that is added later is left out") {
  Types types;
  types.structure("s", 0, {});
  types.structure("s", 0, {});
  Dumped dumped(types.btf());
  CHECK(dumped.all() == "struct s {};\n\nstruct s___2 {};\n\n");
  types.structure("s", 0, {});
  types.structure("s___3", 0, {});
  CHECK(dumped.all() == "struct s___4 {};\n\nstruct s___3 {};\n\n");
}

TEST_CASE("what was printed is not printed again") {
  Types types;
  const auto s = types.structure("s", 0, {});
  Dumped dumped(types.btf());
  CHECK_FALSE(dumped.type(s).empty());
  CHECK(dumped.type(s).empty());
  CHECK(dumped.dump().type(2).error() == Errno(EINVAL));
}

TEST_CASE("a struct that contains itself fails, prints nothing and leaves no trace") {
  Types types;
  const auto integer = types.signed_integer("int", 4);
  const auto before = types.structure("before", 4, {{"a", integer, 0}});
  const auto loop = types.structure("loop", 8, {{"b", before, 0}, {"l", 3, 32}});
  REQUIRE(loop == 3);
  Dumped dumped(types.btf());
  for (int turn = 0; turn < 2; ++turn) {
    CHECK(dumped.dump().type(loop).error() == Errno(ELOOP));
    CHECK(dumped.take().empty());
  }
  CHECK(dumped.type(before) == "struct before {\n\tint a;\n};\n\n");
}

TEST_CASE("loops without a struct fail") {
  Types types;
  const auto alias = types.reference(btf::kTypedef, "t", 1);
  const auto pointer = types.pointer(2);
  const auto constant = types.reference(btf::kConst, nullptr, 3);
  // A function that takes itself by a typedef of a pointer.
  types.function(0, {{"", 6}});
  types.pointer(4);
  types.reference(btf::kTypedef, "f", 5);
  Dumped dumped(types.btf());
  for (const std::uint32_t id : {alias, pointer, constant, 4U})
    CHECK(dumped.dump().type(id).error() == Errno(ELOOP));
  CHECK(dumped.take().empty());
}

TEST_CASE("a loop fails that was none when a part of it was asked for") {
  Types types;
  const auto constant = types.reference(btf::kConst, nullptr, 2);
  Dumped dumped(types.btf());
  CHECK(dumped.type(constant).empty());
  REQUIRE(types.reference(btf::kVolatile, nullptr, constant) == 2);
  const auto within = types.structure("s", 4, {{"m", constant, 0}});
  CHECK(dumped.dump().type(within).error() == Errno(ELOOP));
}

TEST_CASE("structs nested very deep are printed") {
  Types types;
  const auto integer = types.signed_integer("int", 4);
  std::uint32_t inner = types.structure("", 4, {{"x", integer, 0}});
  for (int level = 0; level < 20'000; ++level)
    inner = types.structure("", 4, {{"", inner, 0}});
  const auto outer = types.structure("outer", 4, {{"", inner, 0}});
  Dumped dumped(types.btf());
  CHECK(dumped.type(outer).size() > 20'000 * 13 * 2);
}

TEST_CASE("types that are added later are printed") {
  Types types;
  Dumped dumped(types.btf());
  const auto integer = types.signed_integer("int", 4);
  const auto s = types.structure("s", 4, {{"a", integer, 0}});
  CHECK(dumped.type(s) == "struct s {\n\tint a;\n};\n\n");
}

TEST_CASE("some typedefs and integers are those of the compiler") {
  Types types;
  types.reference(btf::kTypedef, "__builtin_va_list", types.pointer(0));
  types.reference(btf::kTypedef, "__gnuc_va_list", 0);
  const auto poly = types.integer("__Poly8_t", 1);
  types.structure("s", 1, {{"p", poly, 0}});
  CHECK(Dumped(types.btf()).all() == "typedef __builtin_va_list __gnuc_va_list;\n\n"
                                     "typedef unsigned char __Poly8_t;\n\n"
                                     "struct s {\n\t__Poly8_t p;\n};\n\n");
}

} // namespace ringside::test
