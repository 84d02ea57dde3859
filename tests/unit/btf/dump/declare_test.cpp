// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Declarations: chains of pointers, arrays, functions and modifiers as C writes them.
#include "btf/dump/declare.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "dumped.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

// Chain builds types from the outside in, as one reads them.
struct Chains {
  Types types;
  std::uint32_t integer = types.signed_integer("int", 4);
  std::uint32_t character = types.signed_integer("char", 1);

  std::uint32_t ptr(std::uint32_t to) { return types.pointer(to); }
  std::uint32_t constant(std::uint32_t to) { return types.reference(btf::kConst, nullptr, to); }
  std::uint32_t volatile_of(std::uint32_t to) {
    return types.reference(btf::kVolatile, nullptr, to);
  }
  std::uint32_t user(std::uint32_t to) { return types.reference(btf::kTypeTag, "user", to); }
  std::uint32_t array(std::uint32_t count, std::uint32_t of) { return types.array(of, count); }
  std::uint32_t function(std::uint32_t result, std::initializer_list<ParameterOf> parameters) {
    return types.function(result, parameters);
  }
};

struct Expected {
  std::uint32_t id;
  const char* with_name;
  const char* without;
};

void check(Chains& chains, std::initializer_list<Expected> expected) {
  Dumped dumped(chains.types.btf());
  for (const Expected& one : expected) {
    CHECK(dumped.declaration(one.id, "v") == one.with_name);
    CHECK(dumped.declaration(one.id) == one.without);
  }
}

} // namespace

TEST_CASE("modifiers stand before the base, and behind the pointer that they belong to") {
  Chains c;
  check(c, {
               {c.constant(c.volatile_of(c.integer)), "volatile const int v", "volatile const int"},
               {c.ptr(c.integer), "int *v", "int *"},
               {c.ptr(c.ptr(c.integer)), "int **v", "int **"},
               {c.constant(c.ptr(c.integer)), "int * const v", "int * const"},
               {c.ptr(c.constant(c.integer)), "const int *v", "const int *"},
               {c.constant(c.ptr(c.constant(c.ptr(c.integer)))), "int * const * const v",
                "int * const * const"},
               {c.ptr(c.constant(c.ptr(c.integer))), "int * const *v", "int * const *"},
               {c.ptr(0), "void *v", "void *"},
               {c.ptr(c.constant(0)), "const void *v", "const void *"},
           });
}

TEST_CASE("arrays stand behind the name, in parentheses where a pointer is between") {
  Chains c;
  const auto a3 = c.array(3, c.integer);
  check(c, {
               {a3, "int v[3]", "int[3]"},
               {c.array(2, a3), "int v[2][3]", "int[2][3]"},
               {c.array(16, c.array(16, c.integer)), "int v[16][16]", "int[16][16]"},
               {c.array(16, c.array(160, c.integer)), "int v[16][160]", "int[16][160]"},
               {c.array(4294967295, c.integer), "int v[4294967295]", "int[4294967295]"},
               {c.array(3, c.ptr(c.integer)), "int *v[3]", "int *[3]"},
               {c.ptr(a3), "int (*v)[3]", "int(*)[3]"},
               {c.ptr(c.ptr(a3)), "int (**v)[3]", "int(**)[3]"},
               {c.ptr(c.array(3, c.ptr(c.integer))), "int *(*v)[3]", "int *(*)[3]"},
               {c.array(1, c.array(2, c.ptr(c.array(3, c.array(4, c.integer))))),
                "int (*v[1][2])[3][4]", "int(*[1][2])[3][4]"},
               {c.array(3, c.constant(c.ptr(c.integer))), "int * const v[3]", "int * const[3]"},
               {c.constant(a3), "int v[3]", "int[3]"},
               {c.array(3, c.constant(c.integer)), "const int v[3]", "const int[3]"},
           });
}

TEST_CASE("functions stand behind the name, with their parameters") {
  Chains c;
  const auto none = c.function(c.integer, {});
  const auto two = c.function(c.integer, {{"a", c.integer}, {"", c.ptr(c.character)}});
  const auto z = c.function(c.ptr(two), {{"z", c.integer}});
  check(c,
        {
            {none, "int v(void)", "int(void)"},
            {c.function(c.integer, {{"", 0}}), "int v(void)", "int(void)"},
            {c.function(c.integer, {{"fmt", c.ptr(c.constant(c.character))}, {"", 0}}),
             "int v(const char *fmt, ...)", "int(const char *fmt, ...)"},
            {c.ptr(two), "int (*v)(int a, char *)", "int (*)(int a, char *)"},
            {c.constant(c.ptr(two)), "int (* const v)(int a, char *)",
             "int (* const)(int a, char *)"},
            {c.ptr(c.constant(two)), "int (*v)(int a, char *)", "int (*)(int a, char *)"},
            {c.array(3, c.ptr(two)), "int (*v[3])(int a, char *)", "int (*[3])(int a, char *)"},
            {c.ptr(c.array(2, c.ptr(none))), "int (*(*v)[2])(void)", "int (*(*)[2])(void)"},
            {z, "int (*v(int z))(int a, char *)", "int (*(int z))(int a, char *)"},
            {c.ptr(z), "int (* (*v)(int z))(int a, char *)", "int (* (*)(int z))(int a, char *)"},
            {c.ptr(c.function(c.ptr(c.integer), {})), "int * (*v)(void)", "int * (*)(void)"},
            {c.ptr(c.function(c.ptr(c.array(3, c.integer)), {})), "int (* (*v)(void))[3]",
             "int(* (*)(void))[3]"},
        });
}

