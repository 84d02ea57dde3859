// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Results as text for a terminal, as a page, as Markdown, and as JUnit's XML. Pure: from outcomes
// to strings.
#pragma once

#include <string>
#include <vector>

#include "conform/outcome.hpp"

namespace ringside::tool::conform {

// Results: cases, and all columns: those of this run, and before them what is recorded of others.
struct Results {
  std::vector<Case> cases;
  std::vector<Column> columns;
};

// What a library was run on: its file, release, kernels, and what kept it from being run.
std::string head_text(const Column& column);

// One library by function: cases, passed, differ, failed, skipped, and below the table why.
std::string table_text(const Column& column, const std::vector<Case>& cases);

// Functions by libraries, in each cell how many cases passed.
std::string matrix_text(const Results& results);

// The libraries against releases of the stock library.
std::string agreement_text(const Results& results);

// Each case that is not as it should be, with what it has to say. Nothing if there is none.
std::string failures_text(const Results& results);

// A page that needs nothing beside it and no scripts; the page docs/conformance.md; a file for CI.
std::string html(const Results& results);
std::string markdown(const Results& results);
std::string junit(const Results& results);

} // namespace ringside::tool::conform
