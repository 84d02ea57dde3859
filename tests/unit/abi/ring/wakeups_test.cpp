// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// When buffers are woken, under loads made by hand: in quiet at once and at no cost, under load
// seldom, and never otherwise than the program has asked for.
#include <cerrno>
#include <cstdint>
#include <string_view>

#include <catch2/catch.hpp>

#include "abi/ring/wakeups_run.hpp"

namespace ringside::test {
namespace {

constexpr std::uint64_t kNoLimit = UINT64_MAX;

// A BPF ring is never held back where a burst would fill much of it.
Plan plan_with(RingType type, std::size_t ring_count) {
  Plan plan;
  plan.type = type;
  plan.rings.resize(ring_count);
  plan.data_size = type == RingType::perf ? 1U << 18 : 1U << 20;
  return plan;
}

Pattern per_second(std::uint64_t rate, double jitter = 0) {
  Pattern pattern;
  pattern.gap_ns = kSecond / rate;
  pattern.jitter = jitter;
  return pattern;
}

RingType any_type() {
  return GENERATE(RingType::perf, RingType::bpf);
}

} // namespace

TEST_CASE("at a low rate each record wakes its reader at once") {
  Plan plan = plan_with(any_type(), 2);
  const auto rate = GENERATE(std::uint64_t{10}, 100U, 500U, 800U);
  plan.habits.timeouts_ms = {GENERATE(-1, 100, 1)};
  plan.add(0, per_second(rate, 0.3), kMs, kMs + 2 * kSecond, kNoLimit);
  plan.add(1, per_second(rate / 2, 0.5), kMs, kMs + 2 * kSecond, kNoLimit);
  plan.finish();
  CAPTURE(plan.describe());
  const Outcome outcome = carry_out(plan);
  CHECK(outcome.wrong == "");
  CHECK(outcome.longest_wait_ns() == 0);
  CHECK(outcome.slot_changes == 0);
  CHECK(outcome.events_opened == 0);
}

TEST_CASE("the first record after quiet wakes its reader at once, whatever was before") {
  Plan plan = plan_with(any_type(), 1);
  plan.habits.timeouts_ms = {GENERATE(-1, 100, 1)};
  Pattern pattern = per_second(GENERATE(std::uint64_t{5000}, 50'000U, 1'000'000U));
  pattern.on_ns = 2 * kMs;
  pattern.off_ns = 60 * kMs;
  plan.add(0, pattern, kMs, kSecond, kNoLimit);
  plan.finish();
  CAPTURE(plan.describe());
  const Outcome outcome = carry_out(plan);
  CHECK(outcome.wrong == "");
  REQUIRE(outcome.waited_ns[0].size() == plan.rings[0].size());
  std::uint64_t quiet_until = 0;
  unsigned firsts = 0;
  for (std::size_t i = 0; i < plan.rings[0].size(); ++i) {
    const std::uint64_t at = plan.rings[0][i].begins_ns;
    if (at - quiet_until > 50 * kMs) {
      ++firsts;
      CHECK(outcome.waited_ns[0][i] == 0);
    }
    quiet_until = at;
  }
  CHECK(firsts > 10);
}

TEST_CASE("idle costs nothing: a longer quiet takes no more calls") {
  const auto type = any_type();
  const auto rate = GENERATE(std::uint64_t{3000}, 100'000U, 1'000'000U);
  const auto rings = GENERATE(std::size_t{1}, std::size_t{4});
  const auto run = [&](std::uint64_t quiet_ns) {
    Plan plan = plan_with(type, rings);
    for (std::size_t ring = 0; ring < rings; ++ring)
      plan.add(ring, per_second(rate), kMs, 21 * kMs, 5000);
    plan.finish(quiet_ns);
    CAPTURE(plan.describe());
    Outcome outcome = carry_out(plan);
    CHECK(outcome.wrong == "");
    return outcome;
  };
  const Outcome after_short = run(100 * kMs);
  const Outcome after_long = run(100 * kSecond);
  CHECK(after_long.polls == after_short.polls);
  // But for giving larger rings back, once: a change of the slot, a descriptor less to wait for,
  // and two events to disable. And a poll without end of perf rings looks at CPUs every 10 s.
  const auto more = static_cast<unsigned>(type == RingType::perf ? 4 * rings + 10 : 0);
  CHECK(after_long.calls <= after_short.calls + more);
}

TEST_CASE("idle costs nothing: a poll in quiet is one wait") {
  const auto type = any_type();
  const auto run = [&](std::uint64_t quiet_ns) {
    Plan plan = plan_with(type, 2);
    plan.habits.timeouts_ms = {100};
    plan.add(0, per_second(100'000), kMs, 21 * kMs, kNoLimit);
    plan.add(1, per_second(100'000), kMs, 21 * kMs, kNoLimit);
    plan.finish(quiet_ns);
    return carry_out(plan);
  };
  const Outcome after_short = run(20 * kSecond);
  const Outcome after_long = run(29 * kSecond);
  CHECK(after_short.wrong == "");
  CHECK(after_long.wrong == "");
  CHECK(after_long.polls - after_short.polls == 90);
  CHECK(after_long.calls - after_short.calls == 90);
}

TEST_CASE("exact is a wakeup for each record, and nothing besides") {
  Plan plan = plan_with(any_type(), 2);
  plan.wakeups = "exact";
  plan.habits.timeouts_ms = {-1};
  plan.add(0, per_second(50'000), kMs, 100 * kMs, kNoLimit);
  plan.add(1, per_second(700), kMs, 100 * kMs, kNoLimit);
  plan.finish();
  const Outcome outcome = carry_out(plan);
  CHECK(outcome.wrong == "");
  CHECK(outcome.longest_wait_ns() == 0);
  CHECK(outcome.calls == outcome.waits);
  CHECK(outcome.timers_made == 0);
}

TEST_CASE("under load a reader is woken once a bound") {
  const auto type = any_type();
  Plan plan = plan_with(type, 4);
  const auto rate = GENERATE(std::uint64_t{20'000}, 100'000U, 1'000'000U);
  plan.habits.timeouts_ms = {GENERATE(-1, 100, 1)};
  plan.latency_us = GENERATE(static_cast<const char*>(nullptr), "200");
  const std::uint64_t signalled = type == RingType::perf ? kMs : 100 * kMs;
  const std::uint64_t length = signalled + 20'000 * kSecond / rate;
  plan.add(2, per_second(rate), kMs, kMs + length, kNoLimit);
  plan.finish();
  CAPTURE(plan.describe());
  const Outcome outcome = carry_out(plan);
  CHECK(outcome.wrong == "");
  // Some more until it has found out, and where timeouts come between.
  CHECK(outcome.waits < 2 * length / plan.bound_ns() + signalled * rate / kSecond + 150);
  // The ring that is busy has two more events, and its slot changes there and back. A BPF ring
  // takes nothing.
  CHECK(outcome.events_opened == (type == RingType::perf ? 2 : 0));
  CHECK(outcome.slot_changes == (type == RingType::perf ? 2 : 0));
  CHECK(outcome.timers_made == (type == RingType::perf ? 1 : 0));
  CHECK((type == RingType::perf || outcome.calls == outcome.waits));
}

TEST_CASE("a steady rate does not switch back and forth") {
  Plan plan = plan_with(RingType::perf, 1);
  const auto rate = GENERATE(std::uint64_t{1000}, 1500U, 1900U, 2000U, 2100U, 3000U, 4000U, 6000U);
  const auto jitter = GENERATE(0.0, 0.1, 0.5);
  plan.add(0, per_second(rate, jitter), kMs, 5 * kSecond, kNoLimit);
  plan.finish();
  CAPTURE(plan.describe());
  const Outcome outcome = carry_out(plan);
  CHECK(outcome.wrong == "");
  CHECK(outcome.slot_changes <= 6);
}

TEST_CASE("where coalescing cannot be set up, each record wakes as before") {
  struct Case {
    const char* call;
    int error;
  };
  const auto refused =
      GENERATE(Case{"perf_event_open", EMFILE}, Case{"mmap", EPERM}, Case{"ioctl", EINVAL},
               Case{"map_update", ENOMEM}, Case{"timerfd_create", EMFILE},
               Case{"epoll_ctl", ENOSPC}, Case{"seccomp", EPERM});
  const auto run = [&refused](std::uint64_t length_ns) {
    Plan plan = plan_with(RingType::perf, 2);
    plan.failure.call = refused.call;
    plan.failure.error = refused.error;
    plan.add(0, per_second(100'000), kMs, kMs + length_ns, kNoLimit);
    plan.add(1, per_second(50'000), kMs, kMs + length_ns, kNoLimit);
    plan.finish();
    CAPTURE(plan.describe());
    Outcome outcome = carry_out(plan);
    CHECK(outcome.wrong == "");
    CHECK(outcome.longest_wait_ns() == 0);
    CHECK(outcome.warnings == 0);
    return outcome;
  };
  const Outcome short_load = run(20 * kMs);
  const Outcome long_load = run(60 * kMs);
  // It has been tried, and is not again and again. Under a filter it is not tried.
  const bool tried = std::string_view(refused.call) != "seccomp";
  CHECK((short_load.calls > short_load.waits) == tried);
  CHECK(long_load.calls - long_load.waits == short_load.calls - short_load.waits);
}

} // namespace ringside::test
