// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The tables of every libbpf release and of our two libraries. tools/gen/releases.py makes them
// from abi/manifests and abi/symbols.txt; releases.hpp answers questions over them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace ringside::tool::abi {

// What was in libbpf from the release with index `first` to the one with index `last`. There are
// two entries for what was removed and added again.
struct NodeRun {
  std::string_view node;
  std::size_t first, last;
};
struct SymbolRun {
  std::string_view name, node;
  bool is_default; // name@@node, else name@node
  std::size_t first, last;
};

// OwnSymbol: a line of abi/symbols.txt.
struct OwnSymbol {
  std::string_view name, node;
  bool is_default;
  bool done;
  bool in_libringside, in_libbpf; // or will be, if it is not done
};

std::span<const std::string_view> releases(); // by version, oldest first
std::span<const NodeRun> node_runs();         // oldest node first
std::span<const SymbolRun> symbol_runs();     // by node, then by name, then oldest first
std::span<const OwnSymbol> own_symbols();

} // namespace ringside::tool::abi
