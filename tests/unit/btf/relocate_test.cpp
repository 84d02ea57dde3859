// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A split BTF that moves from a distilled base to a real one.
#include "btf/relocate.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

#include "btf/edit.hpp"
#include "btf_text.hpp"
#include "make_empty.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Btf;
using btf::kPtr;
using btf::kStruct;
using btf::kUnion;

void add(Btf& btf, btf::Kind kind, const char* name, std::uint32_t size = 8) {
  REQUIRE(btf::add_composite(btf, kind, name, size));
}

void refer(Btf& btf, int target, const char* name = "t") {
  REQUIRE(btf::add_reference(btf, btf::kTypedef, name, target));
}

} // namespace

TEST_CASE("ids and names follow to the new base") {
  const auto distilled = make_empty();
  REQUIRE(btf::add_int(*distilled, "int", 4, 1));
  add(*distilled, kStruct, "s");
  const auto split = make_empty(distilled.get());
  refer(*split, 2, "s"); // a name of the old base
  REQUIRE(btf::add_reference(*split, kPtr, nullptr, 3));
  refer(*split, 1, "own");
  const auto base = make_empty();
  REQUIRE(btf::add_int(*base, "int", 4, 0)); // unsigned
  add(*base, kStruct, "other", 4);
  add(*base, kStruct, "s", 16);
  REQUIRE(btf::add_int(*base, "int", 4, 1));
  REQUIRE(btf::relocate(*split, *base));
  CHECK(text_of(*split) == "5 TYPEDEF s:3\n6 PTR:5\n7 TYPEDEF own:4\n");
  CHECK(split->base() == base.get());
  CHECK(strings_of(*split) == "own.");
  refer(*split, 1, "s");
  CHECK(strings_of(*split) == "own.");
}

TEST_CASE("a struct within an own struct must have its size") {
  const bool is_behind_pointer = GENERATE(true, false);
  const auto distilled = make_empty();
  add(*distilled, kStruct, "s", 8);
  const auto split = make_empty(distilled.get());
  add(*split, kStruct, "own");
  REQUIRE(btf::add_member(*split, "m", 3, 0, 0));
  REQUIRE(btf::add_array(*split, 1, 4, 2));
  if (is_behind_pointer)
    REQUIRE(btf::add_reference(*split, kPtr, nullptr, 1));
  else
    REQUIRE(btf::add_reference(*split, btf::kConst, nullptr, 1));
  const auto base = make_empty();
  add(*base, kStruct, "s", 16);
  const Messages messages;
  CHECK(static_cast<bool>(btf::relocate(*split, *base)) == is_behind_pointer);
  CHECK(messages.warnings() == (is_behind_pointer ? 0 : 1));
}

TEST_CASE("of several structs of a name the one of the size is meant") {
  const auto distilled = make_empty();
  add(*distilled, kStruct, "s", 8);
  const auto split = make_empty(distilled.get());
  refer(*split, 1);
  const auto base = make_empty();
  add(*base, kStruct, "s", 4);
  add(*base, kStruct, "s", 8);
  SECTION("that one is alone") {
    REQUIRE(btf::relocate(*split, *base));
    CHECK(text_of(*split) == "3 TYPEDEF t:2\n");
  }
  SECTION("two have it") {
    add(*base, kStruct, "s", 8);
    const Messages messages;
    CHECK(btf::relocate(*split, *base).error() == Errno(EINVAL));
    CHECK(messages.last().find("type 2 or type 3") != std::string::npos);
    CHECK(text_of(*split) == "2 TYPEDEF t:1\n");
  }
}

TEST_CASE("a struct is found beside a declaration and a union of its name") {
  const auto distilled = make_empty();
  add(*distilled, kStruct, "s", 8);
  const auto split = make_empty(distilled.get());
  refer(*split, 1);
  const auto base = make_empty();
  REQUIRE(btf::add_forward(*base, "s", kStruct));
  SECTION("where it is there") {
    add(*base, kUnion, "s", 8);
    add(*base, kStruct, "s", 8);
    REQUIRE(btf::relocate(*split, *base));
    CHECK(text_of(*split) == "4 TYPEDEF t:3\n");
  }
  SECTION("and the declaration where it is not") {
    REQUIRE(btf::relocate(*split, *base));
    CHECK(text_of(*split) == "2 TYPEDEF t:1\n");
  }
}

