// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The maps that .maps and the struct_ops sections define.
#include <cerrno>
#include <functional>

#include <catch2/catch.hpp>

#include "base/errno.hpp"
#include "bpf/new_uapi.hpp"
#include "made_object.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using object::MapKind;
using object::Parsed;
using Fields = std::vector<MadeObject::Field>;

MadeObject with_program() {
  MadeObject made;
  made.program("xdp", "first");
  return made;
}

// An array of no pointers to `target`, as `values` is.
int values_of(MadeObject& made, int target) {
  return MadeObject::made_id(
      btf::add_array(made.types(), made.int_type(), made.pointer(target), 0));
}

} // namespace

TEST_CASE("all members of a definition are read") {
  MadeObject made = with_program();
  made.map("m", {{"type", made.number(BPF_MAP_TYPE_HASH)},
                 {"max_entries", made.number(100)},
                 {"map_flags", made.number(BPF_F_NO_PREALLOC)},
                 {"numa_node", made.number(3)},
                 {"map_extra", made.number(9)},
                 {"key", made.pointer(made.int_type())},
                 {"value_size", made.number(24)},
                 {"pinning", made.number(1)}});
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  REQUIRE(parsed.maps.size() == 1);
  const object::ParsedMap& map = parsed.maps[0];
  CHECK(map.kind == MapKind::defined);
  CHECK(map.name == "m");
  CHECK(map.definition.type == BPF_MAP_TYPE_HASH);
  CHECK(map.definition.max_entries == 100);
  CHECK(map.definition.flags == BPF_F_NO_PREALLOC);
  CHECK(map.definition.numa_node == 3);
  CHECK(map.definition.extra == 9);
  CHECK(map.definition.key_size == 4);
  CHECK(map.definition.key_type_id == static_cast<std::uint32_t>(made.int_type()));
  CHECK(map.definition.value_size == 24);
  CHECK(map.definition.value_type_id == 0);
  CHECK(map.pin_by_name);
}

TEST_CASE("map_extra may be an enum of one value") {
  MadeObject made = with_program();
  const int wide =
      MadeObject::made_id(btf::add_enum(made.types(), btf::kEnum64, nullptr, 8, false));
  REQUIRE(btf::add_enumerator64(made.types(), "place", 1ULL << 44));
  made.map("m", {{"type", made.number(bpf::kMapArena)}, {"map_extra", wide}});
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  CHECK(parsed.maps[0].definition.extra == 1ULL << 44);
  CHECK(parsed.arena_map == 0);
}

TEST_CASE("definitions that are not as they must be are refused") {
  const struct {
    const char* what;
    int error;
    std::function<Fields(MadeObject&)> fields;
  } rows[] = {
      {"no type", EINVAL,
       [](MadeObject& made) {
         return Fields{{"key_size", made.number(4)}};
       }},
      {"type 0", EINVAL,
       [](MadeObject& made) {
         return Fields{{"type", made.number(0)}};
       }},
      {"not a pointer", EINVAL,
       [](MadeObject& made) {
         return Fields{{"type", made.int_type()}};
       }},
      {"not an array", EINVAL,
       [](MadeObject& made) {
         return Fields{{"type", made.pointer(made.int_type())}};
       }},
      {"an unknown member", ENOTSUP,
       [](MadeObject& made) {
         return Fields{{"type", made.number(1)}, {"size", made.number(1)}};
       }},
      {"another key size", EINVAL,
       [](MadeObject& made) {
         return Fields{{"type", made.number(1)},
                       {"key_size", made.number(8)},
                       {"key", made.pointer(made.int_type())}};
       }},
      {"another value size", EINVAL,
       [](MadeObject& made) {
         return Fields{{"type", made.number(1)},
                       {"value", made.pointer(made.int_type())},
                       {"value_size", made.number(8)}};
       }},
      {"a value without a size", EINVAL,
       [](MadeObject& made) {
         return Fields{{"type", made.number(1)}, {"value", made.pointer(0)}};
       }},
      {"pinning 2", EINVAL,
       [](MadeObject& made) {
         return Fields{{"type", made.number(1)}, {"pinning", made.number(2)}};
       }},
      {"values of a hash", ENOTSUP,
       [](MadeObject& made) {
         const int inner = made.structure(nullptr, {{"type", made.number(2)}});
         return Fields{{"type", made.number(BPF_MAP_TYPE_HASH)},
                       {"values", values_of(made, inner), 0}};
       }},
      {"values that are not last", EINVAL,
       [](MadeObject& made) {
         const int inner = made.structure(nullptr, {{"type", made.number(2)}});
         return Fields{{"type", made.number(BPF_MAP_TYPE_ARRAY_OF_MAPS)},
                       {"values", values_of(made, inner), 0},
                       {"max_entries", made.number(1)}};
       }},
      {"pinning of an inner map", EINVAL,
       [](MadeObject& made) {
         const int inner =
             made.structure(nullptr, {{"type", made.number(2)}, {"pinning", made.number(1)}});
         return Fields{{"type", made.number(BPF_MAP_TYPE_ARRAY_OF_MAPS)},
                       {"values", values_of(made, inner), 0}};
       }},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    MadeObject made = with_program();
    made.map("m", row.fields(made));
    made.check_refused(Errno(row.error));
  }
}

