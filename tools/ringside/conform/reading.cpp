// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RunReader, and the record as a text with tabs.
#include "conform/reading.hpp"

#include <regex>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::tool::conform {
namespace {

constexpr std::string Case::*kCaseFields[] = {&Case::name,       &Case::family,     &Case::function,
                                              &Case::kernel,     &Case::since,      &Case::until,
                                              &Case::changed_in, &Case::difference, &Case::stock};
constexpr std::size_t kCaseColumns = std::size(kCaseFields);
constexpr const char* kHead =
    "case\tfamily\tfunction\tkernel\tsince\tuntil\tchanged in\tdifference\tstock";
constexpr const char* kPreface = "# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only\n"
                                 "# How each case ended over each library, written by `./dev "
                                 "conform`, compared by tests. Libraries\n"
                                 "# are releases of the stock library, libringside.so.1 preloaded "
                                 "over each (+), and our libbpf.so.1\n"
                                 "# (ours). A word for both kernels, or real/simulated.\n";

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    parts.push_back(part);
  return parts;
}

Case case_from(const std::vector<std::string>& fields) {
  if (fields.size() < kCaseColumns)
    throw std::runtime_error(fmt::format("no case: \"{}\"", fmt::join(fields, "\t")));
  Case one;
  for (std::size_t i = 0; i < kCaseColumns; i++)
    one.*kCaseFields[i] = fields[i];
  return one;
}

// The inverse of Column::words.
void put_words(Column& column, const Case& one, const std::string& cell) {
  const std::size_t slash = cell.find('/');
  const bool same = slash == std::string::npos;
  for (const Kernel kernel : kKernels) {
    if (!one.runs_on(kernel))
      continue;
    Outcome outcome;
    outcome.word = same                     ? cell
                   : kernel == Kernel::real ? cell.substr(0, slash)
                                            : cell.substr(slash + 1);
    column.runs[kernel].outcomes[one.name] = outcome;
  }
}

} // namespace

std::vector<Case> read_cases(const std::string& text) {
  std::vector<Case> cases;
  for (const std::string& line : split(text, '\n'))
    cases.push_back(case_from(split(line, '\t')));
  return cases;
}

void RunReader::take(const std::string& line, double seconds) {
  static const std::regex kFirst(
      R"(library (.*), soname (.*), release (\S+)( without version nodes)?, kernel \w+(?: \((.*)\))?)");
  static const std::regex kResult(
      R"((ok|differs|crashes|hangs|anyhow|skip|other|FAIL|CRASH|HANG|LACKS) (\w+\.\S+)(?: \((.*)\))?)");
  static const std::regex kLast(R"(\d+ passed, \d+ failed, \d+ skipped)");
  static const std::string kIndent = "     ";
  std::smatch match;
  if (std::regex_match(line, match, kFirst)) {
    // All before this line was printed by a library while it was loaded.
    *this = RunReader();
    begun_ = true;
    run_.library = match[1];
    run_.soname = match[2];
    run_.release = match[3];
    run_.has_nodes = !match[4].matched;
    run_.refusal = match[5];
  } else if (begun_ && std::regex_match(line, match, kResult)) {
    last_ = match[2];
    run_.outcomes[last_] = {match[1], match[3], {}, seconds};
  } else if (begun_ && line.starts_with(kIndent) && !last_.empty()) {
    run_.outcomes[last_].report.push_back(line.substr(kIndent.size()));
  } else if (begun_ && std::regex_match(line, kLast)) {
    ended_ = true;
  }
}

std::string record_text(const std::vector<Case>& cases, const std::vector<Column>& columns) {
  std::string text = std::string(kPreface) + kHead;
  for (const Column& column : columns)
    text += "\t" + column.label;
  text += '\n';
  for (const Case& one : cases) {
    std::string line;
    for (const auto field : kCaseFields)
      line += one.*field + '\t';
    for (const Column& column : columns)
      line += column.words(one) + '\t';
    line.back() = '\n';
    text += line;
  }
  return text;
}

Record read_record(const std::string& text) {
  Record record;
  bool head_seen = false;
  for (const std::string& line : split(text, '\n')) {
    if (line.starts_with('#'))
      continue;
    const std::vector<std::string> fields = split(line, '\t');
    if (!head_seen) {
      if (!line.starts_with(kHead))
        throw std::runtime_error("not a file of recorded outcomes");
      head_seen = true;
      for (std::size_t i = kCaseColumns; i < fields.size(); i++)
        record.columns.push_back({fields[i], {}, true});
      continue;
    }
    record.cases.push_back(case_from(fields));
    if (fields.size() != kCaseColumns + record.columns.size())
      throw std::runtime_error(fmt::format("{}: not one outcome a library", fields[0]));
    for (std::size_t i = 0; i < record.columns.size(); i++)
      put_words(record.columns[i], record.cases.back(), fields[kCaseColumns + i]);
  }
  return record;
}

} // namespace ringside::tool::conform
