// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// StatsReport: a buffer's statistics without a word from the program, where RINGSIDE_STATS in the
// environment asks for them.
#pragma once

#include "ring/stats_rows.hpp"

namespace ringside {

// StatsReport is a member of a buffer's handle, behind its set. When it goes away, and when the
// process ends before, it tells what went through the set:
//   RINGSIDE_STATS=1          as a table on standard error
//   RINGSIDE_STATS=FILE.prom  as metrics, of all buffers that the process has had, in a file that
//   is
//                             replaced as a whole
//   RINGSIDE_STATS=FILE       as a table at the end of a file
// What cannot be written gets one warning.
class StatsReport {
public:
  StatsReport() = default;
  StatsReport(const StatsReport&) = delete;
  StatsReport& operator=(const StatsReport&) = delete;
  ~StatsReport();

  // of says which set it is about, which must outlive it. Where nobody asks it does nothing.
  void of(const PerfSet& set);
  void of(const RingbufSet& set);

private:
  friend class StatsReports;

  void begin();
  [[nodiscard]] Result<StatsRows> rows() const;

  const PerfSet* perf_ = nullptr;
  const RingbufSet* bpf_ = nullptr;
  // The list of those that are about something.
  StatsReport* next_ = nullptr;
  StatsReport** place_ = nullptr;
};

} // namespace ringside
