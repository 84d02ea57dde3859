// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Dedup as a whole: what becomes one type, what is left as it was, and what fails.
#include "btf/dedup/dedup.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "../btf_text.hpp"
#include "../make_empty.hpp"
#include "../raw_btf.hpp"
#include "btf/edit.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Btf;
using btf::kConst;
using btf::kEnum;
using btf::kPtr;
using btf::kStruct;
using btf::kTypedef;
using btf::kUnion;

void add_number(Btf& btf, const char* name = "int", std::size_t size = 4) {
  REQUIRE(btf::add_int(btf, name, size, 0));
}

struct Member {
  const char* name;
  int type;
};
void add_struct(Btf& btf, const char* name, std::initializer_list<Member> members,
                btf::Kind kind = kStruct) {
  REQUIRE(btf::add_composite(btf, kind, name, 16));
  std::uint32_t offset = 0;
  for (const Member& member : members) {
    REQUIRE(btf::add_member(btf, member.name, member.type, offset, 0));
    offset += kind == kStruct ? 64 : 0;
  }
}

void add_enum(Btf& btf, const char* name, std::initializer_list<const char*> enumerators) {
  REQUIRE(btf::add_enum(btf, kEnum, name, 4, false));
  for (const char* const enumerator : enumerators)
    REQUIRE(btf::add_enumerator(btf, enumerator, 0));
}

void add_reference(Btf& btf, btf::Kind kind, int target, const char* name = nullptr) {
  REQUIRE(btf::add_reference(btf, kind, name, target));
}

std::string after_dedup(Btf& btf) {
  REQUIRE(btf::dedup::run(btf, nullptr));
  return text_of(btf);
}

} // namespace

TEST_CASE("units that share types become one") {
  const auto btf = make_empty();
  add_number(*btf);
  add_struct(*btf, "S", {{"p", 3}});
  add_reference(*btf, kPtr, 4);
  REQUIRE(btf::add_forward(*btf, "T", kStruct));
  add_number(*btf);
  add_struct(*btf, "T", {{"x", 5}});
  add_reference(*btf, kPtr, 6);
  add_struct(*btf, "S", {{"p", 7}});
  CHECK(after_dedup(*btf) == "1 INT int\n"
                             "2 STRUCT S p:3\n"
                             "3 PTR:4\n"
                             "4 STRUCT T x:1\n");
}

TEST_CASE("the lists are reversed before their fourth entry") {
  const bool is_early = GENERATE(true, false);
  const auto btf = make_empty();
  add_enum(*btf, "e", {});
  add_enum(*btf, "e", {"A"});
  add_enum(*btf, "e", {"B"});
  if (is_early)
    add_number(*btf);
  add_enum(*btf, "e", {"A"});
  if (!is_early)
    add_number(*btf);
  add_reference(*btf, kPtr, 1);
  const std::string text = after_dedup(*btf);
  CHECK(text ==
        std::string("1 ENUM e A\n2 ENUM e B\n3 INT int\n4 PTR:") + (is_early ? "1\n" : "2\n"));
}

TEST_CASE("a forward declaration becomes the one type of its name") {
  const auto btf = make_empty();
  const bool is_alone = GENERATE(true, false);
  REQUIRE(btf::add_forward(*btf, "T", kStruct));
  REQUIRE(btf::add_forward(*btf, "T", kUnion));
  add_number(*btf);
  add_struct(*btf, "T", {{"x", 3}});
  add_reference(*btf, kPtr, 1);
  if (!is_alone)
    add_struct(*btf, "T", {{"y", 3}});
  CHECK(after_dedup(*btf) == (is_alone ? "1 FWD T\n2 INT int\n3 STRUCT T x:2\n4 PTR:3\n"
                                       : "1 FWD T\n2 FWD T\n3 INT int\n4 STRUCT T x:3\n"
                                         "5 PTR:1\n6 STRUCT T y:3\n"));
}

TEST_CASE("arrays of different elements keep structs apart, where types were emitted twice") {
  const auto btf = make_empty();
  add_number(*btf);
  add_number(*btf, "unsigned int");
  REQUIRE(btf::add_array(*btf, 1, 1, 4));
  REQUIRE(btf::add_array(*btf, 1, 2, 4));
  add_struct(*btf, "s", {{"x", 3}, {"y", 3}});
  add_struct(*btf, "s", {{"x", 3}, {"y", 4}});
  after_dedup(*btf);
  CHECK(btf->end_id() == 7);
}