TEST_CASE("a forward declaration becomes what it declares") {
  const auto kind = GENERATE(kStruct, kUnion);
  const auto distilled = make_empty();
  REQUIRE(btf::add_forward(*distilled, "s", kind));
  const auto split = make_empty(distilled.get());
  refer(*split, 1);
  const auto base = make_empty();
  REQUIRE(btf::add_int(*base, "int", 4, 0));
  // With a bit field its flag is set, which says nothing of its kind.
  add(*base, kind, "s", 8);
  REQUIRE(btf::add_member(*base, "bits", 1, 0, 3));
  REQUIRE(btf::relocate(*split, *base));
  CHECK(text_of(*split) == "3 TYPEDEF t:2\n");
}

TEST_CASE("a forward declaration is found beside what it declares") {
  const auto kind = GENERATE(kStruct, kUnion);
  const auto distilled = make_empty();
  REQUIRE(btf::add_forward(*distilled, "s", kind));
  const auto split = make_empty(distilled.get());
  refer(*split, 1);
  const auto base = make_empty();
  add(*base, kind, "s", 8);
  REQUIRE(btf::add_forward(*base, "s", kind));
  REQUIRE(btf::relocate(*split, *base));
  CHECK(text_of(*split) == "3 TYPEDEF t:2\n");
}

TEST_CASE("enums are found in both sizes") {
  const auto distilled = make_empty();
  REQUIRE(btf::add_enum(*distilled, btf::kEnum, "e", 8, false));
  const auto split = make_empty(distilled.get());
  refer(*split, 1);
  const auto base = make_empty();
  REQUIRE(btf::add_enum(*base, btf::kEnum, "e", 4, false));
  REQUIRE(btf::add_enum(*base, btf::kEnum64, "e", 8, false));
  REQUIRE(btf::relocate(*split, *base));
  CHECK(text_of(*split) == "3 TYPEDEF t:2\n");
}

TEST_CASE("typedefs that lead to themselves end") {
  const auto distilled = make_empty();
  add(*distilled, kStruct, "s", 8);
  const auto split = make_empty(distilled.get());
  refer(*split, 3);
  refer(*split, 2);
  add(*split, kStruct, "own");
  REQUIRE(btf::add_member(*split, "m", 2, 0, 0));
  REQUIRE(btf::relocate(*split, *distilled).error() == Errno(EINVAL));
  const auto base = make_empty();
  add(*base, kStruct, "s", 16);
  REQUIRE(btf::relocate(*split, *base));
}

TEST_CASE("what cannot be relocated is as it was") {
  const auto distilled = make_empty();
  add(*distilled, kStruct, "s", 8);
  const auto base = make_empty();
  const Messages messages;
  SECTION("a type that the new base does not have") {
    const auto split = make_empty(distilled.get());
    refer(*split, 1);
    CHECK(btf::relocate(*split, *base).error() == Errno(EINVAL));
    CHECK(messages.last().find("STRUCT 's' of 8 bytes") != std::string::npos);
    CHECK(split->base() == distilled.get());
  }
  SECTION("a base that was not distilled") {
    refer(*distilled, 1);
    const auto split = make_empty(distilled.get());
    CHECK(btf::relocate(*split, *base).error() == Errno(EINVAL));
  }
  SECTION("a name of no type") {
    REQUIRE(btf::add_string(*distilled, "lost"));
    const auto split = make_empty(distilled.get());
    refer(*split, 1, "lost");
    add(*base, kStruct, "s", 8);
    CHECK(btf::relocate(*split, *base).error() == Errno(ENOENT));
    CHECK(text_of(*split) == "2 TYPEDEF lost:1\n");
  }
  SECTION("a BTF that is not split") {
    CHECK(btf::relocate(*distilled, *base).error() == Errno(EINVAL));
  }
  SECTION("an id that is not there") {
    const auto split = make_empty(distilled.get());
    refer(*split, 99);
    CHECK(btf::relocate(*split, *base).error() == Errno(EINVAL));
  }
  CHECK(messages.warnings() == 1);
}

TEST_CASE("without memory relocating changes nothing") {
  const auto distilled = make_empty();
  add(*distilled, kStruct, "s", 8);
  const auto base = make_empty();
  add(*base, kStruct, "other", 8);
  add(*base, kStruct, "s", 8);
  for (unsigned nth = 1;; ++nth) {
    const auto split = make_empty(distilled.get());
    refer(*split, 1);
    const Messages messages;
    sim_fail("malloc", nth, ENOMEM);
    const auto done = btf::relocate(*split, *base);
    sim_fail("malloc", 0, 0);
    if (done)
      break;
    CHECK(done.error() == Errno(ENOMEM));
    CHECK(messages.warnings() == 1);
    CHECK(text_of(*split) == "2 TYPEDEF t:1\n");
  }
}

} // namespace ringside::test
