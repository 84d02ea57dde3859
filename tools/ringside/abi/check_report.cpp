// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The report of a check in its three forms.
#include "abi/check_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "abi/wording.hpp"
#include "common/xml_text.hpp"

namespace ringside::tool::abi {
namespace {

// A finding in one line, without the name of its check.
std::string line_of(const Finding& finding) {
  return fmt::format("{}{}; breaks: {}", finding.what,
                     finding.since.empty() ? "" : fmt::format("; since libbpf {}", finding.since),
                     finding.breaks);
}

const char* status_of(const CheckResult& check) {
  if (!check.findings.empty())
    return "failed";
  return check.skipped.empty() ? "passed" : "skipped";
}

std::string against(const Contract& contract) {
  return contract.reason.empty() ? contract.title
                                 : fmt::format("{} ({})", contract.title, contract.reason);
}

std::size_t findings_in(const CheckReport& report) {
  std::size_t count = 0;
  for (const CheckResult& check : report.checks)
    count += check.findings.size();
  return count;
}

std::string verdict(const CheckReport& report) {
  if (report.conforms()) {
    const auto carried_out = std::count_if(report.checks.begin(), report.checks.end(),
                                           [](const CheckResult& c) { return c.skipped.empty(); });
    return fmt::format("conforms: {} functions in {} version nodes, {} checks",
                       report.contract.surface.symbols.size(), report.contract.surface.nodes.size(),
                       carried_out);
  }
  std::vector<std::string_view> failed;
  for (const CheckResult& check : report.checks)
    if (!check.findings.empty())
      failed.push_back(check.id);
  return fmt::format("does not conform: {} in {}", counted(findings_in(report), "finding"),
                     fmt::join(failed, ", "));
}

} // namespace

bool CheckReport::conforms() const {
  return std::all_of(checks.begin(), checks.end(),
                     [](const CheckResult& check) { return check.findings.empty(); });
}

std::string to_text(const CheckReport& report) {
  std::string text = fmt::format("{}: against {}\n", report.path, against(report.contract));
  for (const CheckResult& check : report.checks) {
    for (const Finding& finding : check.findings)
      text += fmt::format("{}: {}\n", check.id, line_of(finding));
    if (!check.skipped.empty())
      text += fmt::format("note: {} not checked: {}\n", check.id, check.skipped);
  }
  for (const std::string& note : report.notes)
    text += fmt::format("note: {}\n", note);
  return text + verdict(report) + "\n";
}

nlohmann::json to_json(const CheckReport& report) {
  nlohmann::json checks = nlohmann::json::array();
  for (const CheckResult& check : report.checks) {
    nlohmann::json findings = nlohmann::json::array();
    for (const Finding& finding : check.findings)
      findings.push_back(
          {{"what", finding.what}, {"since", finding.since}, {"breaks", finding.breaks}});
    nlohmann::json entry = {
        {"check", check.id}, {"status", status_of(check)}, {"findings", std::move(findings)}};
    if (!check.skipped.empty())
      entry["skipped"] = check.skipped;
    checks.push_back(std::move(entry));
  }
  return {{"library", report.path},
          {"against", report.contract.title},
          {"because", report.contract.reason},
          {"partial", report.contract.own.has_value()},
          {"conforms", report.conforms()},
          {"checks", std::move(checks)},
          {"notes", report.notes}};
}

std::string to_junit(const CheckReport& report) {
  const auto count = [&](std::string_view status) {
    return std::count_if(report.checks.begin(), report.checks.end(),
                         [&](const CheckResult& check) { return status_of(check) == status; });
  };
  const std::string suite =
      xml_text(fmt::format("{} against {}", report.path, report.contract.title));
  std::string text = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                 "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
                                 "skipped=\"{}\">\n",
                                 suite, report.checks.size(), count("failed"), count("skipped"));
  for (const CheckResult& check : report.checks) {
    text += fmt::format("  <testcase classname=\"{}\" name=\"{}\">\n", suite, check.id);
    if (!check.findings.empty()) {
      text += fmt::format("    <failure message=\"{}\">", xml_text(check.findings.front().what));
      for (const Finding& finding : check.findings)
        text += xml_text(line_of(finding)) + "\n";
      text += "</failure>\n";
    } else if (!check.skipped.empty()) {
      text += fmt::format("    <skipped message=\"{}\"/>\n", xml_text(check.skipped));
    }
    text += "  </testcase>\n";
  }
  return text + "</testsuite>\n";
}

} // namespace ringside::tool::abi
