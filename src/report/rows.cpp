// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Rows: asking each ring, and adding rows up.
#include "report/rows.hpp"

#include <algorithm>

namespace ringside::report {
namespace {

// rows_of_each makes a row for each ring. `complete` sets what only this kind of ring has.
template <class Set, class Complete>
Result<Rows> rows_of_each(BufferKind kind, const Set& set, Complete complete) {
  Rows rows;
  if (const auto added = rows.append_default(set.ring_count()); !added)
    return added.error();
  for (std::size_t index = 0; index < rows.size(); ++index) {
    Row& row = rows[index];
    row.kind = kind;
    row.ring = index;
    row.stats = set.stats(index);
    row.polls = index == 0 ? set.polls() : 0;
    complete(row);
  }
  return rows;
}

// find_ring is the row that is about the same ring as `of`, or the end.
Row* find_ring(Rows& rows, const Row& of) {
  return std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.same_ring(of); });
}

} // namespace

Result<Rows> rows_of(const PerfSet& set) {
  const auto map = bpf::map_info(set.map_fd());
  return rows_of_each(BufferKind::perf, set, [&](Row& row) {
    row.cpu = set.ring(row.ring).cpu();
    if (map)
      row.map = bpf::name_of(*map);
  });
}

Result<Rows> rows_of(const RingbufSet& set) {
  return rows_of_each(BufferKind::ringbuf, set,
                      [&](Row& row) { row.map = set.ring(row.ring).map_name(); });
}

Result<void> add_rows(Rows& rows, const Rows& more) {
  if (const auto room = rows.reserve(rows.size() + more.size()); !room)
    return room;
  for (const Row& row : more) {
    Row* const known = find_ring(rows, row);
    if (known == rows.end()) {
      // There is room for it.
      static_cast<void>(rows.append(row));
      continue;
    }
    // The rings were not there at the same time, or hardly: their memory does not add up.
    const std::uint64_t free_bytes = std::max(known->stats.free_bytes, row.stats.free_bytes);
    const std::uint64_t size_bytes = std::max(known->stats.size_bytes, row.stats.size_bytes);
    known->stats = merged(known->stats, row.stats);
    known->stats.free_bytes = free_bytes;
    known->stats.size_bytes = size_bytes;
    known->polls += row.polls;
  }
  return {};
}

} // namespace ringside::report
