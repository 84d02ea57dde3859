// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Plan: putting loads together, by hand and by chance.
#include "abi/ring/wakeups_plan.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <sstream>
#include <string_view>

namespace ringside::test {
namespace {

constexpr std::uint64_t kDefaultBoundUs = 500;
constexpr std::uint64_t kRecordsInPhase = 4000;
constexpr std::uint32_t kLeastRecord = 20;

template <class T>
T one_of(Random& random, const std::vector<T>& choices) {
  return choices[between(random, 0, choices.size() - 1)];
}

bool one_in(Random& random, std::uint64_t count) {
  return between(random, 1, count) == 1;
}

// A perf sample's size that is not rounded up: with the four bytes before it a multiple of 8.
std::uint32_t whole(std::uint64_t size) {
  return static_cast<std::uint32_t>(size / 8 * 8 + 4);
}

Pattern any_pattern(Random& random, const Plan& plan) {
  Pattern pattern;
  pattern.gap_ns = kSecond / log_between(random, 10, 1'000'000);
  pattern.jitter = one_of<double>(random, {0, 0.1, 1});
  if (one_in(random, 2)) {
    pattern.on_ns = log_between(random, 100 * kUs, 100 * kMs);
    pattern.off_ns = log_between(random, 100 * kUs, 100 * kMs);
  }
  // A burst: as fast as programs can write, which is about 300 ns a record.
  if (one_in(random, 4)) {
    pattern.gap_ns = between(random, 300, 1000);
    pattern.on_ns = log_between(random, 1 * kUs, 1 * kMs);
    pattern.off_ns = log_between(random, 100 * kUs, 100 * kMs);
  }
  const std::uint64_t largest = std::min<std::uint64_t>(plan.data_size / 3, 4000);
  const bool large = one_in(random, 8);
  pattern.size = whole(between(random, kLeastRecord, large ? largest : 120));
  if (one_in(random, 4) && !large) {
    pattern.slow_per_1000 = 20;
    // Short of what fills a small ring.
    pattern.slow_ns = std::min<std::uint64_t>(200 * kUs, plan.data_size);
  }
  return pattern;
}

Failure any_failure(Random& random) {
  struct Kind {
    const char* call;
    int error;
    bool later;
  };
  // What sets coalescing up fails from the first call on. A slot can fail to change at any time.
  const auto kind = one_of<Kind>(random, {{"perf_event_open", EMFILE, false},
                                          {"ioctl", EINVAL, false},
                                          {"timerfd_create", EMFILE, false},
                                          {"timerfd_settime", EPERM, false},
                                          {"epoll_ctl", ENOSPC, false},
                                          {"map_update", ENOMEM, true}});
  Failure failure;
  failure.call = kind.call;
  failure.error = kind.error;
  if (kind.later) {
    failure.nth = static_cast<unsigned>(between(random, 1, 6));
    failure.onwards = one_in(random, 2);
  }
  return failure;
}

Habits any_habits(Random& random) {
  Habits habits;
  habits.timeouts_ms = one_of<std::vector<int>>(
      random, {{-1}, {-1}, {100}, {1}, {0}, {-1, 0, 1, 100}, {-1, 100}, {1, 100}});
  if (one_in(random, 4))
    habits.callback_ns = one_of<std::uint64_t>(random, {100, 1000, 20 * kUs});
  const bool spins = std::ranges::count(habits.timeouts_ms, 0) != 0;
  if (spins || one_in(random, 4))
    habits.away_ns = log_between(random, 20 * kUs, 1 * kMs);
  if (one_in(random, 6))
    habits.interrupted_per_1000 = 20;
  if (one_in(random, 6))
    habits.consume_per_1000 = 50;
  return habits;
}

} // namespace

std::uint64_t between(Random& random, std::uint64_t low, std::uint64_t high) {
  // Not a distribution of the library's, which are not the same everywhere.
  return low + random() % (high - low + 1);
}

std::uint64_t log_between(Random& random, std::uint64_t low, std::uint64_t high) {
  const double steps = std::log(static_cast<double>(high) / static_cast<double>(low));
  const double part = static_cast<double>(random() >> 11) * 0x1p-53;
  return static_cast<std::uint64_t>(static_cast<double>(low) * std::exp(part * steps));
}

std::uint64_t Plan::bound_ns() const {
  if (wakeups != nullptr && std::string_view(wakeups) == "exact")
    return 0;
  const std::uint64_t bound =
      kUs * (latency_us != nullptr ? std::strtoull(latency_us, nullptr, 10) : kDefaultBoundUs);
  // BPF rings are looked at in whole milliseconds, half of one early or late.
  return type == RingType::perf ? bound : std::max(bound / kMs * kMs, kMs) + kMs / 2;
}

std::uint64_t Plan::record_count() const {
  return std::accumulate(rings.begin(), rings.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& ring) { return sum + ring.size(); });
}

