// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Btf: ids and strings over a base, and what it says of pointers.
#include "btf/btf.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "btf/edit.hpp"
#include "raw_btf.hpp"

namespace ringside::test {
namespace {

Owned<btf::Btf> read(const RawBtf& raw, const btf::Btf* base = nullptr) {
  auto made = btf::Btf::read(raw.bytes(), base, "BTF");
  REQUIRE(made);
  return std::move(*made);
}

} // namespace

TEST_CASE("a split BTF goes on where its base ends, through any number of bases") {
  RawBtf first_raw;
  first_raw.add_int("int");
  const auto first = read(first_raw);
  RawBtf second_raw;
  second_raw.strings.clear();
  second_raw.type(1, btf::info_of(btf::kTypedef), 1); // "int", of the base
  const auto second = read(second_raw, first.get());
  RawBtf third_raw;
  third_raw.strings.clear();
  third_raw.type(5, btf::info_of(btf::kTypedef), 2); // its own
  third_raw.string("own");
  const auto third = read(third_raw, second.get());

  CHECK(second->first_id() == 2);
  CHECK(third->first_id() == 3);
  CHECK(third->end_id() == 4);
  CHECK(third->first_string() == 5);
  CHECK(third->type(0).is(btf::kVoid));
  CHECK(third->type(1).is(btf::kInt));
  CHECK(third->type(2).target() == 1);
  CHECK(std::string(third->name(third->type(2))) == "int");
  CHECK(std::string(third->name(third->type(3))) == "own");
  CHECK(third->type(4).is(btf::kVoid));
  CHECK(third->type(UINT32_MAX).is(btf::kVoid));
  CHECK(std::string(third->string(6)) == "wn");
  CHECK(third->string(9) == nullptr);
  CHECK(third->string(UINT32_MAX) == nullptr);
}

TEST_CASE("a split BTF sees its base as it was when it was made") {
  const auto base = btf::Btf::empty(nullptr);
  REQUIRE(base);
  REQUIRE(btf::add_int(**base, "int", 4, 0));
  const auto split = btf::Btf::empty(base->get());
  REQUIRE(split);
  REQUIRE(btf::add_int(**base, "later", 4, 0));
  CHECK(*btf::add_int(**split, "other", 4, 0) == 2);
  CHECK(std::string((*split)->name((*split)->type(2))) == "other");
  CHECK((*split)->find("later") == std::nullopt);
  CHECK((*split)->find("other") == 2U);
  CHECK((*split)->find_string("later") == std::nullopt);
  CHECK(*btf::add_string(**split, "later") == 11); // behind "int" and "other"
}

TEST_CASE("the size of a pointer is that of the first long") {
  const auto* spelling = GENERATE("long", "long int", "int long", "unsigned long", "long unsigned",
                                  "unsigned long int", "unsigned int long", "long unsigned int",
                                  "long int unsigned", "int unsigned long", "int long unsigned");
  RawBtf raw;
  raw.add_int("long long", 8);
  raw.add_int("long", 2);
  raw.add_int(spelling, 4);
  raw.add_int("long", 8);
  CHECK(read(raw)->pointer_size() == 4);
}

TEST_CASE("without a long the size of a pointer is not known, and stays so") {
  RawBtf raw;
  raw.add_int("int");
  raw.reference(btf::kTypedef, 1, "long");
  const auto btf = read(raw);
  CHECK(btf->pointer_size() == 0);
  CHECK(btf->pointer_bytes() == sizeof(void*));
  REQUIRE(btf::add_int(*btf, "long", 4, 0));
  CHECK(btf->pointer_size() == 0);
  btf->set_pointer_size(4);
  CHECK(btf->pointer_bytes() == 4);
}

TEST_CASE("a base that is known to have pointers of a size passes it on, if it is read") {
  RawBtf raw;
  raw.add_int("int");
  const auto base = read(raw);
  base->set_pointer_size(4);
  RawBtf split_raw;
  split_raw.add_int("long", 8);
  CHECK(read(split_raw, base.get())->pointer_size() == 4);
  const auto empty = btf::Btf::empty(base.get());
  REQUIRE(empty);
  CHECK((*empty)->pointer_size() == sizeof(void*));
}

TEST_CASE("images are shared until one who has it changes") {
  RawBtf raw;
  raw.add_int("int");
  const auto bytes = raw.bytes();
  const auto image = btf::Image::copy(bytes, {}, "BTF");
  REQUIRE(image);
  const auto one = btf::Btf::of_image(**image);
  const auto other = btf::Btf::of_image(**image);
  REQUIRE(one);
  REQUIRE(other);
  CHECK((*one)->type(1).words() == (*other)->type(1).words());
  REQUIRE(btf::add_int(**one, "long", 8, 0));
  CHECK((*one)->end_id() == 3);
  CHECK((*other)->end_id() == 2);
  CHECK((*one)->type(1).words() != (*other)->type(1).words());
}

} // namespace ringside::test
