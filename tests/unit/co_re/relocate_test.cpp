// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocation: values of records on a target, and several candidates.
#include "co_re/relocate.hpp"

#include <cerrno>
#include <cstdint>
#include <optional>
#include <vector>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using co_re::Kind;

class Case {
public:
  Types local, target;

  co_re::Resolved resolve(std::uint32_t type, const char* access, Kind kind) {
    const auto resolved = result(type, access, static_cast<std::uint32_t>(kind));
    REQUIRE(resolved);
    return *resolved;
  }
  // The number, or nothing if the instruction is poisoned.
  std::optional<std::uint64_t> number(std::uint32_t type, const char* access, Kind kind) {
    const auto resolved = resolve(type, access, kind);
    if (resolved.change.poison)
      return {};
    return resolved.change.number;
  }
  int error(std::uint32_t type, const char* access, Kind kind) {
    return result(type, access, static_cast<std::uint32_t>(kind)).error().value();
  }
  Result<co_re::Resolved> result(std::uint32_t type, const char* access, std::uint32_t kind) {
    if (!relocation)
      relocation.emplace(local.btf(), co_re::Targets{{"vmlinux", &target.btf()}, nullptr, nullptr},
                         ByteOrder::little);
    return relocation->resolve({type, access, kind}, "test");
  }

  std::optional<co_re::Relocation> relocation;
};

// struct s { int a; unsigned b:3, c:7; int sg; unsigned u4; void *p; int arr[4]; char name[8];
//            struct { int x, y; } in; }
std::uint32_t add_local(Types& types) {
  const auto integer = types.signed_integer("int", 4);
  const auto uint = types.integer("unsigned int", 4);
  const auto character = types.signed_integer("char", 1);
  const auto in = types.structure("", 8, {{"x", integer, 0}, {"y", integer, 32}});
  return types.structure("s", 64,
                         {{"a", integer, 0},
                          {"b", uint, 32, 3},
                          {"c", uint, 35, 7},
                          {"sg", integer, 64},
                          {"u4", uint, 96},
                          {"p", types.pointer(0), 128},
                          {"arr", types.array(integer, 4), 192},
                          {"name", types.array(character, 8), 320},
                          {"in", in, 384}});
}

// struct s { long pad; int a; long c2:5; unsigned long b:30; unsigned c:9; struct { int y, x; } in;
//            int sg; unsigned long u4; void *p; long arr[6]; char name[16]; }
std::uint32_t add_target(Types& types) {
  const auto integer = types.signed_integer("int", 4);
  const auto uint = types.integer("unsigned int", 4);
  const auto long_integer = types.signed_integer("long int", 8);
  const auto ulong = types.integer("long unsigned int", 8);
  const auto character = types.signed_integer("char", 1);
  const auto in = types.structure("", 8, {{"y", integer, 0}, {"x", integer, 32}});
  return types.structure("s", 120,
                         {{"pad", long_integer, 0},
                          {"a", integer, 64},
                          {"c2", long_integer, 96, 5},
                          {"b", ulong, 128, 30},
                          {"c", uint, 160, 9},
                          {"in", in, 192},
                          {"sg", integer, 256},
                          {"u4", ulong, 320},
                          {"p", types.pointer(0), 384},
                          {"arr", types.array(long_integer, 6), 448},
                          {"name", types.array(character, 16), 832}});
}

} // namespace

TEST_CASE("each kind has its value on the target") {
  Case test;
  const auto local = add_local(test.local);
  add_target(test.target);
  // long arr[6] begins at 56 and has elements of 8 bytes.
  CHECK(test.number(local, "0:6:2", Kind::field_byte_offset) == 72);
  CHECK(test.number(local, "0:6", Kind::field_byte_size) == 48);
  CHECK(test.number(local, "0:6:1", Kind::field_byte_size) == 8);
  CHECK(test.number(local, "0:8:1", Kind::field_exists) == 1);
  CHECK(test.number(local, "0:8:1", Kind::field_byte_offset) == 24);
  CHECK(test.number(local, "0", Kind::type_size) == 120);
  CHECK(test.number(local, "0", Kind::type_exists) == 1);
  CHECK(test.number(local, "0:2", Kind::field_byte_offset) == 20);
  CHECK(test.number(local, "0:2", Kind::field_byte_size) == 4);
  CHECK(test.number(local, "0:2", Kind::field_lshift_u64) == 55);
  CHECK(test.number(local, "0:2", Kind::field_rshift_u64) == 55);
  CHECK(test.number(local, "0:3", Kind::field_signed) == 1);
  CHECK(test.number(local, "0:4", Kind::field_signed) == 0);
  CHECK(test.number(local, "0", Kind::type_id_local) == local);
  CHECK(test.error(local, "0:6:1", Kind::field_signed) == EINVAL);
}

