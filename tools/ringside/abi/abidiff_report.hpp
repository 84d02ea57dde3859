// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What abidiff prints of leaf changes, taken apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::tool::abi {

// LayoutChange: a type or a function that is not the same on both sides.
struct LayoutChange {
  std::string subject;              // "struct perf_buffer_opts"
  std::vector<std::string> details; // as abidiff has them, without indentation
};

std::vector<LayoutChange> parse_abidiff(std::string_view report);

// Is it no more than a struct with a size in it, or one whose size is told elsewhere, that became
// longer at its end? libbpf's interface has room for that.
bool is_growth(const LayoutChange& change);

// In one line.
std::string to_text(const LayoutChange& change);

} // namespace ringside::tool::abi