std::string Plan::describe() const {
  std::ostringstream text;
  text << "seed " << seed << ": " << (type == RingType::perf ? "perf" : "BPF") << ", "
       << rings.size() << " rings of " << data_size << " bytes, " << record_count()
       << " records in " << end_ns / kMs << " ms, timeouts";
  for (const int timeout : habits.timeouts_ms)
    text << ' ' << timeout;
  text << ", callback " << habits.callback_ns << " ns, away " << habits.away_ns << " ns";
  if (failure.call != nullptr)
    text << ", " << failure.call << " fails at " << failure.nth
         << (failure.onwards ? " and from then on" : "");
  if (wakeups != nullptr)
    text << ", RINGSIDE_WAKEUPS=" << wakeups;
  if (latency_us != nullptr)
    text << ", RINGSIDE_MAX_LATENCY_US=" << latency_us;
  return text.str();
}

std::uint64_t Plan::add(std::size_t ring, const Pattern& pattern, std::uint64_t from_ns,
                        std::uint64_t until_ns, std::uint64_t limit) {
  std::vector<Planned>& records = rings[ring];
  // A seed of its own for each stretch: what one has drawn does not move the others.
  Random random(seed ^ (from_ns * rings.size() + ring + 1) * 0x9e3779b97f4a7c15U);
  // Programs of one CPU run one after another, those that write a BPF ring may be on any.
  const bool one_cpu = type == RingType::perf;
  std::uint64_t readable = records.empty() ? 0 : records.back().readable_ns;
  std::uint64_t at = from_ns;
  std::uint64_t turn = from_ns;
  while (at < until_ns && limit-- > 0) {
    Planned record;
    record.begins_ns = record.ends_ns = at;
    record.size = pattern.size;
    // One at a time: what stands behind one in a BPF ring fills it.
    if (at >= readable && between(random, 1, 1000) <= pattern.slow_per_1000)
      record.ends_ns += between(random, 1, pattern.slow_ns);
    record.readable_ns = readable = std::max(readable, record.ends_ns);
    records.push_back(record);
    auto gap = static_cast<std::uint64_t>(
        static_cast<double>(pattern.gap_ns) *
        (1 - pattern.jitter + 2 * pattern.jitter * static_cast<double>(random() >> 11) * 0x1p-53));
    at = (one_cpu ? record.ends_ns : at) + std::max<std::uint64_t>(gap, 1);
    if (pattern.off_ns != 0 && at >= turn + pattern.on_ns) {
      turn = std::max(at, turn + pattern.on_ns + pattern.off_ns);
      at = turn;
    }
  }
  return std::max(at, readable + 1);
}

void Plan::finish(std::uint64_t quiet_ns) {
  std::uint64_t last = 0;
  for (const auto& ring : rings)
    if (!ring.empty())
      last = std::max(last, ring.back().readable_ns);
  // By then a reader with slow callbacks has caught up.
  end_ns = last + quiet_ns + record_count() * habits.callback_ns;
  rings[0].push_back({end_ns, end_ns, kLeastRecord, end_ns});
}

Plan plan_of(std::uint64_t seed) {
  Random random(seed);
  Plan plan;
  plan.seed = seed;
  plan.type = one_in(random, 2) ? RingType::perf : RingType::bpf;
  plan.data_size = plan.type == RingType::perf
                       ? 4096 * one_of<std::size_t>(random, {1, 8, 64, 64, 256})
                       : one_of<std::size_t>(random, {4096, 8192, 65536, 1048576});
  plan.rings.resize(one_of<std::size_t>(random, {1, 1, 2, 4, 16}));
  plan.habits = any_habits(random);
  if (one_in(random, 4))
    plan.failure = any_failure(random);
  plan.wakeups = one_of<const char*>(random, {nullptr, nullptr, nullptr, "adaptive", "exact"});
  plan.latency_us = one_of<const char*>(random, {nullptr, nullptr, "100", "500", "2000"});
  const std::uint64_t phases = between(random, 1, 4);
  std::uint64_t from = between(random, 1, 10 * kMs);
  for (std::uint64_t phase = 0; phase < phases; ++phase) {
    // Few rings are busy.
    const std::uint64_t busy = between(random, 1, std::min<std::uint64_t>(plan.rings.size(), 3));
    std::vector<std::size_t> order(plan.rings.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    std::uint64_t until = from;
    for (std::uint64_t i = 0; i < busy; ++i) {
      const std::uint64_t length = log_between(random, 1 * kMs, 1 * kSecond);
      until = std::max(until, plan.add(order[i], any_pattern(random, plan), from, from + length,
                                       kRecordsInPhase / busy));
    }
    from = until + (one_in(random, 2) ? 0 : log_between(random, 100 * kUs, 300 * kMs));
  }
  plan.finish();
  return plan;
}

} // namespace ringside::test
