// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Parses what abidiff prints about leaf changes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::tool::abi {

// LayoutChange: a type or a function that differs between both sides.
struct LayoutChange {
  std::string subject;              // "struct perf_buffer_opts"
  std::vector<std::string> details; // as abidiff has them, without indentation
};

std::vector<LayoutChange> parse_abidiff(std::string_view report);

// Is the only change that a struct became longer at its end, and do programs give the size of this
// struct, in it or elsewhere? Such a change keeps the interface of libbpf compatible.
bool is_growth(const LayoutChange& change);

// The change in one line.
std::string to_text(const LayoutChange& change);

} // namespace ringside::tool::abi
