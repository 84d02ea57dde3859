// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The report of the demo: from results to text, without I/O.
#include "demo/report.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace ringside::tool {
namespace {

struct Row {
  const char* label;
  std::string (*cell)(const LegResult&);
};

constexpr Row kRows[] = {
    {"library",
     [](const LegResult& leg) { return std::filesystem::path(leg.library).filename().string(); }},
    {"kernel",
     [](const LegResult& leg) { return std::string(leg.simulated ? "simulated" : "real"); }},
    {"records expected", [](const LegResult& leg) { return grouped(leg.expected); }},
    {"records received", [](const LegResult& leg) { return grouped(leg.received); }},
    {"missing", [](const LegResult& leg) { return grouped(leg.missing()); }},
    {"reported lost", [](const LegResult& leg) { return grouped(leg.lost); }},
    {"out of order", [](const LegResult& leg) { return grouped(leg.out_of_order); }},
    {"reader: wakeups", [](const LegResult& leg) { return grouped(leg.polls); }},
    {"reader: CPU ms", [](const LegResult& leg) { return fmt::format("{:.0f}", leg.cpu_ms); }},
    {"traced program: ns per call",
     [](const LegResult& leg) {
       return leg.ns_per_call ? fmt::format("{:.0f}", *leg.ns_per_call) : std::string("-");
     }},
};

struct Fault {
  const char* what;
  std::uint64_t (*count)(const LegResult&);
};

constexpr Fault kFaults[] = {
    {"missing", [](const LegResult& leg) { return leg.missing(); }},
    {"reported lost", [](const LegResult& leg) { return leg.lost; }},
    {"repeated", [](const LegResult& leg) { return leg.repeated; }},
    {"not of the traced program", [](const LegResult& leg) { return leg.unexpected; }},
    {"out of order", [](const LegResult& leg) { return leg.out_of_order; }},
};

} // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t place = text.size(); place > 3; place -= 3)
    text.insert(place - 3, 1, ',');
  return text;
}

std::vector<std::string> differences(const Report& report) {
  std::vector<std::string> found;
  for (const LegResult* leg : {&report.stock, &report.ringside})
    for (const Fault& fault : kFaults)
      if (fault.count(*leg) != 0)
        found.push_back(fmt::format("{}: {} of {} records {}", leg->name,
                                    grouped(fault.count(*leg)), grouped(leg->expected),
                                    fault.what));
  const LegResult& stock = report.stock;
  const LegResult& ringside = report.ringside;
  if (stock.expected != ringside.expected)
    found.push_back(fmt::format("the runs were not the same: {} and {} records",
                                grouped(stock.expected), grouped(ringside.expected)));
  else if (found.empty() && (stock.bytes != ringside.bytes || stock.checksum != ringside.checksum))
    found.emplace_back("the records' contents differ");
  return found;
}

std::string verdict_text(const Report& report) {
  const std::vector<std::string> found = differences(report);
  if (found.empty())
    return fmt::format("Both saw the same {} records, byte for byte{}.",
                       grouped(report.stock.expected),
                       report.stock.simulated ? ", on the simulated kernel" : "");
  std::string text = fmt::format("They did not see the same:\n  {}", fmt::join(found, "\n  "));
  if (report.stock.lost + report.ringside.lost > 0)
    text += "\nRecords are lost when the reader cannot keep up: try fewer with --calls.";
  return text;
}

std::string table_text(const Report& report) {
  const LegResult& stock = report.stock;
  const LegResult& ringside = report.ringside;
  std::string text = fmt::format("{:<27}  {:>19}  {:>19}\n", "", stock.name, ringside.name);
  for (const Row& row : kRows)
    text += fmt::format("{:<27}  {:>19}  {:>19}\n", row.label, row.cell(stock), row.cell(ringside));
  for (const LegResult* leg : {&stock, &ringside})
    text += fmt::format("{}{:<9} {} ({})\n", leg == &stock ? "\n" : "", leg->name, leg->library,
                        leg->version);
  return text;
}

std::string overhead_text(const Overhead& overhead) {
  const LegResult& stock = overhead.stock;
  const LegResult& ringside = overhead.ringside;
  std::string text =
      fmt::format("The traced program, calling back to back: {:.0f} ns a call without tracing,\n"
                  "{:.0f} ns with a reader on the stock library, {:.0f} ns with one on ringside.\n",
                  stock.ns_untraced.value_or(0), stock.ns_per_call.value_or(0),
                  ringside.ns_per_call.value_or(0));
  if (stock.lost + ringside.lost > 0)
    text += fmt::format("Of {} records each, {} and {} were lost there.\n", grouped(stock.expected),
                        grouped(stock.lost), grouped(ringside.lost));
  return text;
}

std::string refusal_text(const Refusal& refusal) {
  std::string text =
      fmt::format("The kernel refuses {}, called by {}: {}.\nWhy: {}.\n", refusal.call,
                  refusal.function, errno_text(refusal.error), refusal.reason);
  for (const auto& [name, value] : refusal.facts)
    text += fmt::format("  {:<33}  {}\n", name, value);
  if (!refusal.remedy.empty())
    text += fmt::format("What helps: {}.\n", refusal.remedy);
  return text;
}

} // namespace ringside::tool
