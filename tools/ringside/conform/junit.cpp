// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Results as JUnit XML.
#include "conform/results.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/xml_text.hpp"

namespace ringside::tool::conform {
namespace {

std::string test_case(const Case& one, const Outcome& outcome) {
  std::string text = fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.3f}")",
                                 xml_text(one.function), xml_text(one.name), outcome.seconds);
  if (!outcome.ran())
    return text + fmt::format("><skipped message=\"{}\"/></testcase>\n", xml_text(outcome.remark));
  if (!outcome.wrong())
    return text + "/>\n";
  const bool is_error = outcome.word == "CRASH" || outcome.word == "HANG";
  return text + fmt::format("><{0} message=\"{1}\">{2}</{0}></testcase>\n",
                            is_error ? "error" : "failure",
                            xml_text(outcome.remark.empty() ? outcome.word : outcome.remark),
                            xml_text(fmt::format("{}", fmt::join(outcome.report, "\n"))));
}

std::string test_suite(const Column& column, Kernel kernel, const Run& run,
                       const std::vector<Case>& cases) {
  std::string text;
  unsigned tests = 0;
  unsigned failures = 0;
  unsigned errors = 0;
  unsigned skipped = 0;
  double seconds = 0;
  for (const Case& one : cases) {
    const auto found = run.outcomes.find(one.name);
    if (found == run.outcomes.end())
      continue;
    const Outcome& outcome = found->second;
    text += test_case(one, outcome);
    tests++;
    seconds += outcome.seconds;
    skipped += outcome.ran() ? 0 : 1;
    if (outcome.wrong())
      (outcome.word == "CRASH" || outcome.word == "HANG" ? errors : failures)++;
  }
  if (!run.broken.empty()) {
    text += fmt::format("    <testcase classname=\"library\" name=\"runs\"><error message=\"{}\"/>"
                        "</testcase>\n",
                        xml_text(run.broken));
    tests++;
    errors++;
  }
  return fmt::format("  <testsuite name=\"{} on the {} kernel\" tests=\"{}\" failures=\"{}\" "
                     "errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n{}  </testsuite>\n",
                     xml_text(column.label), name_of(kernel), tests, failures, errors, skipped,
                     seconds, text);
}

} // namespace

std::string junit(const Results& results) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const Column& column : results.columns)
    for (const auto& [kernel, run] : column.runs)
      if (!column.recorded)
        text += test_suite(column, kernel, run, results.cases);
  return text + "</testsuites>\n";
}

} // namespace ringside::tool::conform
