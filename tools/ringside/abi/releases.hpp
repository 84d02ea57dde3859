// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Releases of libbpf by version: which exist, and what each added. The code names a release by its
// index in releases().
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "abi/release_data.hpp"

namespace ringside::tool::abi {

// find_release accepts "1.7.0", "v1.7.0", and "1.7" for the newest 1.7.
std::optional<std::size_t> find_release(std::string_view version);

inline std::size_t newest_release() {
  return releases().size() - 1;
}

// "libbpf.so.0" up to 0.8, "libbpf.so.1" since.
std::string soname_of(std::size_t release);
std::size_t first_with_soname_of(std::size_t release);

// The newest version node of a release.
std::string_view newest_node(std::size_t release);

inline bool covers(const auto& run, std::size_t release) {
  return run.first <= release && release <= run.last;
}

// The release that added a symbol in a node, or a node: "1.6.2". Empty if no release has it.
std::string since(std::string_view name, std::string_view node);
std::string since(std::string_view node);

// The numbers of "LIBBPF_1.7.0"; nothing for any other text.
std::optional<std::array<unsigned, 3>> node_version(std::string_view node);

// Is it a node of libbpf that is newer than all known ones? Only a newer ringside can check it.
bool is_of_the_future(std::string_view node);

// "0.0.4 to 0.8.3, 1.0.0", from ascending indices.
std::string ranges_text(const std::vector<std::size_t>& ascending);

} // namespace ringside::tool::abi
