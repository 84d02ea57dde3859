// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Plan: what BPF programs write and when, and how the program that reads behaves. How it went is
// wakeups_run.hpp's subject.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace ringside::test {

inline constexpr std::uint64_t kUs = 1000;
inline constexpr std::uint64_t kMs = 1000 * kUs;
inline constexpr std::uint64_t kSecond = 1000 * kMs;

using Random = std::mt19937_64;
// between gives a number from `low` to `high`, both possible; log_between is as likely to give one
// from 1 to 10 as from 10 to 100.
std::uint64_t between(Random& random, std::uint64_t low, std::uint64_t high);
std::uint64_t log_between(Random& random, std::uint64_t low, std::uint64_t high);

enum class RingType { perf, bpf };

// One record. Its bytes follow from its ring and number.
struct Planned {
  std::uint64_t begins_ns = 0;
  // When its program has written it: later than it began for a program that is slow.
  std::uint64_t ends_ns = 0;
  std::uint32_t size = 0;
  // When a reader can have it: not before those that stand before it.
  std::uint64_t readable_ns = 0;
};

// Pattern is a load: a record each `gap_ns`, and if off_ns is not 0, in turns of on and off.
struct Pattern {
  std::uint64_t gap_ns = kMs;
  // By how much a gap may be longer or shorter; 1 is up to twice as long.
  double jitter = 0;
  std::uint64_t on_ns = 0;
  std::uint64_t off_ns = 0;
  // A multiple of 8, and 4: so a perf sample is not rounded up.
  std::uint32_t size = 60;
  // Of 1000 records, how many are written by a program that takes its time, up to slow_ns.
  unsigned slow_per_1000 = 0;
  std::uint64_t slow_ns = 200 * kUs;
};

// How the program behaves that reads.
struct Habits {
  // Each poll takes one of them.
  std::vector<int> timeouts_ms = {-1};
  // What a callback takes, and up to what the program does between two calls.
  std::uint64_t callback_ns = 0;
  std::uint64_t away_ns = 0;
  // Of 1000 calls, how many are interrupted, and how many consume instead of polling.
  unsigned interrupted_per_1000 = 0;
  unsigned consume_per_1000 = 0;
  // free: it does nothing but wait and read, so nothing that the reader cannot help is late.
  [[nodiscard]] bool is_free() const { return callback_ns == 0 && away_ns == 0; }
};

// A call that fails when the buffer is there: the nth from then on.
struct Failure {
  const char* call = nullptr;
  unsigned nth = 1;
  bool onwards = true;
  int error = 0;
};

// A traced program that makes one call after another, of which each writes a record. Wakeups hold
// it up.
struct Loop {
  std::uint32_t count = 0;
  std::uint32_t size = 60;
  std::uint64_t begins_ns = kMs;
  std::uint64_t quiet_ns = 500;
  std::uint64_t woken_ns = 8000;
};

// When something else has the reader's CPU.
struct Absence {
  std::uint64_t from_ns = 0;
  std::uint64_t until_ns = 0;
};

struct Plan {
  std::uint64_t seed = 0;
  RingType type = RingType::perf;
  std::size_t data_size = 0;
  // The records of each ring, by number.
  std::vector<std::vector<Planned>> rings;
  // The last record of all, on ring 0, long after the others: so that a poll without end has one.
  std::uint64_t end_ns = 0;
  Habits habits;
  Failure failure;
  // In the place of records on ring 0, and of a last one: the run then ends when the loop has ended
  // and what it wrote is read.
  Loop loop;
  std::vector<Absence> absences;
  // How long the kernel takes to map a page.
  std::uint64_t map_page_ns = 0;
  // RINGSIDE_WAKEUPS, RINGSIDE_MAX_LATENCY_US; nullptr where it is not set.
  const char* wakeups = nullptr;
  const char* latency_us = nullptr;

  // bound_ns is how long a record may wait for a reader that is waiting itself: exact is at once.
  [[nodiscard]] std::uint64_t bound_ns() const;
  [[nodiscard]] std::uint64_t record_count() const;
  // size_of is how large a record is.
  [[nodiscard]] std::uint32_t size_of(std::size_t ring, std::uint32_t number) const {
    return loop.count != 0 ? loop.size : rings[ring][number].size;
  }
  [[nodiscard]] std::string describe() const;

  // add appends what `pattern` gives from `from_ns` to `until_ns`, at most `limit` records, and
  // returns when that ends. Rings are filled forward in time.
  std::uint64_t add(std::size_t ring, const Pattern& pattern, std::uint64_t from_ns,
                    std::uint64_t until_ns, std::uint64_t limit);
  // finish adds the last record, after at least so long a quiet. Nothing may be added behind it.
  void finish(std::uint64_t quiet_ns = 100 * kMs);
};

// plan_of is a plan by chance, always the same for a seed.
Plan plan_of(std::uint64_t seed);

} // namespace ringside::test
