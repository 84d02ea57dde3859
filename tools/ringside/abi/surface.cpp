// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Surfaces out of the release tables.
#include "surface.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "releases.hpp"

namespace ringside::tool::abi {
namespace {

// Nodes, oldest first, as one chain.
std::vector<Node> chain_of(const std::vector<std::string>& names) {
  std::vector<Node> nodes;
  nodes.reserve(names.size());
  for (const std::string& name : names)
    nodes.push_back({name, nodes.empty() ? std::vector<std::string>{}
                                         : std::vector<std::string>{nodes.back().name}});
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
  surface.nodes = chain_of(nodes);
  for (const SymbolRun& run : symbol_runs())
    if (covers(run, release))
      surface.symbols.push_back({std::string(run.name), std::string(run.node), run.is_default});
  return surface;
}

Surface surface_of_own(OwnLibrary library) {
  const bool ringside = library == OwnLibrary::libringside;
  Surface surface{ringside ? "libringside.so.1" : "libbpf.so.1", {}, {}};
  std::vector<std::string> nodes;
  for (const OwnSymbol& symbol : own_symbols()) {
    // The list is in the order of nodes, and both libraries have all of them.
    if (nodes.empty() || nodes.back() != symbol.node)
      nodes.emplace_back(symbol.node);
    if (symbol.done && (ringside ? symbol.in_libringside : symbol.in_libbpf))
      surface.symbols.push_back(
          {std::string(symbol.name), std::string(symbol.node), symbol.is_default});
  }
  surface.nodes = chain_of(nodes);
  return surface;
}

} // namespace ringside::tool::abi