TEST_CASE("type tags stand behind what they belong to") {
  Chains c;
  const std::string tag = "__attribute__((btf_type_tag(\"user\")))";
  Dumped dumped(c.types.btf());
  const auto v = [&](std::uint32_t id) { return dumped.declaration(id, "v"); };
  CHECK(v(c.ptr(c.user(c.integer))) == "int " + tag + " *v");
  CHECK(v(c.ptr(c.user(c.constant(c.integer)))) == "const int " + tag + " *v");
  CHECK(v(c.ptr(c.user(c.ptr(c.integer)))) == "int * " + tag + " *v");
  CHECK(v(c.ptr(c.constant(c.user(c.ptr(c.integer))))) == "int *const  " + tag + " *v");
  // The stock library prints "intconst", which is not C.
  CHECK(v(c.ptr(c.constant(c.user(c.integer)))) == "int const " + tag + " *v");
}

TEST_CASE("without modifiers, tags and qualifiers go everywhere") {
  Chains c;
  const auto function = c.function(c.constant(c.integer), {{"a", c.ptr(c.constant(c.character))}});
  Dumped dumped(c.types.btf());
  CHECK(dumped.declaration(c.constant(c.ptr(c.constant(c.user(c.integer)))), "v", true) ==
        "int *v");
  CHECK(dumped.declaration(c.ptr(function), "v", true) == "int (*v)(char *a)");
}

TEST_CASE("a struct without a name is defined in place") {
  Chains c;
  const auto inner = c.types.structure("", 4, {{"x", c.integer, 0}});
  Dumped dumped(c.types.btf());
  CHECK(dumped.declaration(c.ptr(inner), "v") == "struct {\n\tint x;\n} *v");
}

TEST_CASE("what no declaration can name prints nothing, with a warning") {
  Chains c;
  Messages messages;
  const auto section = c.types.datasec(".data");
  Dumped dumped(c.types.btf());
  CHECK(dumped.declaration(c.ptr(section), "v").empty());
  CHECK(messages.warnings() == 1);
}

TEST_CASE("types that lead to themselves end a declaration") {
  Types types;
  const auto loop = types.pointer(1);
  Dumped dumped(types.btf());
  CHECK(dumped.dump().declaration(loop, {}).error() == Errno(ELOOP));
  CHECK(dumped.dump().declaration(99, {}).error() == Errno(EINVAL));
}

TEST_CASE("modifiers that lead to themselves end a declaration that leaves them out") {
  Types types;
  const auto loop = types.reference(btf::kConst, nullptr, 1);
  Dumped dumped(types.btf());
  btf::DeclarationStyle style;
  style.strip_modifiers = true;
  CHECK(dumped.dump().declaration(loop, style).error() == Errno(ELOOP));
}

TEST_CASE("a long chain neither overflows the stack nor takes long") {
  Types types;
  std::uint32_t type = types.signed_integer("int", 4);
  for (int links = 0; links < 100'000; ++links)
    type = types.reference(btf::kConst, nullptr, type);
  Dumped dumped(types.btf());
  CHECK(dumped.declaration(type, "v").size() == 100'000 * 6 + 5);
}

TEST_CASE("a type that is added later is declared by its name") {
  Types types;
  const auto pointer = types.pointer(2);
  Dumped dumped(types.btf());
  CHECK(dumped.declaration(pointer, "v") == "void *v");
  types.structure("late", 0, {});
  CHECK(dumped.declaration(pointer, "v") == "struct late *v");
}

TEST_CASE("a struct is laid out with the pointers of the moment") {
  Types types;
  const auto number = types.signed_integer("int", 4);
  const auto pointer = types.pointer(number);
  const auto first = types.structure("a", 16, {{"p", pointer, 0}, {"n", number, 64}});
  const auto second = types.structure("b", 16, {{"p", pointer, 0}, {"n", number, 64}});
  Dumped dumped(types.btf());
  CHECK(dumped.type(first) == "struct a {\n\tint *p;\n\tint n;\n};\n\n");
  types.set_pointer_size(4);
  CHECK(dumped.type(second) == "struct b {\n\tint *p;\n\tlong: 0;\n\tint n;\n\tlong: 0;\n};\n\n");
}

TEST_CASE("an enum keeps the name that it had without enumerators") {
  Types types;
  types.enumeration("e", 4, {{"A", 1}});
  const auto empty = types.enumeration("e", 4, {});
  Dumped dumped(types.btf());
  CHECK(dumped.declaration(1, "v") == "enum e v");
  CHECK(dumped.declaration(empty, "v") == "enum e v");
  types.enumerator("B", 2);
  CHECK(dumped.declaration(empty, "v") == "enum e v");
}

TEST_CASE("each of many types is declared by its own name, again and again") {
  constexpr int kTypes = 2000;
  Types types;
  for (int number = 1; number <= kTypes; ++number)
    types.structure(("a_struct_" + std::to_string(number)).c_str(), 0, {});
  Dumped dumped(types.btf());
  for (int turn = 0; turn < 2; ++turn)
    for (std::uint32_t id = 1; id <= kTypes; ++id)
      CHECK(dumped.declaration(id, "v") == "struct a_struct_" + std::to_string(id) + " v");
}

TEST_CASE("a type with a long name is declared and laid out as others") {
  const std::string name(100, 'n');
  Types types;
  const auto character = types.signed_integer("char", 1);
  const auto number = types.reference(btf::kTypedef, name.c_str(), types.signed_integer("int", 4));
  const auto holder = types.structure(
      "holder", 40, {{"a", number, 0}, {"b", types.pointer(number), 64}, {"c", character, 256}});
  Dumped dumped(types.btf());
  CHECK(dumped.type(holder) == "typedef int " + name + ";\n\nstruct holder {\n\t" + name +
                                   " a;\n\t" + name +
                                   " *b;\n\tlong: 64;\n\tlong: 64;\n\tchar c;\n};\n\n");
}

} // namespace ringside::test