TEST_CASE("with relaxed maps unknown members are left out") {
  MadeObject made = with_program();
  made.map("m", {{"type", made.number(1)}, {"size", made.int_type(), 4}});
  Parsed parsed;
  CHECK(made.parse(parsed, {.relaxed_maps = true}));
}

TEST_CASE("a map of maps has a definition within, and slots") {
  MadeObject made = with_program();
  const int inner = made.structure(nullptr, {{"type", made.number(BPF_MAP_TYPE_HASH)},
                                             {"key_size", made.number(8)},
                                             {"value_size", made.number(2)},
                                             {"max_entries", made.number(7)}});
  const auto target = made.map("target", {{"type", made.number(BPF_MAP_TYPE_HASH)}});
  made.map("outer", {{"type", made.number(BPF_MAP_TYPE_ARRAY_OF_MAPS)},
                     {"max_entries", made.number(5)},
                     {"values", values_of(made, inner), 0}});
  made.relocation(made.maps_section(), MadeObject::kMapBytes + 16 + 8 * 2, target);
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  REQUIRE(parsed.maps.size() == 2);
  const object::ParsedMap& outer = parsed.maps[1];
  CHECK(outer.values.there);
  CHECK(outer.definition.value_size == 4);
  CHECK(outer.inner.type == BPF_MAP_TYPE_HASH);
  CHECK(outer.inner.key_size == 8);
  CHECK(outer.inner.max_entries == 7);
  REQUIRE(outer.slots.size() == 1);
  CHECK(outer.slots[0].key == 2);
  CHECK(outer.slots[0].index == 0);
}

TEST_CASE("slots of an array of programs name programs") {
  const struct {
    const char* what;
    std::uint64_t offset;
    std::uint64_t symbol_value;
    const char* section;
    int error; // 0: none
  } rows[] = {
      {"right", 8 + 8, 0, "xdp", 0},
      {"not a slot", 8 + 4, 0, "xdp", EINVAL},
      {"before the values", 0, 0, "xdp", EINVAL},
      {"outside of all maps", 200, 0, "xdp", EINVAL},
      {"within a program", 8, 8, "xdp", 4005},
      {"a subprogram", 8, 0, ".text", ESRCH},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    MadeObject made = with_program();
    const auto section = made.code(row.section, std::vector<bpf_insn>(2, bpf::insn::exit()));
    made.symbol("p", STT_FUNC, STB_GLOBAL, section, 0, 16);
    const auto named = row.symbol_value == 0
                           ? made.symbol("p", STT_FUNC, STB_GLOBAL, section, 0, 16)
                           : made.symbol("q", STT_FUNC, STB_GLOBAL, section, 8, 8);
    const int prototype = MadeObject::made_id(btf::add_prototype(made.types(), 0));
    made.map("m", {{"type", made.number(BPF_MAP_TYPE_PROG_ARRAY)},
                   {"values", values_of(made, prototype), 0}});
    made.relocation(made.maps_section(), row.offset, named);
    Parsed parsed;
    const auto result = made.parse(parsed);
    if (row.error == 0) {
      REQUIRE(result);
      REQUIRE(parsed.maps[0].slots.size() == 1);
      CHECK(parsed.maps[0].slots[0].key == 1);
      CHECK(parsed.programs[parsed.maps[0].slots[0].index].section_index == section);
    } else if (row.symbol_value == 0) {
      REQUIRE_FALSE(result);
      CHECK(result.error() == Errno(row.error));
    }
  }
}