TEST_CASE("what a compiler emitted twice is one type") {
  const auto btf = make_empty();
  add_number(*btf);
  // struct a { struct b *one, *other; }, whose second unit has two of struct b.
  add_struct(*btf, "b", {{"x", 1}});
  add_reference(*btf, kPtr, 2);
  add_struct(*btf, "a", {{"one", 3}, {"other", 3}});
  add_struct(*btf, "b", {{"x", 1}});
  add_struct(*btf, "b", {{"x", 1}});
  add_reference(*btf, kPtr, 5);
  add_reference(*btf, kPtr, 6);
  add_struct(*btf, "a", {{"one", 7}, {"other", 8}});
  CHECK(after_dedup(*btf) == "1 INT int\n2 STRUCT b x:1\n3 PTR:2\n4 STRUCT a one:3 other:3\n");
}

TEST_CASE("the base stays, and is what own types become") {
  const auto base = make_empty();
  add_number(*base);
  add_struct(*base, "S", {{"x", 1}});
  add_reference(*base, kTypedef, 1, "t");
  REQUIRE(btf::add_forward(*base, "F", kStruct));
  const std::string before = text_of(*base);
  const auto split = make_empty(base.get());
  add_number(*split);
  add_struct(*split, "S", {{"x", 5}});
  add_reference(*split, kTypedef, 5, "t");
  add_reference(*split, kPtr, 6);
  add_reference(*split, kPtr, 7);
  // The base's forward declaration is not that of an own type.
  add_struct(*split, "F", {{"x", 5}});
  add_reference(*split, kPtr, 4);
  CHECK(after_dedup(*split) == "5 PTR:2\n6 PTR:3\n7 STRUCT F x:1\n8 PTR:4\n");
  CHECK(text_of(*base) == before);
  CHECK(strings_of(*split).empty());
}

TEST_CASE("strings that nothing uses go, in the order in which types use the others") {
  RawBtf raw;
  raw.string("unused");
  const std::uint32_t twice = raw.string("int");
  raw.type(raw.string("b"), btf::info_of(kTypedef), 2);
  raw.type(raw.string("int"), btf::info_of(btf::kInt), 4, {32});
  raw.type(twice, btf::info_of(kTypedef), 2);
  const auto btf = Btf::read(raw.bytes(), nullptr, "BTF");
  REQUIRE(btf);
  CHECK(after_dedup(**btf) == "1 TYPEDEF b:2\n2 INT int\n3 TYPEDEF int:2\n");
  CHECK(strings_of(**btf) == ".b.int.");
  CHECK((*btf)->strings_are_unique());
}

TEST_CASE("strings that are known to be unique stay") {
  const auto btf = make_empty();
  REQUIRE(btf::add_string(*btf, "unused"));
  add_number(*btf);
  after_dedup(*btf);
  CHECK(strings_of(*btf) == ".unused.int.");
}

TEST_CASE("variables stay, each") {
  const auto btf = make_empty();
  add_number(*btf);
  for (int turn = 0; turn < 2; ++turn)
    REQUIRE(btf::add_var(*btf, "v", 1, 1));
  REQUIRE(btf::add_datasec(*btf, ".data", 8));
  REQUIRE(btf::add_variable(*btf, 2, 0, 4));
  REQUIRE(btf::add_variable(*btf, 3, 4, 4));
  CHECK(after_dedup(*btf) == "1 INT int\n2 VAR v:1\n3 VAR v:1\n4 DATASEC .data :2 :3\n");
}

TEST_CASE("records of a .BTF.ext follow") {
  RawBtf raw;
  raw.string("unused");
  raw.add_int("int");
  raw.add_int("int");
  raw.reference(kPtr, 2);
  const std::uint32_t section = raw.string("xdp");
  const std::uint32_t access = raw.string("0:1");
  const auto btf = Btf::read(raw.bytes(), nullptr, "BTF");
  REQUIRE(btf);
  std::vector<std::uint32_t> words{kFirstWord, 32, 0, 20, 20, 0, 20, 28};
  words.insert(words.end(), {8, section, 1, 0, 2});             // functions
  words.insert(words.end(), {16, section, 1, 8, 3, access, 0}); // relocations
  const auto ext = btf::Ext::read(std::as_bytes(std::span(words)), ".BTF.ext");
  REQUIRE(ext);
  REQUIRE(btf::dedup::run(**btf, ext->get()));
  CHECK(text_of(**btf) == "1 INT int\n2 PTR:1\n");
  CHECK(strings_of(**btf) == ".int.xdp.0:1.");
  std::vector<std::uint32_t> ids;
  (*ext)->each_id([&](std::uint32_t id) { ids.push_back(id); });
  CHECK(ids == std::vector<std::uint32_t>{1, 2});
  std::vector<std::string> strings;
  (*ext)->each_string([&](std::uint32_t offset) { strings.emplace_back((*btf)->string(offset)); });
  CHECK(strings == std::vector<std::string>{"xdp", "xdp", "0:1"});
}

