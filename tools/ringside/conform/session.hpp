// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Session: runs the conformance program with libraries, on the real and the simulated kernel at the
// same time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/child.hpp"
#include "conform/outcome.hpp"
#include "conform/reading.hpp"
#include "conform/subject.hpp"

namespace ringside::tool::conform {

// What to run, and how.
struct Plan {
  std::filesystem::path program, simulator;
  std::vector<Kernel> kernels;
  std::string release;   // that the libraries are held to; theirs if empty
  std::string pattern;   // part of the names of the cases, or the function they are about
  unsigned seconds = 20; // that a case may take, and loading the library
};

// Progress: cases done in all runs, and the active runs.
struct Progress {
  std::size_t done = 0;
  std::string at; // "1.5.0, real: read.errno_after_success"
};

// list_cases asks the program for its cases. Throws std::runtime_error if it does not run.
std::vector<Case> list_cases(const Plan& plan, Signals& signals);

// run_subjects runs all subjects and returns a column for each. If a library crashes or hangs the
// program, its column says so. Throws Interrupted; leaves no process behind.
std::vector<Column> run_subjects(const Plan& plan, const std::vector<Subject>& subjects,
                                 Signals& signals,
                                 const std::function<void(const Command&)>& starting,
                                 const std::function<void(const Progress&)>& advance);

} // namespace ringside::tool::conform
