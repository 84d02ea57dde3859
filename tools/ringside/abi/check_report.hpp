// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The report of `ringside abi check`: as text, as JSON, and as JUnit XML.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "abi/check.hpp"

namespace ringside::tool::abi {

struct CheckReport {
  std::string path;
  Contract contract;
  std::vector<CheckResult> checks;
  std::vector<std::string> notes;

  [[nodiscard]] bool conforms() const;
};

std::string to_text(const CheckReport& report);
nlohmann::json to_json(const CheckReport& report);
std::string to_junit(const CheckReport& report);

} // namespace ringside::tool::abi
