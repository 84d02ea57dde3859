// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Surfaces from the tables of releases.
#include "abi/surface.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "abi/releases.hpp"

namespace ringside::tool::abi {
namespace {

// The part of the name of a node before the version: "LIBBPF" of "LIBBPF_1.7.0".
std::string_view family_of(std::string_view node) {
  return node.substr(0, node.find('_'));
}

// Nodes, family by family and oldest first, as one chain for each family.
std::vector<Node> chains_of(const std::vector<std::string>& names) {
  std::vector<Node> nodes;
  nodes.reserve(names.size());
  for (const std::string& name : names) {
    const bool first = nodes.empty() || family_of(nodes.back().name) != family_of(name);
    nodes.push_back(
        {name, first ? std::vector<std::string>{} : std::vector<std::string>{nodes.back().name}});
  }
  return nodes;
}

} // namespace

void sort_symbols(std::vector<Symbol>& symbols) {
  const auto key = [](const Symbol& symbol) {
    return std::tuple(node_version(symbol.node), std::string_view(symbol.node),
                      std::string_view(symbol.name), symbol.is_default);
  };
  std::sort(symbols.begin(), symbols.end(),
            [&](const Symbol& a, const Symbol& b) { return key(a) < key(b); });
}

std::string full_name(const std::string& name, const std::string& node, bool is_default) {
  return node.empty() ? name : fmt::format("{}{}{}", name, is_default ? "@@" : "@", node);
}

std::string full_name(const Symbol& symbol) {
  return full_name(symbol.name, symbol.node, symbol.is_default);
}

Surface surface_of_release(std::size_t release) {
  Surface surface{soname_of(release), {}, {}};
  std::vector<std::string> nodes;
  for (const NodeRun& run : node_runs())
    if (covers(run, release))
      nodes.emplace_back(run.node);
  surface.nodes = chains_of(nodes);
  for (const SymbolRun& run : symbol_runs())
    if (covers(run, release))
      surface.symbols.push_back({std::string(run.name), std::string(run.node), run.is_default});
  return surface;
}

Surface surface_of_own(OwnLibrary library) {
  const bool ringside = library == OwnLibrary::libringside;
  Surface surface{ringside ? "libringside.so.1" : "libbpf.so.1", {}, {}};
  const auto has = [ringside](const OwnSymbol& symbol) {
    return ringside ? symbol.in_libringside : symbol.in_libbpf;
  };
  std::set<std::string_view> families;
  for (const OwnSymbol& symbol : own_symbols())
    if (has(symbol))
      families.insert(family_of(symbol.node));
  std::vector<std::string> nodes;
  for (const OwnSymbol& symbol : own_symbols()) {
    // The list is in the order of nodes, and a library has all nodes of a family or none.
    if (families.contains(family_of(symbol.node)) && (nodes.empty() || nodes.back() != symbol.node))
      nodes.emplace_back(symbol.node);
    if (symbol.done && has(symbol))
      surface.symbols.push_back(
          {std::string(symbol.name), std::string(symbol.node), symbol.is_default});
  }
  surface.nodes = chains_of(nodes);
  return surface;
}

} // namespace ringside::tool::abi
