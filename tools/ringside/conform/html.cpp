// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Results as one page: the matrix of functions and libraries, agreement, failures, and all cases.
#include "conform/results.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/xml_text.hpp"

namespace ringside::tool::conform {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --text: #1c2024; --dim: #60646c; --line: #d9d9e0;
  --back: #ffffff; --head: #f3f4f6; --good: #dff3e4; --other: #fdf3cf; --bad: #fbd5d5;
  --bad-text: #8f1d1d; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --dim: #a0a5ad; --line: #3a3f45;
  --back: #16181b; --head: #22262a; --good: #173d28; --other: #4a3f13; --bad: #5a1f1f;
  --bad-text: #ffc9c9; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);
  max-width: 110rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .25rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
p, li, dd { max-width: 50rem; } code, td.name, th.name { font-family: ui-monospace, monospace;
  font-size: .86em; }
a { color: inherit; } small, .dim { color: var(--dim); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; }
th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: center;
  white-space: nowrap; }
thead th { background: var(--head); } td.name, th.name, td.text { text-align: left; }
tbody th { background: var(--head); text-align: left; font-weight: 600; }
.good { background: var(--good); } .differs { background: var(--other); }
.bad { background: var(--bad); color: var(--bad-text); font-weight: 700; }
.none { color: var(--dim); } th.own { text-decoration: underline; }
pre { background: var(--head); padding: .6rem .8rem; overflow-x: auto; font-size: .85rem; }
.verdict { font-size: 1.1rem; } dt { font-weight: 600; }
)";

std::string anchor_of(const std::string& function) {
  return "f-" + xml_text(short_name(function));
}

const char* class_of(Standing standing) {
  switch (standing) {
  case Standing::passed:
    return "good";
  case Standing::differs:
    return "differs";
  case Standing::wrong:
    return "bad";
  case Standing::skipped:
  case Standing::not_for_it:
    break;
  }
  return "none";
}

std::string cell_of(const Count& count) {
  if (count.ran() == 0)
    return R"(<td class="none">·</td>)";
  const Standing standing = count.wrong > 0    ? Standing::wrong
                            : count.differ > 0 ? Standing::differs
                                               : Standing::passed;
  return fmt::format("<td class=\"{}\">{}{}</td>", class_of(standing), count.text(),
                     count.differ > 0 ? fmt::format(" <small>({} differ)</small>", count.differ)
                                      : "");
}

std::string column_heads(const Results& results) {
  std::string text;
  for (const Column& column : results.columns)
    text += fmt::format("<th{}>{}</th>", column.recorded ? "" : " class=\"own\"",
                        xml_text(column.label));
  return text;
}

std::string matrix(const Results& results) {
  std::string text = "<div class=\"scroll\"><table id=\"matrix\">\n<thead><tr>"
                     "<th class=\"name\">function</th><th>cases</th>" +
                     column_heads(results) + "</tr></thead>\n<tbody>\n";
  const auto add_row = [&](const std::string& name, auto count) {
    text += fmt::format("<tr><td class=\"name\">{}</td><td>{}</td>", name,
                        count(results.columns.front()).cases);
    for (const Column& column : results.columns)
      text += cell_of(count(column));
    text += "</tr>\n";
  };
  for (const std::string& function : functions_of(results.cases))
    add_row(
        fmt::format("<a href=\"#{}\">{}</a>", anchor_of(function), xml_text(short_name(function))),
        [&](const Column& column) { return count_of(column, results.cases, function); });
  add_row("all", [&](const Column& column) { return count_all(column, results.cases); });
  return text + "</tbody></table></div>\n";
}

std::string agreement_table(const Results& results) {
  std::string text = "<table id=\"agreement\">\n<thead><tr><th>library</th><th>with libbpf</th>"
                     "<th>cases</th><th>agree</th><th>differ on purpose</th><th>wrong</th></tr>"
                     "</thead>\n<tbody>\n";
  for (const Column& column : results.columns)
    for (const Agreement& agreement : agreements(column, results.columns, results.cases))
      text += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
                          "<td class=\"{}\">{}</td></tr>\n",
                          xml_text(column.label), agreement.reference, agreement.cases(),
                          agreement.agree, agreement.differ,
                          agreement.wrong.empty() ? "good" : "bad", agreement.wrong.size());
  return text + "</tbody></table>\n";
}