TEST_CASE("the size of a ring is raised to a power of two of pages") {
  const struct {
    std::uint32_t wanted, size;
  } rows[] = {{0, 0},       {1, 4096},      {4096, 4096},
              {5000, 8192}, {12288, 16384}, {0xf0000000, 0xf0000000}};
  for (const auto& row : rows)
    CHECK(object::ring_size(row.wanted, 4096) == row.size);
  MadeObject made = with_program();
  made.map("r", {{"type", made.number(BPF_MAP_TYPE_RINGBUF)}, {"max_entries", made.number(5000)}});
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  CHECK(parsed.maps[0].definition.max_entries == 8192);
}

TEST_CASE("variables in .maps that are no maps are refused") {
  const struct {
    const char* what;
    int linkage;
    std::uint32_t size;
    int error;
  } rows[] = {
      {"static", BTF_VAR_STATIC, 64, EOPNOTSUPP},
      {"smaller than its type", BTF_VAR_GLOBAL_ALLOCATED, 4, EINVAL},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    MadeObject made = with_program();
    const auto section = made.section(".maps", SHT_PROGBITS, 0, std::string(64, '\0'));
    made.symbol("m", STT_OBJECT, STB_GLOBAL, section, 0, 64);
    const int type = made.structure(nullptr, {{"type", made.number(1)}});
    made.variables(".maps", {{"m", type, row.size, row.linkage}});
    Parsed parsed;
    const auto result = made.parse(parsed);
    REQUIRE_FALSE(result);
    CHECK(result.error() == Errno(row.error));
  }
}

TEST_CASE("an object has one arena, with room for its globals") {
  const struct {
    std::uint32_t arenas, pages, bytes;
    int error; // 0: none
  } rows[] = {{1, 1, 100, 0}, {0, 1, 100, ENOENT}, {2, 1, 100, EINVAL}, {1, 1, 5000, E2BIG}};
  for (const auto& row : rows) {
    MadeObject made = with_program();
    made.hash_map("other");
    for (std::uint32_t index = 0; index < row.arenas; ++index)
      made.map(index == 0 ? "a" : "b",
               {{"type", made.number(bpf::kMapArena)}, {"max_entries", made.number(row.pages)}});
    made.section(".addr_space.1", SHT_PROGBITS, SHF_ALLOC, std::string(row.bytes, 'x'));
    Parsed parsed;
    const auto result = made.parse(parsed);
    REQUIRE(static_cast<bool>(result) == (row.error == 0));
    if (row.error != 0)
      CHECK(result.error() == Errno(row.error));
    else
      CHECK(parsed.arena_content.size() == row.bytes);
  }
}

TEST_CASE("a variable of struct_ops is a map, with the programs that it names") {
  const bool is_optional = GENERATE(false, true);
  MadeObject made = with_program();
  const auto code = made.program("struct_ops/init", "ops_init");
  const auto program = made.symbol("ops_init", STT_FUNC, STB_GLOBAL, code, 0, 16);
  const char* const name = is_optional ? "?.struct_ops.link" : ".struct_ops.link";
  const auto section = made.section(name, SHT_PROGBITS, SHF_ALLOC, std::string(16, '\7'));
  made.symbol("ops", STT_OBJECT, STB_GLOBAL, section, 0, 16);
  const int prototype = MadeObject::made_id(btf::add_prototype(made.types(), made.int_type()));
  const int type =
      made.structure("my_ops", {{"number", made.int_type()}, {"init", made.pointer(prototype)}});
  made.variables(name, {{"ops", type, 16}});
  made.relocation(section, 8, program);
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  REQUIRE(parsed.maps.size() == 1);
  const object::ParsedMap& map = parsed.maps[0];
  CHECK(map.kind == MapKind::struct_ops);
  CHECK(map.name == "ops");
  CHECK(map.definition.type == BPF_MAP_TYPE_STRUCT_OPS);
  CHECK(map.definition.value_size == 16);
  CHECK(map.definition.flags == 1U << 13);
  CHECK(map.autocreate == !is_optional);
  CHECK(map.content.size() == 16);
  REQUIRE(map.ops_programs.size() == 1);
  CHECK(map.ops_programs[0].offset == 8);
  CHECK(parsed.programs[map.ops_programs[0].program].name == "ops_init");
}

} // namespace ringside::test
