// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Statistics as text: a table for people, and metrics for programs that gather them.
#pragma once

#include "base/text.hpp"
#include "report/rows.hpp"

namespace ringside::report {

// The process that the statistics are about.
struct Process {
  int id = 0;
  const char* name = "";
};

// table_of is a table of one buffer: a line for each ring that something came through, and one for
// all rings together. `state` says what happened to the buffer.
Text table_of(const Rows& rows, const Process& process, const char* state);

// metrics_of is the rings of several buffers as OpenMetrics 1.0 text, which is also valid in the
// older text format of Prometheus. No two rows may be about the same ring.
Text metrics_of(const Rows& rows, const Process& process);

} // namespace ringside::report
