// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// StatsRows: asking each ring, and adding up.
#include "ring/stats_rows.hpp"

#include <algorithm>

namespace ringside {
namespace {

// rows_of_each makes a row for each ring and has `tell` say what is special about it.
template <class Set, class Tell>
Result<StatsRows> rows_of_each(BufferKind kind, const Set& set, Tell tell) {
  auto rows = StatsRows::of_size(set.ring_count());
  if (!rows)
    return rows;
  for (std::size_t index = 0; index < rows->size(); ++index) {
    StatsRow& row = (*rows)[index];
    row.kind = kind;
    row.ring = index;
    row.stats = set.stats(index);
    row.polls = index == 0 ? set.polls() : 0;
    tell(row);
  }
  return rows;
}

// find_ring is the row among these of the same ring as another's, or `end`.
StatsRow* find_ring(StatsRow* begin, StatsRow* end, const StatsRow& of) {
  return std::find_if(begin, end, [&](const StatsRow& row) { return row.same_ring(of); });
}

} // namespace

Result<StatsRows> rows_of(const PerfSet& set) {
  const auto map = bpf::map_info(set.map_fd());
  return rows_of_each(BufferKind::perf, set, [&](StatsRow& row) {
    row.cpu = set.ring(row.ring).cpu();
    if (map)
      row.map = bpf::name_of(*map);
  });
}

Result<StatsRows> rows_of(const RingbufSet& set) {
  return rows_of_each(BufferKind::bpf, set,
                      [&](StatsRow& row) { row.map = set.ring(row.ring).map_name(); });
}

Result<void> add_rows(StatsRows& rows, const StatsRows& more) {
  const auto added = std::count_if(more.begin(), more.end(), [&](const StatsRow& row) {
    return find_ring(rows.begin(), rows.end(), row) == rows.end();
  });
  auto all = StatsRows::of_size(rows.size() + static_cast<std::size_t>(added));
  if (!all)
    return all.error();
  StatsRow* next = std::copy(rows.begin(), rows.end(), all->begin());
  for (const StatsRow& row : more) {
    StatsRow* const known = find_ring(all->begin(), next, row);
    if (known == next) {
      *next++ = row;
      continue;
    }
    // One ring at a time, or nearly so: their memory does not add up.
    const std::uint64_t free_bytes = std::max(known->stats.free_bytes, row.stats.free_bytes);
    const std::uint64_t size_bytes = std::max(known->stats.size_bytes, row.stats.size_bytes);
    known->stats = merged(known->stats, row.stats);
    known->stats.free_bytes = free_bytes;
    known->stats.size_bytes = size_bytes;
    known->polls += row.polls;
  }
  rows = std::move(*all);
  return {};
}

} // namespace ringside
