// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// struct perf_buffer, the handle, and making one from what any of the constructors was given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <bpf/libbpf.h>

#include "base/array.hpp"
#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "ring/perf_set.hpp"
#include "ring/stats_report.hpp"

// The C tag, incomplete for programs.
struct perf_buffer {
  ringside::HandleMark mark;
  // Where a raw buffer's records go.
  perf_buffer_event_fn event_cb = nullptr;
  void* event_ctx = nullptr;
  ringside::Owned<ringside::PerfSet> set;
  // For LateFrees.
  perf_buffer* next_late = nullptr;
  ringside::StatsReport report;
};

namespace ringside {

// NewPerfBuffer is what a constructor of any release was asked for. Records go to `event_cb` if it
// is set, else by `handler`.
struct NewPerfBuffer {
  const char* function;
  int map_fd = -1;
  std::size_t page_count = 0;
  perf_event_attr* attr = nullptr;
  PerfHandler handler = {};
  perf_buffer_event_fn event_cb = nullptr;
  void* event_ctx = nullptr;
  // The CPUs and map keys that the caller lists; without a list (cpu_count not positive) each
  // online CPU has a ring.
  int cpu_count = 0;
  const int* cpus = nullptr;
  const int* map_keys = nullptr;
};

// make_perf_buffer checks and builds, or returns the error, told in a message.
Result<Owned<perf_buffer>> make_perf_buffer(const NewPerfBuffer& wanted);

// bpf_output_attr is the event that perf_buffer__new opens: a record for each
// bpf_perf_event_output() and a wakeup for each `records_per_wakeup`.
perf_event_attr bpf_output_attr(std::uint32_t records_per_wakeup);

} // namespace ringside
