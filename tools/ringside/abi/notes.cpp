// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// notes_on: what a library has in addition to its contract, and what was not checked.
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "abi/check.hpp"
#include "abi/releases.hpp"
#include "abi/wording.hpp"

namespace ringside::tool::abi {
namespace {

using NodesByName = std::map<std::string_view, const Node*>;

NodesByName by_name(const std::vector<Node>& nodes) {
  NodesByName found;
  for (const Node& node : nodes)
    found.emplace(node.name, &node);
  return found;
}

// The parent of a node, without the nodes that are not promised.
std::string_view promised_parent(const Node& node, const NodesByName& there,
                                 const NodesByName& promised) {
  const Node* at = &node;
  // The loop also ends if the chain is a ring.
  for (std::size_t step = 0; step < there.size() && !at->parents.empty(); ++step) {
    const std::string& parent = at->parents.front();
    const auto next = there.find(parent);
    if (promised.contains(parent) || next == there.end())
      return parent;
    at = next->second;
  }
  return at->parents.empty() ? std::string_view() : at->name;
}

// The parent of each node; lld, for one, does not write it.
void note_chain(const ElfFile& file, const Contract& contract, std::vector<std::string>& notes) {
  const NodesByName there = by_name(file.surface.nodes);
  const NodesByName promised = by_name(contract.surface.nodes);
  std::string first;
  std::size_t count = 0;
  std::string_view before; // the node before this one in its chain that is promised and there
  for (const Node& node : contract.surface.nodes) {
    if (node.parents.empty())
      before = {};
    const auto found = there.find(node.name);
    if (found == there.end())
      continue;
    const std::vector<std::string>& parents = found->second->parents;
    if (parents.size() > 1 || promised_parent(*found->second, there, promised) != before) {
      if (++count == 1)
        first = fmt::format("{} follows on {}, not on {}", node.name,
                            parents.empty() ? "nothing"
                                            : fmt::format("{}", fmt::join(parents, " and ")),
                            before.empty() ? "nothing" : before);
    }
    before = node.name;
  }
  if (count > 0)
    notes.push_back(fmt::format(
        "the version node {}{}: no loader reads that, tools that compare "
        "versions of the library do",
        first,
        count == 1 ? "" : fmt::format(" (and {} like it)", counted(count - 1, "more node"))));
}

} // namespace

std::vector<std::string> notes_on(const ElfFile& file, const Contract& contract) {
  std::vector<std::string> notes;
  if (contract.own)
    notes.push_back(fmt::format("{} is part of libbpf by design: {}; that part was checked, and "
                                "`ringside abi who PROGRAM` tells whether a program needs more",
                                contract.title, share_text(contract)));
  // Symbols of other releases, with the first of these releases.
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> others;
  for (const SymbolRun& run : symbol_runs())
    others.try_emplace({run.name, run.node}, run.first);
  for (const Symbol& symbol : contract.surface.symbols)
    others.erase({symbol.name, symbol.node});
  std::size_t newer = 0;
  std::size_t older = 0;
  for (const Symbol& symbol : file.surface.symbols)
    if (const auto other = others.find({symbol.name, symbol.node}); other != others.end())
      ++(other->second > contract.release ? newer : older);
  if (newer > 0)
    notes.push_back(fmt::format("it also has {} of newer releases", counted(newer, "function")));
  if (older > 0)
    notes.push_back(fmt::format("it also has {} of older releases, which {} has not",
                                counted(older, "function"), contract.title));
  note_chain(file, contract, notes);
  std::vector<std::string_view> unknown;
  for (const Node& node : file.surface.nodes)
    if (is_of_the_future(node.name))
      unknown.push_back(node.name);
  if (!unknown.empty())
    notes.push_back(
        fmt::format("newer than libbpf {}, the newest that this ringside knows, and what "
                    "is in it was not checked: {}",
                    releases()[newest_release()], fmt::join(unknown, ", ")));
  return notes;
}

} // namespace ringside::tool::abi
