// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Distilling a split BTF: what its new base says, and what moves behind its own types.
#include "btf/distill.hpp"

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

// int, struct s { int m; }, int* (3), struct { struct s u; } (4), int (*)(int) (6), a function.
Owned<Btf> make_base() {
  auto base = make_empty();
  REQUIRE(btf::add_int(*base, "int", 4, 1));
  REQUIRE(btf::add_composite(*base, kStruct, "s", 4));
  REQUIRE(btf::add_member(*base, "m", 1, 0, 0));
  REQUIRE(btf::add_reference(*base, kPtr, nullptr, 1));
  REQUIRE(btf::add_composite(*base, kStruct, nullptr, 4));
  REQUIRE(btf::add_member(*base, "u", 2, 0, 0));
  REQUIRE(btf::add_prototype(*base, 1));
  REQUIRE(btf::add_parameter(*base, "x", 1));
  REQUIRE(btf::add_reference(*base, kPtr, nullptr, 5));
  REQUIRE(btf::add_func(*base, "f", 1, 5));
  return base;
}

} // namespace

TEST_CASE("the new base has names and sizes, and the rest is behind the own types") {
  const auto base = make_base();
  const auto split = make_empty(base.get());
  REQUIRE(btf::add_reference(*split, kPtr, nullptr, 4));
  REQUIRE(btf::add_reference(*split, btf::kTypedef, "t", 6));
  const auto made = btf::distill(*split);
  REQUIRE(made);
  CHECK(text_of(*made->base) == "1 INT int\n2 STRUCT s\n");
  CHECK(made->base->type(2).size() == 4);
  CHECK(text_of(*made->split) == "3 PTR:5\n4 TYPEDEF t:7\n5 STRUCT u:2\n6 FUNC_PROTO:1 x:1\n"
                                 "7 PTR:6\n");
  CHECK(made->split->base() == made->base.get());
  CHECK(strings_of(*made->base) == ".int.s.");
  CHECK(strings_of(*made->split) == "t.u.x.");
}

TEST_CASE("enums become a name and a size") {
  const auto base = make_empty();
  REQUIRE(btf::add_enum(*base, btf::kEnum64, "e", 8, true));
  REQUIRE(btf::add_enumerator64(*base, "A", 1));
  const auto split = make_empty(base.get());
  REQUIRE(btf::add_reference(*split, kPtr, nullptr, 1));
  const auto made = btf::distill(*split);
  REQUIRE(made);
  CHECK(text_of(*made->base) == "1 ENUM e\n");
  CHECK(made->base->type(1).size() == 8);
  CHECK(!made->base->type(1).flag());
}

TEST_CASE("a base of which nothing can be said is empty, and its types go along") {
  const auto base = make_empty();
  REQUIRE(btf::add_reference(*base, kPtr, nullptr, 0));
  const auto split = make_empty(base.get());
  REQUIRE(btf::add_reference(*split, btf::kTypedef, "t", 1));
  const auto made = btf::distill(*split);
  REQUIRE(made);
  CHECK(made->base->end_id() == 1);
  CHECK(text_of(*made->split) == "1 TYPEDEF t:2\n2 PTR:0\n");
}

TEST_CASE("what cannot be distilled is refused") {
  const auto base = make_base();
  const auto split = make_empty(base.get());
  const Messages messages;
  SECTION("a BTF that is not split") {
    CHECK(btf::distill(*base).error() == Errno(EINVAL));
  }
  SECTION("a function of the base") {
    REQUIRE(btf::add_decl_tag(*split, "tag", 7, -1));
    CHECK(btf::distill(*split).error() == Errno(EINVAL));
    CHECK(messages.last().find("type 7 of its base, a FUNC") != std::string::npos);
  }
  SECTION("an id that is not there") {
    REQUIRE(btf::add_reference(*split, kPtr, nullptr, 99));
    CHECK(btf::distill(*split).error() == Errno(EINVAL));
  }
  CHECK(messages.warnings() == 1);
}

TEST_CASE("without memory distilling fails, and leaves nothing") {
  for (unsigned nth = 1;; ++nth) {
    sim_reset(1);
    const auto base = make_base();
    const auto split = make_empty(base.get());
    REQUIRE(btf::add_reference(*split, kPtr, nullptr, 4));
    const std::size_t before = sim_live().bytes;
    {
      const Messages messages;
      sim_fail("malloc", nth, ENOMEM);
      const auto made = btf::distill(*split);
      sim_fail("malloc", 0, 0);
      if (made)
        break;
      CHECK(made.error() == Errno(ENOMEM));
      CHECK(messages.warnings() == 1);
    }
    CHECK(sim_live().bytes == before);
  }
  sim_reset(1);
}

} // namespace ringside::test