TEST_CASE("on a big-endian machine a bit field lies at the other end of its unit") {
  Case test;
  const auto local = add_local(test.local);
  add_target(test.target);
  test.relocation.emplace(test.local.btf(),
                          co_re::Targets{{"vmlinux", &test.target.btf()}, nullptr, nullptr},
                          ByteOrder::big);
  // c is 9 bits at bit 160, in the unit of 4 bytes at byte 20.
  CHECK(test.number(local, "0:2", Kind::field_lshift_u64) == 32);
}

TEST_CASE("what the target does not have is 0 for questions, and poison for accesses") {
  Case test;
  const auto integer = test.local.signed_integer("int", 4);
  const auto local =
      test.local.structure("s", 8, {{"there", integer, 0}, {"missing", integer, 32}});
  const auto nowhere = test.local.structure("nowhere", 4, {{"x", integer, 0}});
  const auto colors = test.local.enumeration("colors", 4, {{"red", 1}, {"blue", 2}});
  const auto other = test.target.signed_integer("int", 4);
  test.target.structure("s", 4, {{"there", other, 0}});
  test.target.enumeration("colors", 4, {{"red", 7}});

  CHECK(test.number(local, "0:0", Kind::field_byte_offset) == 0);
  CHECK(test.number(local, "0:1", Kind::field_exists) == 0);
  for (const Kind kind : {Kind::field_byte_offset, Kind::field_byte_size, Kind::field_signed,
                          Kind::field_lshift_u64, Kind::field_rshift_u64})
    CHECK_FALSE(test.number(local, "0:1", kind));
  for (const Kind kind :
       {Kind::type_exists, Kind::type_size, Kind::type_matches, Kind::type_id_target})
    CHECK(test.number(nowhere, "0", kind) == 0);
  CHECK(test.number(colors, "0", Kind::enumval_value) == 7);
  CHECK(test.number(colors, "0", Kind::enumval_exists) == 1);
  CHECK(test.number(colors, "1", Kind::enumval_exists) == 0);
  CHECK_FALSE(test.number(colors, "1", Kind::enumval_value));
}

TEST_CASE("a member is found in unnamed members, and only its first occurrence counts") {
  Case test;
  const auto integer = test.local.signed_integer("int", 4);
  const auto local = test.local.structure("s", 8, {{"a", integer, 0}, {"b", integer, 32}});
  const auto other = test.target.signed_integer("int", 4);
  const auto pointer = test.target.pointer(other);
  const auto inner = test.target.structure("", 8, {{"x", other, 0}, {"a", other, 32}});
  const auto outer = test.target.composite(btf::kUnion, "", 8, {{"", inner, 0}});
  test.target.structure("s", 24, {{"b", pointer, 0}, {"", outer, 64}, {"b", other, 128}});
  CHECK(test.number(local, "0:0", Kind::field_byte_offset) == 12);
  // The first b is a pointer, and an int cannot be read there.
  CHECK(test.number(local, "0:1", Kind::field_exists) == 0);
}

TEST_CASE("flavors of one type are looked for under its plain name") {
  Case test;
  const auto integer = test.local.signed_integer("int", 4);
  const auto old = test.local.structure("s___old", 4, {{"state", integer, 0}});
  const auto renamed = test.local.structure("s___new", 4, {{"__state", integer, 0}});
  const auto other = test.target.signed_integer("int", 4);
  test.target.structure("s", 8, {{"pad", other, 0}, {"__state", other, 32}});
  CHECK(test.number(old, "0:0", Kind::field_exists) == 0);
  CHECK(test.number(renamed, "0:0", Kind::field_byte_offset) == 4);
}

