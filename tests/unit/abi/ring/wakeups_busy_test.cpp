// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Buffers on a machine that is busy with something else: a clock takes the reader's CPU away, now
// and then. Nothing is lost that a reader keeps that is woken for each record.
// RINGSIDE_TEST_SEED runs one seed, RINGSIDE_TEST_SEEDS that many from the first.
#include <algorithm>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <catch2/catch.hpp>

#include "abi/ring/wakeups_run.hpp"

namespace ringside::test {
namespace {

constexpr std::uint64_t kSeeds = 40;

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

// take_away has the reader's CPU taken for up to `longest_ns`, and half of that at least, every 20
// to 60 ms: as regular as what other programs do with a CPU.
void take_away(Plan& plan, Random& random, std::uint64_t longest_ns, std::uint64_t until_ns) {
  for (std::uint64_t at = between(random, 0, 20 * kMs); at < until_ns;) {
    const std::uint64_t back = at + between(random, longest_ns / 2, longest_ns);
    plan.absences.push_back({at, back});
    at = back + between(random, 20 * kMs, 60 * kMs);
  }
}

Plan plan_with(std::uint64_t seed, Random& random) {
  Plan plan;
  plan.seed = seed;
  plan.type = random() % 2 == 0 ? RingType::perf : RingType::bpf;
  const std::size_t pages[] = {8, 16, 64, 256};
  plan.data_size = 4096 * pages[random() % 4];
  plan.rings.resize(1);
  plan.habits.timeouts_ms = {100};
  // As measured on Linux 6.18, and a little more; or as on an emulated machine.
  plan.map_page_ns = random() % 2 == 0 ? 1100 : log_between(random, 1100, 20'000);
  if (random() % 3 == 0)
    plan.habits.callback_ns = log_between(random, 20, 5000);
  return plan;
}

// written_within is the most that is written in some time while wakeups hold up what writes.
std::uint64_t written_within(const Plan& plan, std::uint64_t ns) {
  if (plan.loop.count != 0)
    return ns / plan.loop.woken_ns;
  const std::vector<Planned>& records = plan.rings[0];
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; last < records.size(); ++last) {
    while (records[last].begins_ns - records[first].begins_ns > ns)
      ++first;
    most = std::max(most, last - first);
  }
  return most;
}

// Lost is what was lost of one plan by a reader of each kind.
struct Lost {
  std::uint64_t adaptive = 0;
  std::uint64_t exact = 0;
};
Lost lost_of(Plan plan) {
  CAPTURE(plan.describe());
  plan.wakeups = "exact";
  const Outcome exact = carry_out(plan);
  CHECK(exact.wrong == "");
  plan.wakeups = nullptr;
  const Outcome adaptive = carry_out(plan);
  CHECK(adaptive.wrong == "");
  // What is kept with wakeups is kept without. Where both lose, the reader is away for a little
  // longer, once: while the kernel makes a larger ring it would take these records.
  const std::uint64_t made_ns =
      plan.type == RingType::perf ? 16 * plan.data_size / 4096 * plan.map_page_ns : 0;
  const std::uint64_t meanwhile = exact.lost != 0 ? written_within(plan, made_ns) : 0;
  CHECK(adaptive.lost <= exact.lost + meanwhile);
  return {adaptive.lost, exact.lost};
}

template <class MakePlan>
void compare(const char* what, MakePlan make_plan) {
  const std::uint64_t one = number_in("RINGSIDE_TEST_SEED", 0);
  const std::uint64_t first = one != 0 ? one : 1;
  const std::uint64_t last = one != 0 ? one : number_in("RINGSIDE_TEST_SEEDS", kSeeds);
  Lost all;
  std::uint64_t kept_all = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Lost lost = lost_of(make_plan(seed));
    all.adaptive += lost.adaptive;
    all.exact += lost.exact;
    kept_all += lost.exact == 0 ? 1 : 0;
  }
  // In some of them all can be kept, and in some not.
  if (one == 0) {
    CHECK(kept_all > (last - first) / 10);
    CHECK(all.exact > 0);
  }
  std::printf("%s: %" PRIu64 " seeds, %" PRIu64 " lost, %" PRIu64
              " when exact, which kept all of %" PRIu64 " seeds\n",
              what, last - first + 1, all.adaptive, all.exact, kept_all);
}

} // namespace

TEST_CASE("on a busy machine a traced program that wakeups hold up loses no more without them") {
  compare("calls back to back", [](std::uint64_t seed) {
    Random random(seed);
    Plan plan = plan_with(seed, random);
    plan.loop.count = static_cast<std::uint32_t>(between(random, 10'000, 60'000));
    plan.loop.size = 60;
    // A perf ring's wakeups cost 5 to 20 times as much as a call without, a BPF ring's 2 to 6
    // times.
    plan.loop.quiet_ns = between(random, 350, 700);
    plan.loop.woken_ns = plan.loop.quiet_ns * (plan.type == RingType::perf ? between(random, 5, 20)
                                                                           : between(random, 2, 6));
    const std::uint64_t longest =
        plan.loop.count * std::max(plan.loop.woken_ns, 2 * plan.habits.callback_ns);
    take_away(plan, random, log_between(random, kMs, 25 * kMs), longest + 100 * kMs);
    return plan;
  });
}

TEST_CASE("what is lost while a larger ring is made is told before what comes behind it") {
  Plan plan;
  plan.data_size = 4096 * 64;
  plan.rings.resize(1);
  plan.habits.timeouts_ms = {100};
  plan.map_page_ns = 1100;
  // It goes on when the reader is back. The ring is found busy after a millisecond.
  plan.loop = {.count = 60'000, .quiet_ns = 360, .woken_ns = 3600};
  plan.absences = {{2 * kMs + 100 * kUs, 25 * kMs}};
  const Outcome outcome = carry_out(plan);
  CHECK(outcome.wrong == "");
  CHECK(outcome.lost > 0);
  CHECK(outcome.delivered + outcome.lost == plan.loop.count);
}

TEST_CASE("on a busy machine a load at any rate loses no more than a reader that is woken") {
  compare("offered loads", [](std::uint64_t seed) {
    Random random(seed);
    Plan plan = plan_with(seed, random);
    Pattern pattern;
    pattern.gap_ns = kSecond / log_between(random, 1000, 1'000'000);
    pattern.jitter = random() % 2 == 0 ? 0.1 : 1;
    pattern.size = random() % 4 == 0 ? 508 : 60;
    if (random() % 2 == 0) {
      pattern.on_ns = log_between(random, kMs, 100 * kMs);
      pattern.off_ns = log_between(random, kMs, 100 * kMs);
    }
    plan.add(0, pattern, kMs, kSecond, 100'000);
    plan.finish(300 * kMs);
    take_away(plan, random, log_between(random, kMs, 25 * kMs), plan.end_ns);
    return plan;
  });
}

} // namespace ringside::test
