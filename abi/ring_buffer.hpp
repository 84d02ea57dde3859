// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// struct ring_buffer, the handle, and how it goes away.
#pragma once

#include <bpf/libbpf.h>

#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "entry.hpp"
#include "ring/bpf_set.hpp"
#include "ring/stats_report.hpp"

// The C tag, incomplete for programs.
struct ring_buffer {
  ringside::HandleMark mark;
  ringside::Owned<ringside::BpfSet> set;
  ring_buffer* next_late = nullptr;
  ringside::StatsReport report;
};

namespace ringside {

// A buffer that one of its own callbacks frees goes later. late_ring_frees carries out what can be
// done by now; `frame` is the stack frame of the function that the program has called. leave_read
// is how each function ends that has read a buffer, or one of its rings.
void late_ring_frees(const void* frame = __builtin_frame_address(0));
template <class Read>
int leave_read(const Entry& entry, const Read& read, const Result<std::size_t>& count,
               const void* frame = __builtin_frame_address(0)) {
  if (read.silenced()) [[unlikely]]
    late_ring_frees(frame);
  return entry.leave(count);
}

} // namespace ringside
