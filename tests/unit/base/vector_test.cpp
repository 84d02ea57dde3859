// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Vector: growing, moving, running out of memory.
#include "base/vector.hpp"

#include <cerrno>
#include <cstdint>
#include <numeric>

#include <catch2/catch.hpp>

#include "base/owned.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

struct Counted {
  static inline int alive = 0;
  Counted() { ++alive; }
  Counted(Counted&&) noexcept { ++alive; }
  Counted& operator=(Counted&&) noexcept = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }
};

Vector<int> numbers(int count) {
  Vector<int> list;
  for (int number = 0; number < count; ++number)
    REQUIRE(list.append(number));
  return list;
}

} // namespace

TEST_CASE("elements keep their order while a vector grows") {
  const Vector<int> list = numbers(1000);
  REQUIRE(list.size() == 1000);
  for (int number = 0; number < 1000; ++number)
    REQUIRE(list[static_cast<std::size_t>(number)] == number);
  CHECK(list.back() == 999);
}

TEST_CASE("an element of the list itself can be appended") {
  Vector<int> list = numbers(8);
  for (int turn = 0; turn < 100; ++turn)
    REQUIRE(list.append(list[3]));
  CHECK(list.back() == 3);
}

TEST_CASE("elements of the list itself can be appended, however it grows") {
  Vector<int> list;
  REQUIRE(list.append(1));
  REQUIRE(list.append(2));
  for (std::size_t size = 2; size < 1000; size = list.size())
    REQUIRE(list.append_all(std::span<const int>(list).subspan(size / 2)));
  for (std::size_t index = 0; index < list.size(); ++index)
    REQUIRE(list[index] == (index == 0 ? 1 : 2));
}

TEST_CASE("a vector destroys each of its elements once") {
  {
    Vector<Counted> list;
    for (int turn = 0; turn < 20; ++turn)
      REQUIRE(list.append(Counted()));
    CHECK(Counted::alive == 20);
    const Vector<Counted> moved = std::move(list);
    CHECK(moved.size() == 20);
    CHECK(Counted::alive == 20);
  }
  CHECK(Counted::alive == 0);
}

TEST_CASE("owners move along when a vector grows") {
  Vector<Owned<int>> list;
  for (int number = 0; number < 100; ++number)
    REQUIRE(list.append(make<int>(number)));
  const auto sum = std::accumulate(list.begin(), list.end(), 0,
                                   [](int total, const auto& number) { return total + *number; });
  CHECK(sum == 4950);
  const Owned<int> last = list.take_last();
  CHECK(*last == 99);
  CHECK(list.size() == 99);
}

TEST_CASE("elements that are added by number are zero") {
  Vector<std::uint64_t> list;
  REQUIRE(list.append_default(50));
  CHECK(std::accumulate(list.begin(), list.end(), std::uint64_t{0}) == 0);
  const int more[] = {1, 2, 3};
  Vector<int> other = numbers(2);
  REQUIRE(other.append_all(more));
  CHECK(other.size() == 5);
  CHECK(other[4] == 3);
  other.truncate(1);
  CHECK(other.size() == 1);
}

TEST_CASE("a vector that cannot grow stays as it was") {
  sim_reset(1);
  {
    Vector<std::uint64_t> list;
    REQUIRE(list.append(7));
    CHECK(list.reserve(SIZE_MAX).error() == Errno(ENOMEM));
    CHECK(list.append_default(SIZE_MAX).error() == Errno(ENOMEM));
    CHECK(list.append_default(SIZE_MAX / sizeof(std::uint64_t)).error() == Errno(ENOMEM));
    REQUIRE(list.size() == 1);
    CHECK(list[0] == 7);
  }
  CHECK(sim_live().bytes == 0);
}

} // namespace ringside::test
