// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside abi list`.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "abi/abi_command.hpp"
#include "abi/difference.hpp"
#include "abi/releases.hpp"
#include "abi/target.hpp"
#include "common/json_text.hpp"

namespace ringside::tool::abi {
namespace {

// A line for each release: how much it has, and what it changed.
int list_releases(bool as_json) {
  nlohmann::json json = nlohmann::json::array();
  if (!as_json)
    fmt::print("{:<9}{:<13}{:>9}  {:<14}{:>7}{:>9}\n", "release", "soname", "functions",
               "newest node", "added", "removed");
  Surface before;
  for (std::size_t release = 0; release < releases().size(); ++release) {
    const Surface surface = surface_of_release(release);
    const auto functions_in = [](const std::vector<std::string>& names) {
      return std::count_if(names.begin(), names.end(),
                           [](const std::string& name) { return !name.starts_with("node "); });
    };
    const Difference difference = difference_of(before, surface);
    // The changes of the oldest known release are not known.
    const auto added = release == 0 ? 0 : functions_in(difference.added);
    const auto removed = functions_in(difference.removed);
    if (as_json)
      json.push_back({{"release", releases()[release]},
                      {"soname", surface.soname},
                      {"functions", surface.symbols.size()},
                      {"newest_node", newest_node(release)},
                      {"added", added},
                      {"removed", removed}});
    else
      fmt::print("{:<9}{:<13}{:>9}  {:<14}{:>7}{:>9}\n", releases()[release], surface.soname,
                 surface.symbols.size(), newest_node(release), added, removed);
    before = surface;
  }
  if (as_json)
    fmt::print("{}", json_text(json));
  return kYes;
}

} // namespace

int run_list(const ListOptions& options) {
  if (options.target.empty())
    return list_releases(options.json);
  const Target target = find_target(options.target);
  nlohmann::json json = nlohmann::json::array();
  for (const Symbol& symbol : target.surface.symbols) {
    const std::string first = since(symbol.name, symbol.node);
    if (options.json)
      json.push_back({{"symbol", symbol.name},
                      {"node", symbol.node},
                      {"default", symbol.is_default},
                      {"since", first}});
    else
      fmt::print("{:<56} {}\n", full_name(symbol),
                 first.empty() ? "in no release" : "since " + first);
  }
  if (options.json)
    fmt::print("{}", json_text(json));
  return kYes;
}

} // namespace ringside::tool::abi
