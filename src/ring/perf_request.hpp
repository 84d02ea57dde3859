// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfRequest: what a program asks for when it makes a perf_buffer, and the rings that come of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/owned.hpp"
#include "ring/perf_ring.hpp"
#include "ring/perf_set.hpp"

namespace ringside {

struct PerfRequest {
  // The function that was called, for messages.
  const char* function;
  int map_fd = -1;
  std::size_t page_count = 0;
  perf_event_attr* attr = nullptr;
  PerfHandler handler = {};
  // The CPUs and map keys that the caller lists; without a list (cpu_count not positive) each
  // online CPU has a ring.
  int cpu_count = 0;
  const int* cpus = nullptr;
  const int* map_keys = nullptr;

  // open checks the request and makes the rings: each as large as the program asks, or as the user
  // of the program does in the environment. A failure is said in a message.
  [[nodiscard]] Result<Owned<PerfSet>> open() const;
};

// bpf_output_attr is the event that perf_buffer__new opens: a record for each
// bpf_perf_event_output() and a wakeup for each `records_per_wakeup`.
perf_event_attr bpf_output_attr(std::uint32_t records_per_wakeup);

} // namespace ringside
