// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The report of `abidiff --leaf-changes-only` has a paragraph for each change. The details are
// indented below the first line.
#include "abi/abidiff_report.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::tool::abi {
namespace {

constexpr std::string_view kFunctionMark = "  [C] '";
constexpr std::string_view kTypeMark = "'";

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first == std::string_view::npos ? "" : line.substr(first);
}

// "from 8 to 16 (in bytes)": is the second number larger?
bool grows(std::string_view text) {
  const std::size_t from = text.find("from ");
  const std::size_t to = text.find(" to ");
  if (from == std::string_view::npos || to == std::string_view::npos)
    return false;
  const auto number = [&](std::size_t at) {
    unsigned long value = 0;
    std::from_chars(text.data() + at, text.data() + text.size(), value);
    return value;
  };
  return number(from + 5) < number(to + 4);
}

// Does a union, as abidiff prints it, have all members of another one?
bool has_members_of(std::string_view wider, std::string_view narrower) {
  constexpr std::string_view kStart = "union {";
  if (!wider.starts_with(kStart) || !narrower.starts_with(kStart))
    return false;
  // Each member ends with "} name;".
  std::size_t at = kStart.size();
  while (at < narrower.size() && narrower[at] != '}') {
    const std::size_t brace = narrower.find('}', at);
    const std::size_t end = brace == std::string_view::npos ? brace : narrower.find(';', brace);
    if (end == std::string_view::npos ||
        wider.find(trimmed(narrower.substr(at, end + 1 - at))) == std::string_view::npos)
      return false;
    at = end + 1;
  }
  return true;
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return text.ends_with(ending); });
}

} // namespace

std::vector<LayoutChange> parse_abidiff(std::string_view report) {
  std::vector<LayoutChange> changes;
  bool inside = false;
  while (!report.empty()) {
    const std::string_view line = report.substr(0, report.find('\n'));
    report.remove_prefix(std::min(line.size() + 1, report.size()));
    const bool function = line.starts_with(kFunctionMark);
    if (function || line.starts_with(kTypeMark)) {
      const std::size_t start = function ? kFunctionMark.size() : kTypeMark.size();
      changes.push_back({std::string(line.substr(start, line.find('\'', start) - start)), {}});
      inside = true;
    } else if (!line.empty() && line.front() != ' ') {
      inside = false;
    } else if (inside && !trimmed(line).empty()) {
      changes.back().details.emplace_back(trimmed(line));
    }
  }
  return changes;
}

bool is_growth(const LayoutChange& change) {
  if (!change.subject.starts_with("struct ") ||
      !ends_with_any(change.subject, {"_opts", "_hook", "skeleton"}))
    return false;
  const auto& lines = change.details;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (line.starts_with("type size changed") ? grows(line) : line == "type size hasn't changed")
      continue;
    if (ends_with_any(line, {"data member insertion:", "data member insertions:"}) ||
        line == "there are data member changes:" || line.find("', at offset ") != line.npos)
      continue;
    // abidiff prints an anonymous union with a new member in five lines.
    if (line.starts_with("anonymous data member at offset ") && i + 4 < lines.size() &&
        lines[i + 2] == "to:" && has_members_of(lines[i + 3], lines[i + 1]) &&
        grows(lines[i + 4])) {
      i += 4;
      continue;
    }
    return false;
  }
  return !lines.empty();
}

std::string to_text(const LayoutChange& change) {
  std::string text;
  for (const std::string& line : change.details) {
    text += line;
    if (&line != &change.details.back())
      text += text.ends_with(':') ? " " : ", ";
  }
  return fmt::format("{}: {}", change.subject, text);
}

} // namespace ringside::tool::abi
