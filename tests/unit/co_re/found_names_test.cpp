// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Names that were found, and how many are kept.
#include "co_re/found_names.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

using co_re::FoundNames;

// The ids that are kept here: 10, 11 and so on.
std::uint32_t id_at(std::size_t at) {
  return static_cast<std::uint32_t>(10 + at);
}

} // namespace

TEST_CASE("a name is found by its kind, also if no type has it") {
  FoundNames names;
  CHECK_FALSE(names.find("s", btf::kStruct));
  REQUIRE(names.keep("s", btf::kStruct, 2, id_at));
  REQUIRE(names.keep("none", btf::kStruct, 0, id_at));
  CHECK_FALSE(names.find("s", btf::kUnion));
  const auto both = names.find("s", btf::kStruct);
  REQUIRE(both);
  REQUIRE(both->size() == 2);
  CHECK((*both)[0] == 10);
  CHECK((*both)[1] == 11);
  const auto none = names.find("none", btf::kStruct);
  REQUIRE(none);
  CHECK(none->empty());
  // What was kept first stays.
  REQUIRE(names.keep("s", btf::kStruct, 1, id_at));
  CHECK(names.find("s", btf::kStruct)->size() == 2);
}

TEST_CASE("names stay where their text was short-lived") {
  FoundNames names;
  {
    std::string text = "of an object that is closed";
    REQUIRE(names.keep(text, btf::kStruct, 1, id_at));
    text.assign(text.size(), 'x');
  }
  CHECK(names.find("of an object that is closed", btf::kStruct));
}

TEST_CASE("what is kept has a bound") {
  FoundNames names;
  const std::string huge(FoundNames::kMostBytes, 'x');
  REQUIRE(names.keep(huge, btf::kStruct, 0, id_at));
  CHECK_FALSE(names.find(huge, btf::kStruct));
  REQUIRE(names.keep("many", btf::kStruct, FoundNames::kMostBytes / sizeof(std::uint32_t), id_at));
  CHECK_FALSE(names.find("many", btf::kStruct));

  std::size_t kept = 0;
  for (; kept < FoundNames::kMostBytes; ++kept) {
    const std::string name = "name " + std::to_string(kept);
    REQUIRE(names.keep(name, btf::kStruct, 1, id_at));
    if (!names.find(name, btf::kStruct))
      break;
  }
  CHECK(kept > 10'000);
  CHECK(kept < FoundNames::kMostBytes / sizeof(std::uint32_t));
  // Those that were kept are found as before.
  CHECK(names.find("name 0", btf::kStruct));
  CHECK(names.find("name " + std::to_string(kept - 1), btf::kStruct));
}

} // namespace ringside::test
