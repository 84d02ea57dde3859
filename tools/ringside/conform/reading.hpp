// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reads the output of the conformance program, and the file of recorded outcomes.
#pragma once

#include <string>
#include <vector>

#include "conform/outcome.hpp"

namespace ringside::tool::conform {

// read_cases reads the output of `conform --list`. Throws std::runtime_error at any other line.
std::vector<Case> read_cases(const std::string& text);

// RunReader reads the output of a run, line by line.
class RunReader {
public:
  // `seconds` have passed since the line before. Lines of an unknown form are skipped: the library
  // may have printed them.
  void take(const std::string& line, double seconds);

  [[nodiscard]] bool begun() const { return begun_; } // the program has said what it runs on
  [[nodiscard]] bool ended() const { return ended_; } // and has told its sums
  [[nodiscard]] const std::string& last_case() const { return last_; }
  [[nodiscard]] const Run& run() const { return run_; }
  [[nodiscard]] std::size_t count() const { return run_.outcomes.size(); }

private:
  Run run_;
  std::string last_; // the newest case
  bool begun_ = false, ended_ = false;
};

// Record: outcomes of libraries that this machine need not have.
struct Record {
  std::vector<Case> cases;
  std::vector<Column> columns;
};

// record_text and read_record are inverse for the words of outcomes. read_record throws
// std::runtime_error if the text is not a record.
std::string record_text(const std::vector<Case>& cases, const std::vector<Column>& columns);
Record read_record(const std::string& text);

} // namespace ringside::tool::conform
