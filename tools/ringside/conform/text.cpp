// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Results on a terminal.
#include "conform/results.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::tool::conform {
namespace {

constexpr int kFunctionWidth = 38;

std::string number(unsigned count) {
  return count == 0 ? "." : fmt::format("{}", count);
}

std::string row_of(const std::string& name, const Count& count) {
  return fmt::format("{:<{}}{:>6}{:>8}{:>8}{:>8}{:>9}{:>7}\n", name, kFunctionWidth, count.cases,
                     number(count.passed), number(count.differ), number(count.wrong),
                     number(count.skipped), number(count.not_for_it));
}

std::string kernels_of(const Column& column) {
  std::vector<std::string_view> names;
  for (const auto& [kernel, run] : column.runs)
    names.push_back(name_of(kernel));
  return fmt::format("{} kernel{}", fmt::join(names, " and the "), names.size() > 1 ? "s" : "");
}

// "19 on the simulator only".
std::string counted(const Groups& groups) {
  std::string text;
  for (const auto& [what, cases] : groups)
    text += fmt::format("  {:>4}  {}\n", cases.size(), what);
  return text;
}

// The words of a cell of the matrix; none for a library that broke the program.
std::string cell(const Count& count) {
  const std::string text = count.text();
  return text.empty() ? "." : text;
}

} // namespace

std::string head_text(const Column& column) {
  const Run& first = column.runs.begin()->second;
  std::string text = column.label;
  if (!first.library.empty())
    text +=
        fmt::format(": {}, libbpf {}, on the {}", first.library, first.release, kernels_of(column));
  text += '\n';
  for (const auto& [kernel, run] : column.runs) {
    const auto tell = [&text, kernel = name_of(kernel)](const std::string& what) {
      if (!what.empty())
        text += fmt::format("  {} kernel: {}\n", kernel, what);
    };
    tell(run.note);
    tell(run.broken);
    tell(run.refusal);
  }
  return text;
}

std::string table_text(const Column& column, const std::vector<Case>& cases) {
  std::string text =
      fmt::format("{:<{}}{:>6}{:>8}{:>8}{:>8}{:>9}{:>7}\n", "function", kFunctionWidth, "cases",
                  "passed", "differ", "failed", "skipped", "other");
  for (const std::string& function : functions_of(cases))
    text += row_of(short_name(function), count_of(column, cases, function));
  const Count all = count_all(column, cases);
  text += row_of("all", all);
  if (all.differ > 0)
    text += "\nDiffer, as abi/differences/ describes under these headings:\n" +
            counted(differences_of(column, cases));
  if (all.skipped > 0)
    text += "\nSkipped:\n" + counted(reasons_to_skip(column, cases));
  if (all.not_for_it > 0)
    text += "\nOther cases are about other releases than this one.\n";
  return text;
}

std::string matrix_text(const Results& results) {
  const std::vector<std::string> functions = functions_of(results.cases);
  std::string text = fmt::format("{:<{}}{:>6}", "function", kFunctionWidth, "cases");
  for (const Column& column : results.columns)
    text += fmt::format("{:>8}", column.label);
  text += '\n';
  const auto add_row = [&](const std::string& name, auto count) {
    text += fmt::format("{:<{}}{:>6}", name, kFunctionWidth, count(results.columns.front()).cases);
    for (const Column& column : results.columns)
      text += fmt::format("{:>8}", cell(count(column)));
    text += '\n';
  };
  for (const std::string& function : functions)
    add_row(short_name(function),
            [&](const Column& column) { return count_of(column, results.cases, function); });
  add_row("all", [&](const Column& column) { return count_all(column, results.cases); });
  return text;
}

std::string agreement_text(const Results& results) {
  std::string text;
  for (const Column& column : results.columns)
    for (const Agreement& agreement : agreements(column, results.columns, results.cases))
      text += fmt::format("{:<22}{:<15}{:>6}{:>8}{:>20}{:>8}\n", column.label,
                          "libbpf " + agreement.reference, agreement.cases(), agreement.agree,
                          agreement.differ, number(static_cast<unsigned>(agreement.wrong.size())));
  return text.empty() ? ""
                      : fmt::format("{:<22}{:<15}{:>6}{:>8}{:>20}{:>8}\n{}", "agreement of", "with",
                                    "cases", "agree", "differ on purpose", "wrong", text);
}

std::string failures_text(const Results& results) {
  std::string text;
  for (const Column& column : results.columns)
    for (const Case& one : results.cases)
      for (const auto& [kernel, run] : column.runs) {
        const Outcome& outcome = column.outcome(one, kernel);
        if (column.recorded || !outcome.wrong())
          continue;
        text += fmt::format("{} {} ({}) over {} on the {} kernel{}\n", outcome.word, one.name,
                            short_name(one.function), column.label, name_of(kernel),
                            outcome.remark.empty() ? "" : ": " + outcome.remark);
        for (const std::string& line : outcome.report)
          text += "     " + line + '\n';
      }
  return text;
}

} // namespace ringside::tool::conform
