// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// needs_of: compares imports with the tables of releases.
#include "abi/needs.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "abi/releases.hpp"

namespace ringside::tool::abi {
namespace {

constexpr std::string_view kSonamePrefix = "libbpf.so";

std::set<std::string_view> all_names() {
  std::set<std::string_view> names;
  for (const SymbolRun& run : symbol_runs())
    names.insert(run.name);
  return names;
}

// The symbol for an import: one of its name in its node; without a node, any default.
bool answers(std::string_view name, std::string_view node, bool is_default, const Import& import) {
  return name == import.name && (import.node.empty() ? is_default : node == import.node);
}

} // namespace

std::vector<Import> lacking(const Needs& needs, std::size_t release) {
  std::multimap<std::string_view, const SymbolRun*> runs;
  for (const SymbolRun& run : symbol_runs())
    if (covers(run, release))
      runs.emplace(run.name, &run);
  std::vector<Import> missed;
  for (const Import& import : needs.imports) {
    const auto [first, last] = runs.equal_range(import.name);
    if (!import.weak && std::none_of(first, last, [&](const auto& entry) {
          const SymbolRun& run = *entry.second;
          return answers(run.name, run.node, run.is_default, import);
        }))
      missed.push_back(import);
  }
  return missed;
}

Needs needs_of(const ElfFile& file) {
  Needs needs;
  for (const std::string& name : file.needed)
    if (name.starts_with(kSonamePrefix))
      needs.soname = name;
  const std::set<std::string_view> names = all_names();
  for (const Import& import : file.imports)
    if (import.node.starts_with("LIBBPF_") || import.library.starts_with(kSonamePrefix) ||
        (import.node.empty() && names.contains(import.name)))
      needs.imports.push_back(import);
  // The loader searches a node only in the library that the program was linked to.
  for (const Import& import : needs.imports)
    if (needs.soname.empty() && import.library.starts_with(kSonamePrefix))
      needs.soname = import.library;
  const auto key = [](const Import& import) {
    return std::tuple(node_version(import.node), std::string_view(import.node),
                      std::string_view(import.name));
  };
  std::sort(needs.imports.begin(), needs.imports.end(),
            [&](const Import& a, const Import& b) { return key(a) < key(b); });
  for (std::size_t release = 0; release <= newest_release() && !needs.imports.empty(); ++release)
    if ((needs.soname.empty() || needs.soname == soname_of(release)) &&
        lacking(needs, release).empty())
      needs.releases.push_back(release);
  return needs;
}

Share share_of(const Needs& needs, OwnLibrary library) {
  const Surface surface = surface_of_own(library);
  Share share;
  for (const Import& import : needs.imports) {
    const bool has =
        std::any_of(surface.symbols.begin(), surface.symbols.end(), [&](const Symbol& symbol) {
          return answers(symbol.name, symbol.node, symbol.is_default, import);
        });
    (has ? share.has : share.lacks).push_back(import);
  }
  return share;
}

} // namespace ringside::tool::abi
