// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Settings: what each variable can be, what is told of what it cannot be, and the size of rings
// that follows.
#include "ring/settings.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "variable.hpp"

namespace ringside::test {
namespace {

constexpr char kPerCpu[] = "RINGSIDE_PERF_BYTES_PER_CPU";
constexpr char kTotal[] = "RINGSIDE_PERF_BYTES_TOTAL";
constexpr char kLatency[] = "RINGSIDE_MAX_LATENCY_US";
constexpr char kWakeups[] = "RINGSIDE_WAKEUPS";
constexpr char kFollowCpus[] = "RINGSIDE_FOLLOW_CPUS";
constexpr char kBusy[] = "RINGSIDE_BUSY_BYTES_TOTAL";
constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kMiB = 1 << 20;

} // namespace

TEST_CASE("without variables, settings are the defaults") {
  const Settings settings = Settings::from_environment();
  CHECK(settings.max_latency_ns == 500'000);
  CHECK(settings.follow_cpus);
  CHECK(settings.busy_bytes_total == 64 * kMiB);
  CHECK(settings.perf_bytes_per_cpu == 0);
  CHECK(settings.perf_bytes_total == 0);
  CHECK(settings.perf_data_size(4, kPage) == 0);
}

TEST_CASE("in a process that a filter confines, what the user has not decided on is as stock") {
  Messages messages;
  const auto confined = [] {
    Settings settings = Settings::from_environment();
    settings.confine();
    return settings;
  };
  CHECK(confined().max_latency_ns == 0);
  CHECK_FALSE(confined().follow_cpus);
  {
    const Variable wakeups(kWakeups, "adaptive");
    CHECK(confined().max_latency_ns == 500'000);
    CHECK_FALSE(confined().follow_cpus);
  }
  {
    const Variable follow(kFollowCpus, "on");
    CHECK(confined().max_latency_ns == 0);
    CHECK(confined().follow_cpus);
  }
  const Variable wakeups(kWakeups, "exact");
  const Variable follow(kFollowCpus, "off");
  CHECK(Settings::from_environment().max_latency_ns == 0);
  CHECK_FALSE(Settings::from_environment().follow_cpus);
  CHECK(messages.warnings() == 0);
}

TEST_CASE("a number of bytes is plain, or with a suffix of powers of 1024") {
  struct Case {
    const char* text;
    std::uint64_t bytes;
  };
  const auto [text, bytes] =
      GENERATE(Case{"1", 1}, Case{"4096", 4096}, Case{"64K", 64 << 10}, Case{"4M", 4 * kMiB},
               Case{"1G", 1024 * kMiB}, Case{"1024G", kMiB * kMiB}, Case{"007K", 7 << 10},
               Case{"1099511627776", kMiB * kMiB});
  CAPTURE(text);
  Messages messages;
  {
    const Variable variable(kPerCpu, text);
    CHECK(Settings::from_environment().perf_bytes_per_cpu == bytes);
    CHECK(Settings::from_environment().perf_bytes_total == 0);
  }
  const Variable variable(kTotal, text);
  CHECK(Settings::from_environment().perf_bytes_total == bytes);
  CHECK(Settings::from_environment().perf_bytes_per_cpu == 0);
  CHECK(messages.warnings() == 0);
}

TEST_CASE("a latency is in microseconds, and exact wakeups have none") {
  Messages messages;
  const Variable latency(kLatency, "1000000");
  CHECK(Settings::from_environment().max_latency_ns == 1'000'000'000);
  const Variable adaptive(kWakeups, "adaptive");
  CHECK(Settings::from_environment().max_latency_ns == 1'000'000'000);
  const Variable exact(kWakeups, "exact");
  CHECK(Settings::from_environment().max_latency_ns == 0);
  CHECK(messages.warnings() == 0);
}

TEST_CASE("a value that a variable cannot have is told once, and the default holds") {
  struct Case {
    const char* name;
    const char* text;
  };
  const auto [name, text] = GENERATE(
      Case{kPerCpu, ""}, Case{kPerCpu, "0"}, Case{kPerCpu, "0K"}, Case{kPerCpu, "-1"},
      Case{kPerCpu, "+1"}, Case{kPerCpu, " 1"}, Case{kPerCpu, "1 "}, Case{kPerCpu, "4MB"},
      Case{kPerCpu, "4m"}, Case{kPerCpu, "M"}, Case{kPerCpu, "0x10"}, Case{kPerCpu, "1.5M"},
      Case{kPerCpu, "1025G"}, Case{kPerCpu, "1099511627777"}, Case{kPerCpu, "9223372036854775808"},
      Case{kPerCpu, "18446744073709551615"}, Case{kPerCpu, "18446744073709551616"},
      Case{kPerCpu, "18014398509481984K"}, Case{kTotal, "0"}, Case{kTotal, "much"},
      Case{kLatency, "0"}, Case{kLatency, "1000001"}, Case{kLatency, "5ms"}, Case{kLatency, "-5"},
      Case{kWakeups, ""}, Case{kWakeups, "EXACT"}, Case{kWakeups, "exactly"}, Case{kFollowCpus, ""},
      Case{kFollowCpus, "no"}, Case{kFollowCpus, "ON"}, Case{kBusy, "0"}, Case{kBusy, "all"});
  CAPTURE(name, text);
  Messages messages;
  const Variable variable(name, text);
  for (int i = 0; i < 3; ++i) {
    const Settings settings = Settings::from_environment();
    CHECK(settings.max_latency_ns == 500'000);
    CHECK(settings.follow_cpus);
    CHECK_FALSE(settings.wakeups_decided);
    CHECK_FALSE(settings.follow_cpus_decided);
    CHECK(settings.busy_bytes_total == 64 * kMiB);
    CHECK(settings.perf_data_size(4, kPage) == 0);
  }
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::StartsWith(std::string(name) + " is '" + text + "', but"));
}

TEST_CASE("another wrong value is told, too") {
  Messages messages;
  for (const char* text : {"one wrong value", "one wrong value", "another"}) {
    const Variable variable(kPerCpu, text);
    Settings::from_environment();
  }
  CHECK(messages.warnings() == 2);
  CHECK_THAT(messages.last(), Catch::Contains("'another'"));
}

TEST_CASE("a ring's size is a power of two of pages: rounded up for one, down for a share") {
  struct Case {
    std::uint64_t per_cpu;
    std::uint64_t total;
    std::size_t rings;
    std::size_t size;
  };
  const auto [per_cpu, total, rings, size] =
      GENERATE(Case{1, 0, 4, kPage}, Case{kPage, 0, 4, kPage}, Case{kPage + 1, 0, 4, 2 * kPage},
               Case{3 * kPage, 0, 1, 4 * kPage}, Case{4 * kMiB, 0, 64, 4 * kMiB},
               // The sum stays within the budget.
               Case{0, 4 * kPage, 4, kPage}, Case{0, 8 * kPage - 1, 4, kPage},
               Case{0, 4 * kMiB, 3, kMiB}, Case{0, kPage, 1, kPage}, Case{0, 4 * kMiB, 0, 4 * kMiB},
               // Less than a page each: as the program asked.
               Case{0, 4 * kPage - 1, 4, 0}, Case{kMiB, kPage, 2, 0},
               // The smaller of both.
               Case{kMiB, 8 * kMiB, 4, kMiB}, Case{4 * kMiB, 8 * kMiB, 4, 2 * kMiB});
  CAPTURE(per_cpu, total, rings);
  Settings settings;
  settings.perf_bytes_per_cpu = per_cpu;
  settings.perf_bytes_total = total;
  CHECK(settings.perf_data_size(rings, kPage) == size);
}

TEST_CASE("a ring's size can be added to and compared, however much was wanted") {
  Settings settings;
  settings.perf_bytes_per_cpu = kMiB * kMiB;
  const std::size_t size = settings.perf_data_size(1, kPage);
  CHECK(size == (sizeof(size) == 8 ? static_cast<std::size_t>(kMiB * kMiB) : std::size_t{1} << 30));
}

} // namespace ringside::test
