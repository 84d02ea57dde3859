// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Statistics as text: a table for people, and metrics for programs that gather them.
#pragma once

#include "base/text.hpp"
#include "ring/stats_rows.hpp"

namespace ringside {

// Whose statistics they are.
struct Process {
  int id = 0;
  const char* name = "";
};

// table_of is the rings of one buffer, a line for each through which something came, and one for
// all together. `state` says what becomes of the buffer.
Text table_of(const StatsRows& rows, const Process& process, const char* state);

// metrics_of is the rings of several buffers as OpenMetrics 1.0 text, which is Prometheus' older
// text format as well. No two rows may be the same ring.
Text metrics_of(const StatsRows& rows, const Process& process);

} // namespace ringside
