// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside abi check`.
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "abi/abi_command.hpp"
#include "abi/check_report.hpp"
#include "abi/file_error.hpp"
#include "abi/layouts.hpp"
#include "abi/target.hpp"
#include "common/json_text.hpp"

namespace ringside::tool::abi {
namespace {

Contract contract_for(const CheckOptions& options, const ElfFile& file) {
  if (options.against.empty())
    return claimed_contract(file);
  auto contract = find_contract(options.against);
  if (!contract)
    throw FileError(unknown_release(options.against));
  return *std::move(contract);
}

} // namespace

int run_check(const CheckOptions& options) {
  const ElfFile file = read_library(options.library);
  CheckReport report{file.path, contract_for(options, file), {}, {}};
  report.checks = run_checks(file, report.contract);
  report.checks.push_back(check_layouts(file, report.contract, options.debug_folder));
  report.notes = notes_on(file, report.contract);
  if (options.json)
    fmt::print("{}", json_text(to_json(report)));
  else
    fmt::print("{}", options.junit ? to_junit(report) : to_text(report));
  return report.conforms() ? kYes : kNo;
}

} // namespace ringside::tool::abi
