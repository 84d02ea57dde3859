// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// struct ring_buffer, the handle.
#pragma once

#include <bpf/libbpf.h>

#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "report/report.hpp"
#include "ring/ringbuf_set.hpp"

// The C tag, incomplete for programs.
struct ring_buffer {
  ringside::HandleMark mark;
  ringside::Owned<ringside::RingbufSet> set;
  // For LateFrees.
  ring_buffer* next_late = nullptr;
  ringside::report::Report report;
};
