// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Whole buffers under loads made by chance: every record once, in order, in time, and poll's word
// kept. RINGSIDE_TEST_SEED runs one seed, RINGSIDE_TEST_SEEDS that many from the first.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <catch2/catch.hpp>

#include "abi/ring/wakeups_run.hpp"

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
  std::uint64_t delivered = 0;
  // What programs lost whose callbacks are too slow for the load: ours, and woken for each record.
  std::uint64_t lost = 0;
  std::uint64_t lost_when_exact = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    Plan plan = plan_of(seed);
    const Outcome outcome = carry_out(plan);
    INFO(plan.describe());
    CHECK(outcome.wrong == "");
    delivered += outcome.delivered;
    if (outcome.lost == 0 || !outcome.wrong.empty())
      continue;
    lost += outcome.lost;
    plan.wakeups = "exact";
    lost_when_exact += carry_out(plan).lost;
  }
  CHECK(lost <= lost_when_exact + lost_when_exact / 100);
  std::printf("%" PRIu64 " seeds, %" PRIu64 " records delivered, %" PRIu64 " lost, %" PRIu64
              " when exact\n",
              last - first + 1, delivered, lost, lost_when_exact);
}

} // namespace ringside::test
