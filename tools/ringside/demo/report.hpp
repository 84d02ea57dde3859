// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The demo's report: what each run of the client saw, the table, and the verdict over both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "demo/refusal.hpp"

namespace ringside::tool {

// LegResult: what one run of the client saw.
struct LegResult {
  std::string name;    // "stock" or "ringside"
  std::string library; // the file that served perf_buffer__poll
  std::string version; // of that library
  bool simulated = false;
  std::uint64_t expected = 0;     // records that the traced program caused
  std::uint64_t received = 0;     // different ones of them that arrived
  std::uint64_t lost = 0;         // what the kernel reported as lost
  std::uint64_t repeated = 0;     // arrived again
  std::uint64_t unexpected = 0;   // with a number or a size that was never sent
  std::uint64_t out_of_order = 0; // with a lower number than the one before, on the same CPU
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;        // over the contents, in whatever order
  std::uint64_t polls = 0;           // calls of perf_buffer__poll that found something
  double cpu_ms = 0;                 // of the reader
  std::optional<double> ns_per_call; // of the traced program
  std::optional<double> ns_untraced; // the same before it was traced

  [[nodiscard]] std::uint64_t missing() const { return expected - received; }
};

// Overhead: the cost of tracing for a program that makes traced calls one after the other.
struct Overhead {
  LegResult stock, ringside;
};

struct Report {
  LegResult stock, ringside;
  std::optional<Refusal> refusal;   // why the simulated kernel was used
  std::optional<Overhead> overhead; // on a real kernel
};

// differences: all differences between what both legs saw; empty if there are none.
std::vector<std::string> differences(const Report& report);

// The verdict in one or more lines, the table, and the overhead in a few lines.
std::string verdict_text(const Report& report);
std::string overhead_text(const Overhead& overhead);
std::string table_text(const Report& report);
std::string refusal_text(const Refusal& refusal);

// "12,345".
std::string grouped(std::uint64_t number);

} // namespace ringside::tool
