// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Results as Markdown.
#include "conform/results.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::tool::conform {
namespace {

constexpr const char* kIntroduction =
    R"(<!-- SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only -->
<!-- Written by `./dev conform`. -->
# Conformance

A case states what a program may rely on: arguments, results, errno, what callbacks are told, what
lies in shared memory. Each runs in a process of its own over a library, on the real kernel and on a
simulated one, and must leave no descriptor and no mapping behind. `ringside conform LIB` runs them
over any libbpf; `./dev conform` runs them over the releases below, writes this page and
`tests/conformance/outcomes.tsv`, where each outcome of each case stands.
)";

constexpr const char* kColumns = R"(
Columns with a number are releases of the stock library, as Debian ships them. With a plus it is
`libringside.so.1` preloaded over that release; `ours` is our `libbpf.so.1`. A cell has the number of
cases that passed on both kernels, `passed/ran` if some did not, and nothing where the release does
not have the function.
)";

std::string markdown_row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string markdown_head(const std::vector<std::string>& cells) {
  std::string text = markdown_row(cells) + "|";
  for (std::size_t i = 0; i < cells.size(); i++)
    text += i == 0 ? "---|" : "--:|";
  return text + '\n';
}

std::string matrix_markdown(const Results& results) {
  std::vector<std::string> head{"function", "cases"};
  for (const Column& column : results.columns)
    head.push_back(column.label);
  std::string text = markdown_head(head);
  const auto add_row = [&](const std::string& name, auto count) {
    std::vector<std::string> cells{name, fmt::format("{}", count(results.columns.front()).cases)};
    for (const Column& column : results.columns)
      cells.push_back(count(column).text());
    text += markdown_row(cells);
  };
  for (const std::string& function : functions_of(results.cases))
    add_row(fmt::format("`{}`", short_name(function)),
            [&](const Column& column) { return count_of(column, results.cases, function); });
  add_row("all", [&](const Column& column) { return count_all(column, results.cases); });
  return text;
}

std::string agreement_markdown(const Results& results) {
  std::string text =
      markdown_head({"library", "with libbpf", "cases", "agree", "differ on purpose", "wrong"});
  for (const Column& column : results.columns)
    for (const Agreement& agreement : agreements(column, results.columns, results.cases))
      text += markdown_row({column.label, agreement.reference, fmt::format("{}", agreement.cases()),
                            fmt::format("{}", agreement.agree), fmt::format("{}", agreement.differ),
                            fmt::format("{}", agreement.wrong.size())});
  return text;
}

// One row for each text that `key` returns for a case. Cases with an empty text are left out.
template <class Key>
std::string groups_markdown(const std::string& title, const Results& results, Key key) {
  Groups groups;
  for (const Case& one : results.cases)
    if (const std::string name = key(one); !name.empty())
      groups[name].push_back(fmt::format("`{}`", one.name));
  std::string text = fmt::format("| {} | cases |\n|---|---|\n", title);
  for (const auto& [name, names] : groups)
    text += fmt::format("| {} | {} |\n", name, fmt::join(names, ", "));
  return text;
}

} // namespace

std::string markdown(const Results& results) {
  const auto difference = [](const Case& one) {
    return one.difference == "-"
               ? std::string()
               : fmt::format("[{1}](../abi/differences/{0}.md#{1})", one.family, one.difference);
  };
  return fmt::format("{}\n{} cases about {} functions.\n{}\n{}\n## Agreement\n\n"
                     "Over the cases that run on both, the kernels taken together.\n\n{}\n"
                     "## Where we differ on purpose\n\n{}\n"
                     "## Cases that are not about all of 1.x\n\n{}",
                     kIntroduction, results.cases.size(), functions_of(results.cases).size(),
                     kColumns, matrix_markdown(results), agreement_markdown(results),
                     groups_markdown("difference", results, difference),
                     groups_markdown("releases", results, releases_of));
}

} // namespace ringside::tool::conform
