// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Array: sizes that fit, sizes that cannot, and what is destroyed.
#include "base/array.hpp"

#include <cerrno>
#include <cstdint>
#include <span>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::test {
namespace {

struct Counted {
  static inline int alive = 0;
  Counted() { ++alive; }
  ~Counted() { --alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

} // namespace

TEST_CASE("an array destroys each of its elements once") {
  {
    auto made = Array<Counted>::of_size(3);
    REQUIRE(made);
    CHECK(Counted::alive == 3);
    Array<Counted> moved = std::move(*made);
    CHECK(moved.size() == 3);
    CHECK(Counted::alive == 3);
  }
  CHECK(Counted::alive == 0);
}

TEST_CASE("an array that would not fit into memory is refused") {
  sim_reset(1);
  const auto size = GENERATE(SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / sizeof(std::uint64_t) + 1);
  const auto made = Array<std::uint64_t>::of_size(size);
  REQUIRE_FALSE(made);
  CHECK(made.error() == Errno(ENOMEM));
  CHECK(sim_live().bytes == 0);
}

TEST_CASE("an empty array is no failure") {
  const auto made = Array<int>::of_size(0);
  REQUIRE(made);
  CHECK(std::span<const int>(*made).empty());
}

} // namespace ringside::test
