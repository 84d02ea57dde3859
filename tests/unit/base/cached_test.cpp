// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Cached: what is kept and what is asked for again.
#include "base/cached.hpp"

#include <cerrno>
#include <cstdint>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

using Kept = Cached<cached_fact("possible CPUs")>;

} // namespace

TEST_CASE("an answer is asked for once, also when it is 0 or the largest") {
  const auto value = GENERATE(std::uint32_t{0}, std::uint32_t{7}, std::uint32_t{UINT32_MAX});
  Kept kept;
  int asked = 0;
  const auto ask = [&]() -> Result<std::uint32_t> {
    ++asked;
    return value;
  };
  for (int turn = 0; turn < 3; ++turn)
    CHECK(*kept.get(ask) == value);
  CHECK(asked == 1);
  kept.forget();
  CHECK(*kept.get(ask) == value);
  CHECK(asked == 2);
}

TEST_CASE("an error is not kept") {
  Kept kept;
  const auto refused = kept.get([]() -> Result<std::uint32_t> { return Errno(EPERM); });
  CHECK(refused.error() == Errno(EPERM));
  CHECK(*kept.get([]() -> Result<std::uint32_t> { return 3; }) == 3);
}

TEST_CASE("each fact that is kept says why it lasts") {
  for (const CachedFact& fact : kCachedFacts) {
    CHECK_FALSE(fact.name.empty());
    CHECK(std::string_view(fact.why_it_lasts).size() > 10);
  }
}

} // namespace ringside::test
