// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingStats: what has gone through a ring, in numbers; and how the ring's reader counts.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/shared_word.hpp"

namespace ringside {

// RingStats is the state of one ring, or of several together. What is counted only grows.
struct RingStats {
  // Records that the handler was given, and bytes of the ring that were read: records with their
  // headers, also those that are for the reader alone.
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  // Records lost for want of room: as the kernel's records of losses said, and beyond that, which
  // none of them has said yet.
  std::uint64_t lost_recorded = 0;
  std::uint64_t lost_unrecorded = 0;
  // Records dropped and stretches skipped because they made no sense, and the bytes of the latter.
  std::uint64_t corrupt = 0;
  std::uint64_t skipped_bytes = 0;
  // How often the kernel named the ring to a wait, how often it was read, and how often it began or
  // ceased to be looked at by the clock.
  std::uint64_t wakeups = 0;
  std::uint64_t reads = 0;
  std::uint64_t switches = 0;
  // Most bytes that waited when a read began.
  std::uint64_t highest_fill = 0;
  // Now: bytes that the kernel can write, and all that there are.
  std::uint64_t free_bytes = 0;
  std::uint64_t size_bytes = 0;
};

// merged is the state of two rings as of one.
constexpr RingStats merged(const RingStats& a, const RingStats& b) {
  return {.records = a.records + b.records,
          .bytes = a.bytes + b.bytes,
          .lost_recorded = a.lost_recorded + b.lost_recorded,
          .lost_unrecorded = a.lost_unrecorded + b.lost_unrecorded,
          .corrupt = a.corrupt + b.corrupt,
          .skipped_bytes = a.skipped_bytes + b.skipped_bytes,
          .wakeups = a.wakeups + b.wakeups,
          .reads = a.reads + b.reads,
          .switches = a.switches + b.switches,
          .highest_fill = std::max(a.highest_fill, b.highest_fill),
          .free_bytes = a.free_bytes + b.free_bytes,
          .size_bytes = a.size_bytes + b.size_bytes};
}

// Counter is a number that one thread at a time changes, and that any may ask for meanwhile: it is
// never seen half-changed, and is in no order with other memory.
class Counter {
public:
  void add(std::uint64_t more) { store_relaxed(value_, value_ + more); }
  void at_least(std::uint64_t value) {
    if (value > value_)
      store_relaxed(value_, value);
  }
  [[nodiscard]] std::uint64_t get() const { return load_relaxed(value_); }

private:
  std::uint64_t value_ = 0;
};

// RingCounters is what a ring's reader counts, a few stores each read: records and bytes when their
// space goes back to the kernel.
struct RingCounters {
  Counter records;
  Counter bytes;
  Counter lost_recorded;
  Counter corrupt;
  Counter skipped_bytes;
  Counter wakeups;
  Counter reads;
  Counter highest_fill;

  // stats is all that was counted, with the rest 0.
  [[nodiscard]] RingStats stats() const {
    return {.records = records.get(),
            .bytes = bytes.get(),
            .lost_recorded = lost_recorded.get(),
            .corrupt = corrupt.get(),
            .skipped_bytes = skipped_bytes.get(),
            .wakeups = wakeups.get(),
            .reads = reads.get(),
            .highest_fill = highest_fill.get()};
  }
};

} // namespace ringside
