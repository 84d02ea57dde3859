// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// StatsRows: the statistics of a buffer's rings, each with what tells the ring from others.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/array.hpp"
#include "bpf/info.hpp"
#include "ring/perf_set.hpp"
#include "ring/ring_stats.hpp"
#include "ring/ringbuf_set.hpp"

namespace ringside {

enum class BufferKind : std::uint8_t { perf, bpf };

struct StatsRow {
  BufferKind kind = BufferKind::perf;
  // The ring's number in its buffer, its CPU if it has one, and its map's name.
  std::size_t ring = 0;
  int cpu = -1;
  bpf::MapName map = {};
  RingStats stats;
  // Of the buffer, in the row of its first ring.
  std::uint64_t polls = 0;

  [[nodiscard]] bool same_ring(const StatsRow& other) const {
    return kind == other.kind && ring == other.ring && cpu == other.cpu && map == other.map;
  }
};

using StatsRows = Array<StatsRow>;

// rows_of is the rings of a buffer, in order. ENOMEM.
Result<StatsRows> rows_of(const PerfSet& set);
Result<StatsRows> rows_of(const RingbufSet& set);

// add_rows puts more rings to those that there are: what is the same ring is added to it. Without
// memory nothing changes: ENOMEM.
Result<void> add_rows(StatsRows& rows, const StatsRows& more);

} // namespace ringside
