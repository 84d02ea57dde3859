// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// difference_of: compares both sides in sorted order.
#include "abi/difference.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::tool::abi {
namespace {

using Key = std::pair<std::string, std::string>;

std::string quoted(const std::string& text) {
  return text.empty() ? "none" : text;
}

void compare_nodes(const Surface& old_side, const Surface& new_side, Difference& difference) {
  const auto find = [](const Surface& surface, const std::string& name) {
    return std::find_if(surface.nodes.begin(), surface.nodes.end(),
                        [&](const Node& node) { return node.name == name; });
  };
  for (const Node& node : old_side.nodes) {
    const auto same = find(new_side, node.name);
    if (same == new_side.nodes.end())
      difference.removed.push_back("node " + node.name);
    else if (same->parents != node.parents)
      difference.notes.push_back(
          fmt::format("node {}: its parent {} became {}", node.name,
                      quoted(fmt::format("{}", fmt::join(node.parents, " and "))),
                      quoted(fmt::format("{}", fmt::join(same->parents, " and ")))));
  }
  for (const Node& node : new_side.nodes)
    if (find(old_side, node.name) == old_side.nodes.end())
      difference.added.push_back("node " + node.name);
}

} // namespace

Difference difference_of(const Surface& old_side, const Surface& new_side) {
  Difference difference;
  if (old_side.soname != new_side.soname)
    difference.changed.push_back(
        fmt::format("soname: {} became {}", quoted(old_side.soname), quoted(new_side.soname)));
  compare_nodes(old_side, new_side, difference);

  std::map<Key, const Symbol*> fresh;
  for (const Symbol& symbol : new_side.symbols)
    fresh.emplace(Key(symbol.name, symbol.node), &symbol);
  std::map<Key, const Symbol*> old;
  for (const Symbol& symbol : old_side.symbols)
    old.emplace(Key(symbol.name, symbol.node), &symbol);

  for (const Symbol& symbol : old_side.symbols) {
    const auto same = fresh.find({symbol.name, symbol.node});
    if (same == fresh.end()) {
      difference.removed.push_back(full_name(symbol));
      continue;
    }
    if (same->second->is_default != symbol.is_default)
      difference.changed.push_back(
          fmt::format("{} became {}", full_name(symbol), full_name(*same->second)));
    if (same->second->kind != symbol.kind)
      difference.changed.push_back(fmt::format("{} is of another symbol type", full_name(symbol)));
  }
  for (const Symbol& symbol : new_side.symbols)
    if (!old.contains({symbol.name, symbol.node}))
      difference.added.push_back(full_name(symbol));
  return difference;
}

} // namespace ringside::tool::abi
