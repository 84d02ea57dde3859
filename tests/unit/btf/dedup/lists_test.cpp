// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The order in which dedup's lists are visited.
#include "btf/dedup/lists.hpp"

#include <vector>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

using btf::dedup::Lists;

// Ids of one list have the same last digit.
std::vector<std::uint32_t> visited(const Lists& lists, std::uint32_t digit) {
  std::vector<std::uint32_t> ids;
  const auto is_one = [&](std::uint32_t id) { return id % 10 == digit; };
  for (std::uint32_t id = lists.first(digit, is_one); id != Lists::kNone;
       id = lists.next(id, is_one))
    ids.push_back(id);
  return ids;
}

void enter(Lists& lists, std::uint32_t id) {
  lists.enter(id % 10, id);
}

} // namespace

TEST_CASE("a list is visited from its newest entry, and all are reversed at the fourth") {
  Lists lists;
  REQUIRE(lists.init(100));
  for (const std::uint32_t id : {1U, 11U, 21U})
    enter(lists, id);
  CHECK(visited(lists, 1) == std::vector<std::uint32_t>{21, 11, 1});
  CHECK(lists.comes_before(21, 1));
  enter(lists, 2);
  CHECK(visited(lists, 1) == std::vector<std::uint32_t>{1, 11, 21});
  CHECK(lists.comes_before(1, 21));
  enter(lists, 31);
  CHECK(visited(lists, 1) == std::vector<std::uint32_t>{31, 1, 11, 21});
  CHECK(lists.comes_before(31, 1));
  CHECK(visited(lists, 2) == std::vector<std::uint32_t>{2});
  CHECK(visited(lists, 3).empty());
}

TEST_CASE("reversals come at 4, 7, 13 and 25 entries") {
  Lists lists;
  REQUIRE(lists.init(1000));
  enter(lists, 1);
  enter(lists, 11);
  std::vector<unsigned> reversals;
  bool is_reversed = false;
  for (unsigned count = 3; count <= 30; ++count) {
    enter(lists, count * 10 + 2);
    if ((visited(lists, 1).front() == 1) != is_reversed) {
      is_reversed = !is_reversed;
      reversals.push_back(count);
    }
  }
  CHECK(reversals == std::vector<unsigned>{4, 7, 13, 25});
}

TEST_CASE("lists whose hashes end with the same bits are visited apart") {
  constexpr std::uint32_t kSameBits = 1U << 31;
  const auto any = [](std::uint32_t) { return true; };
  Lists lists;
  REQUIRE(lists.init(100));
  for (std::uint32_t id = 1; id <= 8; ++id)
    lists.enter(id % 2 == 0 ? 5 : 5 + kSameBits, id);
  // The lists were reversed before 4, and before 7 again.
  std::vector<std::uint32_t> even;
  for (std::uint32_t id = lists.first(5, any); id != Lists::kNone; id = lists.next(id, any))
    even.push_back(id);
  CHECK(even == std::vector<std::uint32_t>{8, 2, 4, 6});
  const auto is_large = [](std::uint32_t id) { return id > 1; };
  CHECK(lists.first(5 + kSameBits, any) == 7);
  CHECK(lists.next(7, is_large) == 3);
  CHECK(lists.next(3, is_large) == 5);
  CHECK(lists.next(5, is_large) == Lists::kNone);
  CHECK(lists.first(5 + kSameBits, [](std::uint32_t id) { return id == 2; }) == Lists::kNone);
  CHECK(lists.first(6, any) == Lists::kNone);
}

} // namespace ringside::test
