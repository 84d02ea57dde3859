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
