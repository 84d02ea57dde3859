// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Report: the statistics of a buffer, written down without the program's help where RINGSIDE_STATS
// in the environment asks for them.
#pragma once

#include "report/rows.hpp"

namespace ringside::report {

// A Report is a member of a buffer's handle, behind its set. When it is destroyed, or when the
// process ends before that, it writes what went through the set:
//   RINGSIDE_STATS=1          a table on standard error
//   RINGSIDE_STATS=FILE.prom  metrics of all buffers that the process has had, in a file that is
//                             replaced as a whole
//   RINGSIDE_STATS=FILE       a table at the end of a file
// If that fails, there is one warning.
class Report {
public:
  Report() = default;
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  ~Report();

  // begin sets what the report is about. The set must outlive it. Without the variable it does
  // nothing.
  void begin(const PerfSet& set);
  void begin(const RingbufSet& set);

private:
  friend class Reports;

  void add_to_list();
  [[nodiscard]] Result<Rows> rows() const;

  const PerfSet* perf_ = nullptr;
  const RingbufSet* ringbuf_ = nullptr;
  // Its place in the list of all reports that have begun.
  Report* next_ = nullptr;
  Report** place_ = nullptr;
};

} // namespace ringside::report
