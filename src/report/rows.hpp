// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Rows: the statistics of a buffer's rings, each with what identifies the ring.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/vector.hpp"
#include "bpf/info.hpp"
#include "ring/perf_set.hpp"
#include "ring/ring_stats.hpp"
#include "ring/ringbuf_set.hpp"

namespace ringside::report {

enum class BufferKind : std::uint8_t { perf, ringbuf };

struct Row {
  BufferKind kind = BufferKind::perf;
  // The ring's number in its buffer, its CPU if it has one, and its map's name.
  std::size_t ring = 0;
  int cpu = -1;
  bpf::MapName map = {};
  RingStats stats;
  // Of the buffer, in the row of its first ring.
  std::uint64_t polls = 0;

  [[nodiscard]] bool same_ring(const Row& other) const {
    return kind == other.kind && ring == other.ring && cpu == other.cpu && map == other.map;
  }
};

using Rows = Vector<Row>;

// rows_of is a row for each ring of a buffer, in order. It fails with ENOMEM alone.
Result<Rows> rows_of(const PerfSet& set);
Result<Rows> rows_of(const RingbufSet& set);

// add_rows adds more rows to `rows`; where both have a row of the same ring, their numbers are
// added up. ENOMEM leaves `rows` as it was.
Result<void> add_rows(Rows& rows, const Rows& more);

} // namespace ringside::report
