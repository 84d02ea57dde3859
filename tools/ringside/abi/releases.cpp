// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Lookups in the tables of releases.
#include "abi/releases.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::tool::abi {
namespace {

constexpr std::string_view kNodePrefix = "LIBBPF_";

// The release that added what the table has since `first`. There were releases before the oldest
// one of the tables: what that one has is as old as its node says.
std::string came_with(std::size_t first, std::string_view node) {
  return std::string(first == 0 ? node.substr(kNodePrefix.size()) : releases()[first]);
}

} // namespace

std::optional<std::size_t> find_release(std::string_view version) {
  if (version.starts_with('v'))
    version.remove_prefix(1);
  const auto all = releases();
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view known = all[i];
    if (known == version || version == fmt::format("{}.0", known))
      return i;
    if (known.starts_with(version) &&
        (known[version.size()] == '.' || known[version.size()] == '-'))
      found = i;
  }
  return found;
}

std::string soname_of(std::size_t release) {
  return releases()[release].starts_with("0.") ? "libbpf.so.0" : "libbpf.so.1";
}

std::size_t first_with_soname_of(std::size_t release) {
  while (release > 0 && soname_of(release - 1) == soname_of(release))
    --release;
  return release;
}

std::string_view newest_node(std::size_t release) {
  std::string_view newest;
  for (const NodeRun& run : node_runs())
    if (covers(run, release))
      newest = run.node;
  return newest;
}

std::string since(std::string_view name, std::string_view node) {
  for (const SymbolRun& run : symbol_runs())
    if (run.name == name && run.node == node)
      return came_with(run.first, node);
  return "";
}

std::string since(std::string_view node) {
  for (const NodeRun& run : node_runs())
    if (run.node == node)
      return came_with(run.first, node);
  return "";
}

std::optional<std::array<unsigned, 3>> node_version(std::string_view node) {
  if (!node.starts_with(kNodePrefix))
    return std::nullopt;
  node.remove_prefix(kNodePrefix.size());
  std::array<unsigned, 3> numbers{};
  const char* place = node.data();
  const char* const end = place + node.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && (place == end || *place++ != '.'))
      return std::nullopt;
    const auto read = std::from_chars(place, end, numbers[i]);
    if (read.ec != std::errc())
      return std::nullopt;
    place = read.ptr;
  }
  if (place != end)
    return std::nullopt;
  return numbers;
}

bool is_of_the_future(std::string_view node) {
  const auto version = node_version(node);
  return version && *version > *node_version(node_runs().back().node);
}

std::string ranges_text(const std::vector<std::size_t>& ascending) {
  std::vector<std::string> words;
  for (auto first = ascending.begin(); first != ascending.end();) {
    auto last = first;
    while (std::next(last) != ascending.end() && *std::next(last) == *last + 1)
      ++last;
    const std::string_view from = releases()[*first];
    const std::string_view to = releases()[*last];
    words.push_back(first == last ? std::string(from) : fmt::format("{} to {}", from, to));
    first = std::next(last);
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

} // namespace ringside::tool::abi