// The word of a case for a library, with the reason if it was skipped.
std::string outcome_cell(const Column& column, const Case& one) {
  std::string why;
  for (const Kernel kernel : kKernels)
    if (const Outcome& outcome = column.outcome(one, kernel);
        outcome.word == "skip" && !outcome.remark.empty())
      why = fmt::format(" title=\"{}\"", xml_text(outcome.remark));
  const Standing how = standing(column, one);
  const bool none = how == Standing::not_for_it;
  return fmt::format("<td class=\"{}\"{}>{}</td>", class_of(how), why,
                     none ? "·" : xml_text(column.words(one)));
}

std::string case_table(const Results& results) {
  std::string text = "<div class=\"scroll\"><table id=\"cases\">\n<thead><tr>"
                     "<th class=\"name\">case</th><th>kernel</th><th>releases</th>"
                     "<th>difference</th>" +
                     column_heads(results) + "</tr></thead>\n";
  for (const std::string& function : functions_of(results.cases)) {
    text += fmt::format("<tbody id=\"{}\"><tr><th class=\"name\" colspan=\"{}\">{}</th></tr>\n",
                        anchor_of(function), 4 + results.columns.size(),
                        xml_text(short_name(function)));
    for (const Case& one : results.cases) {
      if (one.function != function)
        continue;
      text += fmt::format("<tr class=\"case\"><td class=\"name\">{}</td><td>{}</td><td>{}</td>"
                          "<td class=\"text\">{}</td>",
                          xml_text(one.name), xml_text(one.kernel), xml_text(releases_of(one)),
                          one.difference == "-" ? "" : xml_text(one.difference));
      for (const Column& column : results.columns)
        text += outcome_cell(column, one);
      text += "</tr>\n";
    }
    text += "</tbody>\n";
  }
  return text + "</table></div>\n";
}

std::string libraries(const Results& results) {
  std::string text;
  for (const Column& column : results.columns)
    if (!column.recorded)
      text += xml_text(head_text(column));
  return text.empty() ? "" : "<h2>Libraries</h2>\n<pre>" + text + "</pre>\n";
}

std::string verdict(const Results& results) {
  const auto own = std::count_if(results.columns.begin(), results.columns.end(),
                                 [](const Column& column) { return !column.recorded; });
  const std::string about = fmt::format("{} cases about {} functions", results.cases.size(),
                                        functions_of(results.cases).size());
  if (own == 0)
    return fmt::format("<p class=\"verdict\">{}, as recorded.</p>\n", about);
  unsigned wrong = 0;
  for (const Column& column : results.columns)
    wrong += column.recorded ? 0 : count_all(column, results.cases).wrong;
  const Judgement judged = judgement(results.columns, results.cases);
  return fmt::format("<p class=\"verdict\">{}; {} {} tested, {} failed: "
                     "<span class=\"{}\">&nbsp;{}&nbsp;</span></p>\n",
                     about, own, own == 1 ? "library" : "libraries", wrong,
                     judged == Judgement::conforming ? "good" : "bad", name_of(judged));
}

constexpr const char* kLegend = R"(<dl>
<dt>Columns</dt><dd>Underlined ones were tested in this run. The others are what is recorded of
releases of the stock library (a number), of libringside.so.1 preloaded over one (+), and of
ringside's own libbpf.so.1 (ours).</dd>
<dt>Cells</dt><dd>How many cases passed, all kernels taken together; passed/ran if some did not; a
dot where nothing is to be tested: the release does not have the function.</dd>
<dt>differ</dt><dd>The library does on purpose what abi/differences/ describes.</dd>
<dt>crashes, hangs, anyhow</dt><dd>How the stock library is known to end; anyhow: as memory has
it.</dd>
</dl>
)";

} // namespace

std::string html(const Results& results) {
  const std::string failures = failures_text(results);
  std::string body = verdict(results);
  if (!failures.empty())
    body += "<h2>Failures</h2>\n<pre id=\"failures\">" + xml_text(failures) + "</pre>\n";
  body += "<h2>Functions and releases</h2>\n" + matrix(results) + kLegend;
  body += "<h2>Agreement</h2>\n" + agreement_table(results) + libraries(results);
  body += "<h2>Cases</h2>\n" + case_table(results);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>libbpf conformance</title>\n"
      "<style>{}</style>\n</head>\n<body>\n<h1>libbpf conformance</h1>\n{}</body>\n</html>\n",
      kStyle, body);
}

} // namespace ringside::tool::conform
