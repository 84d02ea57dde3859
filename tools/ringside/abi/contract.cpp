// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which contract applies to a library.
#include "abi/contract.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "abi/file_error.hpp"
#include "abi/releases.hpp"

namespace ringside::tool::abi {
namespace {

using Names = std::set<std::pair<std::string_view, std::string_view>>;

Names names_of(const Surface& surface) {
  Names names;
  for (const Symbol& symbol : surface.symbols)
    names.emplace(symbol.name, symbol.node);
  return names;
}

Contract of_release(std::size_t release, std::string reason) {
  return {fmt::format("libbpf {}", releases()[release]), std::move(reason),
          surface_of_release(release), release, std::nullopt};
}

Contract of_own(OwnLibrary library, std::string reason) {
  return {library == OwnLibrary::libringside ? "libringside.so.1" : "ringside's libbpf.so.1",
          std::move(reason), surface_of_own(library), newest_release(), library};
}

// Our libbpf.so.1 has the newest chain of nodes, and no function that is still to do.
bool is_own_libbpf(const ElfFile& file) {
  const Surface own = surface_of_own(OwnLibrary::libbpf);
  const auto has_node = [&](const std::string& name) {
    return std::any_of(file.surface.nodes.begin(), file.surface.nodes.end(),
                       [&](const Node& node) { return node.name == name; });
  };
  if (file.surface.soname != own.soname || file.surface.symbols.empty() ||
      !has_node(own.nodes.back().name))
    return false;
  Names left;
  for (const OwnSymbol& symbol : own_symbols())
    if (!symbol.done)
      left.emplace(symbol.name, symbol.node);
  return !left.empty() && std::none_of(file.surface.symbols.begin(), file.surface.symbols.end(),
                                       [&](const Symbol& symbol) {
                                         return left.contains({symbol.name, symbol.node});
                                       });
}

// The release in a file name, as the build of libbpf names its library: libbpf.so.1.7.0.
std::optional<std::size_t> release_of_file_name(const std::string& path) {
  std::error_code error;
  const std::string name = std::filesystem::canonical(path, error).filename();
  constexpr std::string_view kPrefix = "libbpf.so.";
  if (!name.starts_with(kPrefix) || name.find('.', kPrefix.size()) == std::string::npos)
    return std::nullopt;
  return find_release(name.substr(kPrefix.size()));
}

// The release whose newest node is also the newest node of the library. If several releases have
// this node: the newest of them whose symbols the library all has, else the first.
std::optional<std::size_t> release_of_nodes(const Surface& surface) {
  std::string_view newest;
  for (const NodeRun& run : node_runs())
    for (const Node& node : surface.nodes)
      if (run.node == node.name)
        newest = run.node;
  const Names names = names_of(surface);
  std::optional<std::size_t> first;
  std::optional<std::size_t> complete;
  for (std::size_t release = 0; release <= newest_release(); ++release) {
    if (newest.empty() || newest_node(release) != newest)
      continue;
    first = first.value_or(release);
    const Surface expected = surface_of_release(release);
    if (std::all_of(expected.symbols.begin(), expected.symbols.end(), [&](const Symbol& symbol) {
          return names.contains({symbol.name, symbol.node});
        }))
      complete = release;
  }
  return complete ? complete : first;
}

} // namespace

std::optional<Contract> find_contract(const std::string& name) {
  if (name == "libringside")
    return of_own(OwnLibrary::libringside, "");
  if (name == "ringside")
    return of_own(OwnLibrary::libbpf, "");
  if (const auto release = find_release(name))
    return of_release(*release, "");
  return std::nullopt;
}

Contract claimed_contract(const ElfFile& file) {
  const std::string& soname = file.surface.soname;
  if (soname == "libringside.so.1")
    return of_own(OwnLibrary::libringside, "its soname says so");
  if (is_own_libbpf(file))
    return of_own(OwnLibrary::libbpf,
                  "it has none of the functions that are still to be written there");
  if (const auto release = release_of_file_name(file.path))
    return of_release(*release, "its file name says so");
  if (const auto release = release_of_nodes(file.surface))
    return of_release(*release,
                      fmt::format("its newest version node is {}", newest_node(*release)));
  if (soname.starts_with("libbpf.so"))
    return of_release(newest_release(), "it names no release, and that is the newest");
  throw FileError(fmt::format("{}: is no libbpf: its soname is {}, and it has none of libbpf's "
                              "version nodes; name a libbpf, or a release to hold it against with "
                              "--against",
                              file.path, soname.empty() ? "missing" : soname));
}

std::string share_text(const Contract& contract) {
  const Names own = names_of(contract.surface);
  const Surface whole = surface_of_release(contract.release);
  const auto shared =
      std::count_if(whole.symbols.begin(), whole.symbols.end(), [&](const Symbol& symbol) {
        return own.contains({symbol.name, symbol.node});
      });
  const auto of_no_release = std::count_if(own.begin(), own.end(), [](const auto& name_and_node) {
    return since(name_and_node.first, name_and_node.second).empty();
  });
  const auto older = std::ssize(own) - shared - of_no_release;
  return fmt::format("{} of the {} functions of libbpf {}{}{}", shared, whole.symbols.size(),
                     releases()[contract.release],
                     older == 0 ? "" : fmt::format(", and {} of older releases", older),
                     of_no_release == 0 ? "" : fmt::format(", and {} of its own", of_no_release));
}

} // namespace ringside::tool::abi