TEST_CASE("what cannot be done changes nothing") {
  const auto btf = make_empty();
  add_number(*btf);
  add_number(*btf);
  SECTION("a loop of references") {
    add_reference(*btf, kPtr, 4);
    add_reference(*btf, kConst, 3);
    const std::string before = text_of(*btf);
    const Messages messages;
    CHECK(btf::dedup::run(*btf, nullptr).error() == Errno(ELOOP));
    CHECK(messages.warnings() == 1);
    CHECK(text_of(*btf) == before);
  }
  SECTION("an id that is not there") {
    add_reference(*btf, kPtr, 99);
    const std::string before = text_of(*btf);
    const Messages messages;
    CHECK(btf::dedup::run(*btf, nullptr).error() == Errno(EINVAL));
    CHECK(messages.last().find("type 99 of 4") != std::string::npos);
    CHECK(text_of(*btf) == before);
  }
  SECTION("a variable in a struct") {
    REQUIRE(btf::add_var(*btf, "v", 1, 1));
    for (int turn = 0; turn < 2; ++turn) {
      REQUIRE(btf::add_var(*btf, "v", 1, 1));
      add_struct(*btf, "s", {{"x", turn + 3}});
    }
    const std::string before = text_of(*btf);
    const Messages messages;
    CHECK(btf::dedup::run(*btf, nullptr).error() == Errno(EINVAL));
    CHECK(messages.warnings() == 1);
    CHECK(text_of(*btf) == before);
  }
}

TEST_CASE("typedefs that lead to each other through pointers end") {
  const auto btf = make_empty();
  // typedef A* A, several times.
  for (int number = 0; number < 4; ++number) {
    add_reference(*btf, kPtr, 2 * number + 2);
    add_reference(*btf, kTypedef, 2 * number + 1, "A");
  }
  add_struct(*btf, "s", {{"x", 2}, {"y", 4}});
  add_struct(*btf, "s", {{"x", 6}, {"y", 8}});
  CHECK(after_dedup(*btf) == "1 PTR:2\n2 TYPEDEF A:1\n3 STRUCT s x:2 y:2\n");
}

TEST_CASE("long chains are followed, as structs and as references") {
  constexpr int kLength = 100000;
  const auto btf = make_empty();
  // Twice struct s0 { struct s1* next; } and so on.
  for (int copy = 0; copy < 2; ++copy)
    for (int number = 0; number < kLength; ++number) {
      const auto id = static_cast<int>(btf->end_id());
      const std::string name = "s" + std::to_string(number);
      add_struct(*btf, name.c_str(), {{"next", id + 1}});
      add_reference(*btf, kPtr, number + 1 < kLength ? id + 2 : 0);
    }
  REQUIRE(btf::dedup::run(*btf, nullptr));
  CHECK(btf->end_id() == 2 * kLength + 1);
  for (int number = 0; number < kLength; ++number)
    add_reference(*btf, kConst, static_cast<int>(btf->end_id()) + 1);
  add_number(*btf);
  REQUIRE(btf::dedup::run(*btf, nullptr));
  CHECK(btf->end_id() == 3 * kLength + 2);
}

TEST_CASE("without memory dedup changes nothing") {
  RawBtf raw;
  raw.add_int("int");
  raw.add_int("int");
  raw.type(raw.string("s"), btf::info_of(kStruct, 1), 4, {raw.string("m"), 2, 0});
  raw.type(raw.string("s"), btf::info_of(kStruct, 1), 4, {raw.string("m"), 1, 0});
  raw.type(raw.string("f"), btf::info_of(btf::kFwd), 0);
  raw.reference(kPtr, 5);
  raw.type(raw.string("e"), btf::info_of(kEnum, 1), 4, {raw.string("A"), 0});
  for (unsigned nth = 1;; ++nth) {
    sim_reset(1);
    {
      const auto btf = Btf::read(raw.bytes(), nullptr, "BTF");
      REQUIRE(btf);
      const std::string before = text_of(**btf) + strings_of(**btf);
      const Messages messages;
      sim_fail("malloc", nth, ENOMEM);
      const auto done = btf::dedup::run(**btf, nullptr);
      sim_fail("malloc", 0, 0);
      if (done) {
        CHECK((*btf)->end_id() == 6);
        break;
      }
      CHECK(done.error() == Errno(ENOMEM));
      CHECK(messages.warnings() == 1);
      CHECK(text_of(**btf) + strings_of(**btf) == before);
    }
    CHECK(sim_live().bytes == 0);
  }
  sim_reset(1);
}

} // namespace ringside::test
