// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// struct perf_buffer, the handle, and making one from what any of the constructors was given.
#pragma once

#include <bpf/libbpf.h>

#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "report/report.hpp"
#include "ring/perf_request.hpp"
#include "ring/perf_set.hpp"

// The C tag, incomplete for programs.
struct perf_buffer {
  ringside::HandleMark mark;
  // Where a raw buffer's records go.
  perf_buffer_event_fn event_cb = nullptr;
  void* event_ctx = nullptr;
  ringside::Owned<ringside::PerfSet> set;
  // For LateFrees.
  perf_buffer* next_late = nullptr;
  ringside::report::Report report;
};

namespace ringside {

// make_perf_buffer makes a buffer whose records go to `event_cb`, or to request.handler if that is
// null. A failure has one message.
Result<Owned<perf_buffer>> make_perf_buffer(PerfRequest request, perf_buffer_event_fn event_cb,
                                            void* event_ctx);

} // namespace ringside
