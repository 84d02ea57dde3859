// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Surface: all that programs link to, of a library file or of a release.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace ringside::tool::abi {

enum class SymbolKind : std::uint8_t { function, data, thread_local_data, untyped };

// Symbol: an exported name in its version node. Names from files have only printable ASCII.
struct Symbol {
  std::string name;
  std::string node; // empty if it has none
  bool is_default = true;
  SymbolKind kind = SymbolKind::function;
  bool weak = false;
};

// Node: a version node and its parents. In a valid chain each node has one parent, and the oldest
// node has none.
struct Node {
  std::string name;
  std::vector<std::string> parents;
};

struct Surface {
  std::string soname; // empty if there is none
  std::vector<Node> nodes;
  std::vector<Symbol> symbols;
};

// Sorted by the version of the node, then by name.
void sort_symbols(std::vector<Symbol>& symbols);

// "perf_buffer__new@@LIBBPF_0.6.0", with one @ if it is not the default.
std::string full_name(const std::string& name, const std::string& node, bool is_default);
std::string full_name(const Symbol& symbol);

Surface surface_of_release(std::size_t release);

enum class OwnLibrary : std::uint8_t { libringside, libbpf };
Surface surface_of_own(OwnLibrary library);

} // namespace ringside::tool::abi