TEST_CASE("candidates that match must agree, and those that do not match leave the list") {
  Case test;
  Messages messages;
  const auto integer = test.local.signed_integer("int", 4);
  const auto local = test.local.structure("amb", 8, {{"x", integer, 0}, {"y", integer, 32}});
  const auto other = test.target.signed_integer("int", 4);
  const auto pad = test.target.array(test.target.signed_integer("char", 1), 4);
  test.target.structure("amb___1", 12, {{"x", other, 0}, {"pad", pad, 32}, {"y", other, 64}});
  test.target.structure("amb", 8, {{"pad", other, 0}, {"y", other, 32}});

  SECTION("y alone is ambiguous") {
    CHECK(test.error(local, "0:1", Kind::field_byte_offset) == EINVAL);
    CHECK(messages.warnings() == 1);
    CHECK_THAT(messages.last(),
               Catch::Contains("byte_off of 'amb.y' is ambiguous: amb___1 [4] of vmlinux gives 8 "
                               "at bit 64, amb [5] of vmlinux gives 4 at bit 32: ask earlier") &&
                   Catch::Contains("bpf_core_field_exists"));
  }
  SECTION("x decides for all records behind it") {
    CHECK(test.number(local, "0:0", Kind::field_byte_offset) == 0);
    CHECK(test.number(local, "0:1", Kind::field_byte_offset) == 8);
  }
}

TEST_CASE("the id of several types is ambiguous, and all of them are listed") {
  Case test;
  Messages messages;
  const auto integer = test.local.signed_integer("int", 4);
  const auto local = test.local.structure("amb", 4, {{"x", integer, 0}});
  const auto other = test.target.signed_integer("int", 4);
  const auto first = test.target.structure("amb", 4, {{"y", other, 0}});
  test.target.structure("other", 4, {{"y", other, 0}});
  const auto second = test.target.structure("amb___1", 4, {{"x", other, 0}});

  SECTION("they come with their BTF and what each would give") {
    CHECK(test.error(local, "0", Kind::type_id_target) == EINVAL);
    CHECK(messages.warnings() == 1);
    CHECK_THAT(messages.last(),
               Catch::Contains("target_type_id of 'amb' is ambiguous: amb [2] of vmlinux gives 2, "
                               "amb___1 [4] of vmlinux gives 4: ask earlier"));
    CHECK(first == 2);
    CHECK(second == 4);
  }
  SECTION("those behind the first that disagrees are listed, up to a bound") {
    for (int count = 3; count <= 8; ++count)
      test.target.structure("amb", 4, {});
    SECTION("eight") {
      CHECK(test.error(local, "0", Kind::type_id_target) == EINVAL);
      CHECK_THAT(messages.last(), Catch::Contains(", amb [10] of vmlinux gives 10: ask earlier"));
    }
    SECTION("nine") {
      test.target.structure("amb", 4, {});
      CHECK(test.error(local, "0", Kind::type_id_target) == EINVAL);
      CHECK_THAT(
          messages.last(),
          Catch::Contains(", amb [10] of vmlinux gives 10, and there are more: ask earlier"));
    }
    CHECK(messages.warnings() == 1);
  }
  SECTION("the advice is true: a member that only one has decides") {
    CHECK(test.number(local, "0:0", Kind::field_exists) == 1);
    CHECK(test.number(local, "0", Kind::type_id_target) == second);
  }
}

TEST_CASE("an enumerator or a type of another kind has its own advice if it is ambiguous") {
  Case test;
  Messages messages;
  const auto colors = test.local.enumeration("colors", 4, {{"red", 1}, {"blue", 2}});
  const auto alias =
      test.local.reference(btf::kTypedef, "alias", test.local.signed_integer("int", 4));
  test.target.enumeration("colors", 4, {{"red", 7}});
  test.target.enumeration("colors___1", 4, {{"red", 8}, {"blue", 9}});
  const auto other = test.target.signed_integer("int", 4);
  test.target.reference(btf::kTypedef, "alias", other);
  test.target.reference(btf::kTypedef, "alias", test.target.pointer(other));
  test.target.reference(btf::kTypedef, "alias", other);

  SECTION("of an enumerator") {
    CHECK(test.error(colors, "0", Kind::enumval_value) == EINVAL);
    CHECK_THAT(messages.last(),
               Catch::Contains("enumval_value of 'colors.red' is ambiguous: colors [1] of vmlinux "
                               "gives 7, colors___1 [2] of vmlinux gives 8: ask earlier") &&
                   Catch::Contains("bpf_core_enum_value_exists"));
  }
  SECTION("the advice is true: an enumerator that only one has decides") {
    CHECK(test.number(colors, "1", Kind::enumval_exists) == 1);
    CHECK(test.number(colors, "0", Kind::enumval_value) == 8);
  }
  SECTION("types that do not match are not listed") {
    CHECK(test.error(alias, "0", Kind::type_id_target) == EINVAL);
    CHECK_THAT(messages.last(),
               Catch::Contains("alias [4] of vmlinux gives 4, alias [7] of vmlinux "
                               "gives 7: a program cannot say"));
  }
}

