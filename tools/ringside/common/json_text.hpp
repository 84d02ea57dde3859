// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// json_text: JSON in the form in which the subcommands print it.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace ringside::tool {

// A path may have any bytes; those that are not UTF-8 are replaced.
inline std::string json_text(const nlohmann::json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

} // namespace ringside::tool
