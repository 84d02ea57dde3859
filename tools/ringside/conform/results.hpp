// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Results as text for a terminal, as a page, as Markdown, and as JUnit XML: from outcomes to
// strings, without I/O.
#pragma once

#include <string>
#include <vector>

#include "conform/outcome.hpp"

namespace ringside::tool::conform {

// Results: cases and columns. The recorded columns come first, then those of this run.
struct Results {
  std::vector<Case> cases;
  std::vector<Column> columns;
};

// How a library was run: its file, release, kernels, and why it did not run.
std::string head_text(const Column& column);

// One library, by function: cases, passed, differ, failed, skipped; the reasons below the table.
std::string table_text(const Column& column, const std::vector<Case>& cases);

// A row for each function and a column for each library; a cell says how many cases passed.
std::string matrix_text(const Results& results);

// The libraries against releases of the stock library.
std::string agreement_text(const Results& results);

// Each case that failed, with its messages. Nothing if none failed.
std::string failures_text(const Results& results);

// A page without other files and scripts; the page docs/conformance.md; a file for CI.
std::string html(const Results& results);
std::string markdown(const Results& results);
std::string junit(const Results& results);

} // namespace ringside::tool::conform