TEST_CASE("a module is asked for names that the kernel does not have, and for no others") {
  Types local, kernel, module;
  const auto integer = local.signed_integer("int", 4);
  const auto in_kernel = local.structure("in_kernel", 4, {{"a", integer, 0}});
  const auto in_module = local.structure("in_module", 4, {{"a", integer, 0}});
  const auto kernel_integer = kernel.signed_integer("int", 4);
  kernel.structure("in_kernel", 8, {{"b", kernel_integer, 32}});
  const auto module_integer = module.signed_integer("int", 4);
  module.structure("in_kernel", 4, {{"a", module_integer, 0}});
  module.structure("in_module", 8, {{"a", module_integer, 32}});
  const auto twice = local.structure("twice", 4, {{"a", integer, 0}});
  module.structure("twice", 4, {{"a", module_integer, 0}});
  module.structure("twice", 8, {{"a", module_integer, 32}});

  struct Modules {
    int asked = 0;
    co_re::Target target;
  } modules{0, {"some_module", &module.btf()}};
  const auto load = [](void* context) -> Result<std::span<const co_re::Target>> {
    auto& of = *static_cast<Modules*>(context);
    ++of.asked;
    return std::span<const co_re::Target>(&of.target, 1);
  };
  co_re::Relocation relocation(local.btf(), {{"vmlinux", &kernel.btf()}, load, &modules},
                               ByteOrder::little);
  const auto exists = static_cast<std::uint32_t>(Kind::field_exists);
  const auto offset = static_cast<std::uint32_t>(Kind::field_byte_offset);
  CHECK_FALSE(relocation.resolve({in_kernel, "0:0", exists}, "test")->found);
  CHECK(modules.asked == 0);
  CHECK(relocation.resolve({in_module, "0:0", offset}, "test")->change.number == 4);
  CHECK(modules.asked == 1);
  const Messages messages;
  CHECK_FALSE(relocation.resolve({twice, "0:0", offset}, "test"));
  CHECK_THAT(messages.last(),
             Catch::Contains("twice [4] of some_module gives 0 at bit 0, twice [5] "
                             "of some_module gives 4 at bit 32:"));
}

TEST_CASE("a record that makes no sense is refused") {
  Case test;
  Messages messages;
  const auto integer = test.local.signed_integer("int", 4);
  const auto unnamed = test.local.structure("", 4, {{"a", integer, 0}});
  const auto named = test.local.structure("s", 4, {{"a", integer, 0}});
  CHECK(test.error(unnamed, "0:0", Kind::field_exists) == EINVAL);
  CHECK(test.error(0, "0", Kind::type_exists) == EINVAL);
  CHECK(test.error(99, "0", Kind::type_exists) == EINVAL);
  CHECK(test.result(named, "0", 13).error() == Errno(EINVAL));
  CHECK(test.result(named, "0", UINT32_MAX).error() == Errno(EINVAL));
  CHECK(messages.warnings() == 5);
  CHECK(test.number(unnamed, "0", Kind::type_id_local) == unnamed);
}

TEST_CASE("a bit field whose type has no size is refused") {
  Case test;
  Messages messages;
  const auto integer = test.local.signed_integer("int", 4);
  const auto local = test.local.structure("s", 4, {{"a", integer, 0, 3}});
  const auto empty = test.target.structure("empty", 0, {});
  test.target.structure("s", 4, {{"a", empty, 0, 3}});
  // The kinds do not match, so the field is not there.
  CHECK_FALSE(test.number(local, "0:0", Kind::field_byte_offset));
  const auto forward =
      test.local.structure("broken", 4, {{"a", test.local.forward("f", btf::kStruct), 0, 3}});
  CHECK(test.error(forward, "0:0", Kind::field_rshift_u64) == EINVAL);
}

TEST_CASE("members of unnamed types that contain themselves end a search") {
  Case test;
  Messages messages;
  const auto integer = test.local.signed_integer("int", 4);
  const auto local = test.local.structure("s", 4, {{"missing", integer, 0}});
  // struct [2] { [2] ; [2]; }: it grows with each level.
  test.target.signed_integer("int", 4);
  test.target.structure("", 4, {{"", 2, 0}, {"", 2, 0}});
  test.target.structure("s", 4, {{"", 2, 0}});
  CHECK(test.error(local, "0:0", Kind::field_exists) == E2BIG);
}

} // namespace ringside::test
