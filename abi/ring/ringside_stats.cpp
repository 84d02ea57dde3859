// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What <ringside/ringside.h> adds: asking for statistics.
#include <ringside/ringside.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "abi/boundary/entry.hpp"
#include "abi/ring/check_handle.hpp"
#include "abi/ring/perf_buffer.hpp"
#include "abi/ring/ring_buffer.hpp"
#include "base/log.hpp"
#include "base/result.hpp"

using ringside::check_handle;
using ringside::Entry;
using ringside::Errno;
using ringside::log;
using ringside::LogLevel;
using ringside::Result;
using ringside::RingStats;

namespace {

Result<void> check_index(const char* function, std::size_t index, std::size_t count) {
  if (index < count || index == RINGSIDE_ALL_RINGS)
    return {};
  log(LogLevel::warn, "%s: idx is %zu, but there are %zu rings, numbered from 0\n", function, index,
      count);
  return Errno(EINVAL);
}

// check_room succeeds if a caller's struct has room for at least its first number.
Result<void> check_room(const char* function, const ringside_stats* stats) {
  constexpr std::size_t kLeast = offsetof(ringside_stats, records) + sizeof(stats->records);
  if (stats == nullptr) {
    log(LogLevel::warn, "%s: stats is NULL\n", function);
    return Errno(EINVAL);
  }
  if (stats->sz < kLeast) {
    log(LogLevel::warn, "%s: stats->sz is %zu, but it takes %zu to hold anything\n", function,
        stats->sz, kLeast);
    return Errno(EINVAL);
  }
  return {};
}

ringside_stats as_told(const RingStats& stats, std::uint64_t polls, int cpu, int map_fd) {
  return {.sz = 0,
          .records = stats.records,
          .bytes = stats.bytes,
          .lost_recorded = stats.lost_recorded,
          .lost_unrecorded = stats.lost_unrecorded,
          .corrupt = stats.corrupt,
          .skipped = stats.skipped_bytes,
          .wakeups = stats.wakeups,
          .reads = stats.reads,
          .polls = polls,
          .switches = stats.switches,
          .highest_fill = stats.highest_fill,
          .free_space = stats.free_bytes,
          .size = stats.size_bytes,
          .cpu = cpu,
          .map_fd = map_fd};
}

// fill copies as much as the caller's struct holds, and sets the rest of that struct to zero.
void fill(ringside_stats* into, ringside_stats stats) {
  const std::size_t size = into->sz;
  stats.sz = size;
  auto* const bytes = reinterpret_cast<char*>(into);
  const std::size_t known = std::min(size, sizeof(stats));
  std::memcpy(bytes, &stats, known);
  std::memset(bytes + known, 0, size - known);
}

// answer is what both functions do. `told` takes the set behind a handle, and gives the numbers of
// one of its rings.
template <class Handle, class Told>
int answer(const char* function, const Handle* handle, std::size_t index, ringside_stats* stats,
           Told told) {
  const Entry entry;
  if (const auto checked = check_handle(function, handle); !checked)
    return entry.fail(checked.error());
  if (const auto checked = check_room(function, stats); !checked)
    return entry.fail(checked.error());
  const auto& set = *handle->set;
  if (const auto checked = check_index(function, index, set.ring_count()); !checked)
    return entry.fail(checked.error());
  fill(stats, index == RINGSIDE_ALL_RINGS ? as_told(set.stats(), set.polls(), -1, -1) : told(set));
  return entry.give(0);
}

} // namespace

extern "C" RINGSIDE_API int ringside_perf_buffer__stats(const struct perf_buffer* pb, size_t idx,
                                                        struct ringside_stats* stats) {
  return answer(__func__, pb, idx, stats, [idx](const ringside::PerfSet& set) {
    return as_told(set.stats(idx), set.polls(), set.ring(idx).cpu(), -1);
  });
}

extern "C" RINGSIDE_API int ringside_ring_buffer__stats(const struct ring_buffer* rb, size_t idx,
                                                        struct ringside_stats* stats) {
  return answer(__func__, rb, idx, stats, [idx](const ringside::RingbufSet& set) {
    return as_told(set.stats(idx), set.polls(), -1, set.ring(idx).map_fd());
  });
}
