// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// HashIndex: against a list that is searched from its beginning.
#include "base/hash_index.hpp"

#include <cerrno>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::test {

TEST_CASE("of equal keys the one that was added first is found, however the index has grown") {
  std::mt19937 random(GENERATE(1, 2, 3));
  // Few hashes, at the end of the table, so that runs are long and go on at its beginning.
  const auto hash_of = [](std::uint32_t key) { return UINT32_MAX - key % 5; };
  HashIndex index;
  std::vector<std::uint32_t> keys;
  const auto first_of = [&](std::uint32_t key) {
    for (std::uint32_t number = 0; number < keys.size(); ++number)
      if (keys[number] == key)
        return number;
    return HashIndex::kNone;
  };
  for (std::uint32_t number = 0; number < 300; ++number) {
    keys.push_back(static_cast<std::uint32_t>(random() % 100));
    REQUIRE(index.insert(hash_of(keys.back()), number));
    for (std::uint32_t key = 0; key < 110; ++key)
      REQUIRE(index.find(hash_of(key), [&](std::uint32_t found) { return keys[found] == key; }) ==
              first_of(key));
  }
  CHECK(index.size() == 300);
}

TEST_CASE("a number is inserted where no equal one is found") {
  const auto hash_of = [](std::uint32_t key) { return UINT32_MAX - key % 5; };
  HashIndex index;
  for (std::uint32_t key = 0; key < 100; ++key) {
    const auto is_key = [&](std::uint32_t number) { return number == key; };
    CHECK(*index.find_or_insert(hash_of(key), key, is_key) == HashIndex::kNone);
    CHECK(*index.find_or_insert(hash_of(key), key + 1000, is_key) == key);
    CHECK(index.find(hash_of(key), is_key) == key);
  }
  CHECK(index.size() == 100);
}

TEST_CASE("an empty index finds nothing") {
  HashIndex index;
  const auto any = [](std::uint32_t) { return true; };
  CHECK(index.find(0, any) == HashIndex::kNone);
  REQUIRE(index.insert(7, 1));
  CHECK(index.find(7, any) == 1);
  CHECK(index.find(8, any) == HashIndex::kNone);
  index.clear();
  CHECK(index.find(7, any) == HashIndex::kNone);
}

TEST_CASE("a hash depends on each byte, on the length and on the seed") {
  const std::string text(40, 'a');
  for (std::size_t length = 0; length < text.size(); ++length) {
    const std::string_view part(text.data(), length);
    CHECK(hash_text(part) != hash_text({text.data(), length + 1}));
    CHECK(hash_text(part) != hash_text(part, 1));
    for (std::size_t at = 0; at < length; ++at) {
      std::string other(part);
      other[at] = 'b';
      CHECK(hash_text(part) != hash_text(other));
    }
  }
}

TEST_CASE("an index that cannot grow stays as it was") {
  sim_reset(1);
  {
    HashIndex index;
    REQUIRE(index.insert(1, 1));
    CHECK(index.reserve(SIZE_MAX / 4).error() == Errno(ENOMEM));
    CHECK(index.find(1, [](std::uint32_t) { return true; }) == 1);
  }
  CHECK(sim_live().bytes == 0);
}

} // namespace ringside::test
