// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Whole buffers under loads made by chance: every record once, in order, in time, and poll's word
// kept. RINGSIDE_TEST_SEED runs one seed, RINGSIDE_TEST_SEEDS that many from the first.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <catch2/catch.hpp>

#include "abi/wakeups_run.hpp"

namespace ringside::test {
namespace {

constexpr std::uint64_t kSeeds = 500;

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

} // namespace

TEST_CASE("whatever the load: every record once, in order, within the bound") {
  const std::uint64_t one = number_in("RINGSIDE_TEST_SEED", 0);
  const std::uint64_t first = one != 0 ? one : 1;
  const std::uint64_t last = one != 0 ? one : number_in("RINGSIDE_TEST_SEEDS", kSeeds);
  Outcome all;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Plan plan = plan_of(seed);
    const Outcome outcome = carry_out(plan);
    if (!outcome.wrong.empty())
      FAIL_CHECK(plan.describe() << '\n' << outcome.wrong);
    CHECK(outcome.wrong.empty());
    all.delivered += outcome.delivered;
    all.lost += outcome.lost;
    all.waits += outcome.waits;
  }
  std::printf("%" PRIu64 " seeds, %" PRIu64 " records delivered, %" PRIu64 " lost, %u waits\n",
              last - first + 1, all.delivered, all.lost, all.waits);
}

} // namespace ringside::test
