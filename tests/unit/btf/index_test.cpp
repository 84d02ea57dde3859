// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Finding by name and kind: the first question, which searches, and later ones find the same.
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "btf/btf.hpp"
#include "btf/edit.hpp"
#include "raw_btf.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr int kAskedTimes = 3;

// Random types of few names and kinds, in a base and a split BTF.
struct Pair {
  explicit Pair(unsigned seed) {
    std::mt19937 random(seed);
    for (auto* raw : {&base_raw, &split_raw}) {
      if (raw == &split_raw)
        raw->strings.clear();
      const auto first = raw == &split_raw ? base_raw.strings.size() : 0;
      for (int count = 0; count < 20; ++count) {
        const std::string name(1 + random() % 2, static_cast<char>('a' + random() % 3));
        const auto own = first + raw->string("x" + name) + 1; // the end of a longer string
        const auto offset = random() % 4 == 0 ? 0 : static_cast<std::uint32_t>(own);
        raw->type(offset, btf::info_of(random() % 2 == 0 ? btf::kFwd : btf::kFloat), 4);
      }
    }
    auto made = btf::Btf::read(base_raw.bytes(), nullptr, "BTF");
    REQUIRE(made);
    base = std::move(*made);
    made = btf::Btf::read(split_raw.bytes(), base.get(), "BTF");
    REQUIRE(made);
    split = std::move(*made);
  }
  std::optional<std::uint32_t> expected(const std::string& name, btf::Kind kind) const {
    for (std::uint32_t id = 1; id < split->end_id(); ++id)
      if (const auto type = split->type(id);
          split->name(type) == name && (kind == btf::Btf::kAnyKind || type.is(kind)))
        return id;
    return {};
  }

  RawBtf base_raw, split_raw;
  Owned<btf::Btf> base, split;
};

} // namespace

TEST_CASE("the lowest id with a name and a kind is found, the base's first, each time") {
  const Pair pair(GENERATE(range(1U, 40U)));
  for (int times = 0; times < kAskedTimes; ++times)
    for (const char* name : {"a", "aa", "b", "bb", "c", "cc", "xa", "", "d"})
      for (const auto kind : {btf::Btf::kAnyKind, btf::kFwd, btf::kFloat, btf::kInt})
        CHECK(pair.split->find(name, kind) == pair.expected(name, kind));
}

TEST_CASE("types that are added later are found") {
  RawBtf raw;
  raw.add_int("int");
  const auto btf = btf::Btf::read(raw.bytes(), nullptr, "BTF");
  REQUIRE(btf);
  for (int times = 0; times < kAskedTimes; ++times)
    CHECK((*btf)->find("long") == std::nullopt);
  REQUIRE(btf::add_int(**btf, "long", 8, 0));
  for (int times = 0; times < kAskedTimes; ++times) {
    CHECK((*btf)->find("long") == 2U);
    CHECK((*btf)->find_string("long") == 5U);
  }
}

TEST_CASE("strings are found whole, in the base first") {
  RawBtf base_raw;
  base_raw.string("both");
  base_raw.string("base only");
  const auto base = btf::Btf::read(base_raw.bytes(), nullptr, "BTF");
  REQUIRE(base);
  RawBtf raw;
  raw.strings.clear();
  raw.string("own only");
  raw.string("both");
  const auto split = btf::Btf::read(raw.bytes(), base->get(), "BTF");
  REQUIRE(split);
  const auto end = static_cast<std::uint32_t>(base_raw.strings.size());
  for (int times = 0; times < kAskedTimes; ++times) {
    CHECK((*split)->find_string("") == 0U);
    CHECK((*split)->find_string("both") == 1U);
    CHECK((*split)->find_string("base only") == 6U);
    CHECK((*split)->find_string("own only") == end);
    CHECK((*split)->find_string("only") == std::nullopt);
    CHECK((*base)->find_string("own only") == std::nullopt);
  }
}

TEST_CASE("without memory for an index there is the search") {
  const Pair pair(1);
  sim_fail_from("malloc", 1, ENOMEM);
  for (int times = 0; times < kAskedTimes; ++times) {
    CHECK(pair.split->find("aa", btf::kFwd) == pair.expected("aa", btf::kFwd));
    CHECK(pair.split->find_string("xaa") != std::nullopt);
  }
  sim_fail("malloc", 0, 0);
}

TEST_CASE("to find one of many types with one name takes no longer than of others") {
  RawBtf raw;
  const auto name = raw.string("name");
  for (int count = 0; count < 200000; ++count)
    raw.type(name, btf::info_of(btf::kFwd), 0);
  const auto btf = btf::Btf::read(raw.bytes(), nullptr, "BTF");
  REQUIRE(btf);
  for (int times = 0; times < 1000; ++times)
    CHECK((*btf)->find("name") == 1U);
}

} // namespace ringside::test
