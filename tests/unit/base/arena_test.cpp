// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Arena: addresses that stay, alignment, and memory that runs out.
#include "base/arena.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::test {

TEST_CASE("what lives in an arena stays where it is, whatever comes later") {
  sim_reset(1);
  {
    Arena arena;
    std::vector<std::string_view> names;
    for (int number = 0; number < 5000; ++number) {
      const auto name = arena.text(std::to_string(number));
      REQUIRE(name);
      names.push_back(*name);
    }
    for (int number = 0; number < 5000; ++number) {
      REQUIRE(names[static_cast<std::size_t>(number)] == std::to_string(number));
      REQUIRE(names[static_cast<std::size_t>(number)].data()[names[0].size()] >= 0);
    }
    Arena other = std::move(arena);
    CHECK(names[4999] == "4999");
  }
  CHECK(sim_live().bytes == 0);
}

TEST_CASE("each type has its alignment, and elements begin as zeros") {
  Arena arena;
  for (std::size_t count = 0; count < 40; ++count) {
    REQUIRE(arena.array<char>(count));
    const auto numbers = arena.array<std::uint64_t>(count);
    REQUIRE(numbers);
    REQUIRE(numbers->size() == count);
    CHECK(reinterpret_cast<std::uintptr_t>(numbers->data()) % alignof(std::uint64_t) == 0);
    for (std::uint64_t& number : *numbers) {
      REQUIRE(number == 0);
      number = UINT64_MAX;
    }
  }
}

TEST_CASE("a piece of any size has room, or is refused") {
  Arena arena;
  const auto large = arena.array<char>(100'000);
  REQUIRE(large);
  large->back() = 'x';
  CHECK(arena.array<std::uint64_t>(SIZE_MAX / 8 + 1).error() == Errno(ENOMEM));
  CHECK(arena.array<char>(SIZE_MAX).error() == Errno(ENOMEM));
  CHECK(arena.array<char>(SIZE_MAX - 40).error() == Errno(ENOMEM));
  CHECK(arena.array<char>(1));
}

} // namespace ringside::test
