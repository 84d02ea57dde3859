// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Copying types from one BTF into another.
#include <cerrno>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "btf/edit.hpp"
#include "btf_text.hpp"
#include "make_empty.hpp"
#include "messages.hpp"
#include "raw_btf.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Btf;

// "int", and "s { int m; s* next; }" whose strings come in another order than types use them.
Owned<Btf> make_source(const Btf* base = nullptr) {
  auto btf = make_empty(base);
  const auto first = static_cast<int>(btf->end_id());
  for (const char* text : {"unused", "next", "m", "s"})
    REQUIRE(btf::add_string(*btf, text));
  REQUIRE(btf::add_int(*btf, "int", 4, 0));
  REQUIRE(btf::add_composite(*btf, btf::kStruct, "s", 16));
  REQUIRE(btf::add_member(*btf, "m", first, 0, 0));
  REQUIRE(btf::add_member(*btf, "next", first + 2, 64, 0));
  REQUIRE(btf::add_reference(*btf, btf::kPtr, nullptr, first + 1));
  return btf;
}

} // namespace

TEST_CASE("all types are added with their ids shifted, and the strings that they use") {
  const auto source = make_source();
  const auto btf = make_empty();
  CHECK(*btf::add_all(*btf, *source) == 1);
  CHECK(strings_of(*btf) == ".int.s.m.next.");
  CHECK(*btf::add_all(*btf, *source) == 4);
  CHECK(strings_of(*btf) == ".int.s.m.next.");
  CHECK(btf->end_id() == 7);
  for (const std::uint32_t first : {1U, 4U}) {
    CHECK(std::string(btf->name(btf->type(first))) == "int");
    CHECK(btf->type(first + 1).member(0).type == first);
    CHECK(btf->type(first + 1).member(1).type == first + 2);
    CHECK(std::string(btf->string(btf->type(first + 1).member(1).name)) == "next");
    CHECK(btf->type(first + 2).target() == first + 1);
  }
  CHECK(*btf::add_all(*btf, *make_empty()) == 7);
}

TEST_CASE("void stays void when types are shifted") {
  const auto source = make_empty();
  REQUIRE(btf::add_reference(*source, btf::kPtr, nullptr, 0));
  const auto btf = make_source();
  CHECK(*btf::add_all(*btf, *source) == 4);
  CHECK(btf->type(4).target() == 0);
}

TEST_CASE("a split BTF is added to another on the same base, and to no other") {
  const auto base = make_source();
  const auto source = make_source(base.get());
  const auto split = make_empty(base.get());
  REQUIRE(btf::add_int(*split, "long", 8, 0));
  CHECK(*btf::add_all(*split, *source) == 5);
  CHECK(split->type(7).target() == 6);
  CHECK(strings_of(*split) == "long.");
  const auto alone = make_empty();
  const Messages messages;
  CHECK(btf::add_all(*alone, *source).error() == Errno(EOPNOTSUPP));
  CHECK(messages.warnings() == 1);
}

TEST_CASE("a BTF may be added to itself, and its base to it") {
  const auto base = make_source();
  CHECK(*btf::add_all(*base, *base) == 4);
  CHECK(base->type(6).target() == 5);
  const auto split = make_empty(base.get());
  CHECK(*btf::add_all(*split, *base) == 7);
  CHECK(split->type(12).target() == 11);
  CHECK(strings_of(*split).empty());
}

TEST_CASE("a copy keeps its ids, and takes its strings along") {
  const auto source = make_source();
  const auto btf = make_empty();
  CHECK(*btf::add_copy(*btf, *source, source->type(2)) == 1);
  CHECK(strings_of(*btf) == ".s.m.next.");
  CHECK(btf->type(1).member(1).type == 3);
  CHECK(std::string(btf->string(btf->type(1).member(1).name)) == "next");
}

TEST_CASE("what cannot be copied leaves no type behind") {
  const auto source = make_empty();
  const auto btf = make_empty();
  const std::uint32_t unknown[] = {0, btf::info_of(btf::Kind{20}), 0};
  const std::uint32_t nowhere[] = {0, btf::info_of(btf::kEnum, 1), 4, 77, 1};
  const Messages messages;
  CHECK(btf::add_copy(*btf, *source, btf::Type(unknown)).error() == Errno(EINVAL));
  CHECK(btf::add_copy(*btf, *source, btf::Type(nowhere)).error() == Errno(EINVAL));
  CHECK(btf->end_id() == 1);
  CHECK(messages.warnings() == 2);

  RawBtf raw;
  raw.add_int("int");
  raw.type(0, unknown[1], 0);
  raw.layout = std::string(84, '\0');
  const auto with_unknown = Btf::read(raw.bytes(), nullptr, "BTF");
  REQUIRE(with_unknown);
  CHECK(btf::add_all(*btf, **with_unknown).error() == Errno(EINVAL));
  CHECK(btf->end_id() == 1);
}

TEST_CASE("without memory no type is added") {
  const auto source = make_source();
  for (unsigned nth = 1;; ++nth) {
    const auto btf = make_empty();
    REQUIRE(btf::add_int(*btf, "long", 8, 0));
    sim_fail("malloc", nth, ENOMEM);
    const Messages messages;
    const auto added = btf::add_all(*btf, *source);
    sim_fail("malloc", 0, 0);
    if (added)
      break;
    CHECK(added.error() == Errno(ENOMEM));
    CHECK(messages.warnings() == 1);
    CHECK(btf->end_id() == 2);
    CHECK(btf->data().words.size() == 4);
  }
}

} // namespace ringside::test
