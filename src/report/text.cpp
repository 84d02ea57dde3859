// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Statistics as text: the table, and the table of metrics.
#include "report/text.hpp"

#include <algorithm>
#include <cinttypes>

namespace ringside::report {
namespace {

std::uint64_t lost(const RingStats& stats) {
  return stats.lost_recorded + stats.lost_unrecorded;
}

bool came_through(const RingStats& stats) {
  return stats.bytes + lost(stats) + stats.corrupt + stats.highest_fill != 0;
}

void add_numbers(Text& text, const RingStats& stats, BufferKind kind) {
  text.add("%14" PRIu64 "%16" PRIu64, stats.records, stats.bytes);
  if (kind == BufferKind::perf)
    text.add("%12" PRIu64, lost(stats));
  else
    // A BPF ring does not count losses.
    text.add("%12s", "-");
  text.add("%9" PRIu64 "%12" PRIu64 "%12" PRIu64 "%9" PRIu64 "%12" PRIu64 "%12" PRIu64 "%12" PRIu64
           "\n",
           stats.corrupt, stats.wakeups, stats.reads, stats.switches, stats.highest_fill,
           stats.free_bytes, stats.size_bytes);
}

// Quoted is a text as the value of a label, cut to the length of a name. A byte that may not stand
// in a label, or is not ASCII, becomes a question mark.
struct Quoted {
  explicit Quoted(const char* from) {
    for (std::size_t at = 0; at + 1 < sizeof(text) && from[at] != '\0'; ++at) {
      const char c = from[at];
      text[at] = c < ' ' || c > '~' || c == '"' || c == '\\' ? '?' : c;
    }
  }
  char text[64] = {};
};

// Metric is one number of each ring. OpenMetrics adds _total to the name of a counter.
struct Metric {
  const char* name;
  const char* help;
  const char* unit;
  bool is_counter;
  bool perf_only;
  std::uint64_t (*of)(const Row& row);
};
constexpr Metric kMetrics[] = {
    {"records", "Records that were handed to the program.", nullptr, true, false,
     [](const Row& row) { return row.stats.records; }},
    {"read_bytes", "Bytes of the ring that were read.", "bytes", true, false,
     [](const Row& row) { return row.stats.bytes; }},
    {"lost_records", "Records that the kernel dropped because the ring was full.", nullptr, true,
     true, [](const Row& row) { return lost(row.stats); }},
    {"corrupt", "Records dropped and stretches skipped because they made no sense.", nullptr, true,
     false, [](const Row& row) { return row.stats.corrupt; }},
    {"skipped_bytes", "Bytes of the ring that were skipped because they made no sense.", "bytes",
     true, false, [](const Row& row) { return row.stats.skipped_bytes; }},
    {"wakeups", "Times that the kernel woke the reader for the ring.", nullptr, true, false,
     [](const Row& row) { return row.stats.wakeups; }},
    {"reads", "Times that the ring was read.", nullptr, true, false,
     [](const Row& row) { return row.stats.reads; }},
    {"polls", "Calls of poll, in the row of a buffer's first ring.", nullptr, true, false,
     [](const Row& row) { return row.polls; }},
    {"mode_switches", "Changes between being woken for the ring and looking at it by the clock.",
     nullptr, true, false, [](const Row& row) { return row.stats.switches; }},
    {"highest_fill_bytes", "The most that waited in the ring when it was read.", "bytes", false,
     false, [](const Row& row) { return row.stats.highest_fill; }},
    {"free_bytes", "Bytes of the ring that the kernel can write.", "bytes", false, false,
     [](const Row& row) { return row.stats.free_bytes; }},
    {"size_bytes", "Size of the ring.", "bytes", false, false,
     [](const Row& row) { return row.stats.size_bytes; }},
};

void add_family(Text& text, const Metric& metric, BufferKind kind, const Rows& rows,
                const Process& process) {
  const char* prefix = kind == BufferKind::perf ? "ringside_perf" : "ringside_bpf";
  text.add("# TYPE %s_%s %s\n", prefix, metric.name, metric.is_counter ? "counter" : "gauge");
  if (metric.unit != nullptr)
    text.add("# UNIT %s_%s %s\n", prefix, metric.name, metric.unit);
  text.add("# HELP %s_%s %s\n", prefix, metric.name, metric.help);
  for (const Row& row : rows) {
    if (row.kind != kind)
      continue;
    text.add(R"(%s_%s%s{pid="%d",comm="%s",map="%s",ring="%zu")", prefix, metric.name,
             metric.is_counter ? "_total" : "", process.id, Quoted(process.name).text,
             Quoted(row.map.text).text, row.ring);
    if (kind == BufferKind::perf)
      text.add(R"(,cpu="%d")", row.cpu);
    text.add("} %" PRIu64 "\n", metric.of(row));
  }
}

} // namespace

Text table_of(const Rows& rows, const Process& process, const char* state) {
  Text text;
  if (rows.size() == 0)
    return text;
  const BufferKind kind = rows[0].kind;
  const bool perf = kind == BufferKind::perf;
  text.add("ringside: %s[%d]: a %s %s after %" PRIu64 " polls\n", process.name, process.id,
           perf ? "perf_buffer" : "ring_buffer", state, rows[0].polls);
  text.add("%6s %-16s%4s%14s%16s%12s%9s%12s%12s%9s%12s%12s%12s\n", "ring", "map", perf ? "cpu" : "",
           "records", "bytes", "lost", "corrupt", "wakeups", "reads", "switches", "most-filled",
           "free", "size");
  RingStats all;
  std::size_t idle = 0;
  for (const Row& row : rows) {
    all = merged(all, row.stats);
    if (!came_through(row.stats)) {
      ++idle;
      continue;
    }
    text.add("%6zu %-16s", row.ring, row.map.text);
    if (perf)
      text.add("%4d", row.cpu);
    else
      text.add("%4s", "");
    add_numbers(text, row.stats, kind);
  }
  text.add("%6s %-16s%4s", "all", "", "");
  add_numbers(text, all, kind);
  if (idle != 0)
    text.add("ringside: through %zu of %zu rings nothing came\n", idle, rows.size());
  return text;
}

Text metrics_of(const Rows& rows, const Process& process) {
  Text text;
  for (const BufferKind kind : {BufferKind::perf, BufferKind::ringbuf}) {
    if (std::none_of(rows.begin(), rows.end(), [&](const Row& row) { return row.kind == kind; }))
      continue;
    for (const Metric& metric : kMetrics)
      if (kind == BufferKind::perf || !metric.perf_only)
        add_family(text, metric, kind, rows, process);
  }
  text.add("# EOF\n");
  return text;
}

} // namespace ringside::report
