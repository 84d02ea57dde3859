// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The differences of two surfaces in both directions, without a verdict.
#pragma once

#include <string>
#include <vector>

#include "abi/surface.hpp"

namespace ringside::tool::abi {

// Difference: what only the old side has, and what only the new side has, as text: version nodes as
// "node LIBBPF_1.7.0", symbols as "perf_buffer__new@@LIBBPF_0.6.0".
struct Difference {
  std::vector<std::string> removed, added;
  // "soname: libbpf.so.0 became libbpf.so.1"
  std::vector<std::string> changed;
  // What no loader reads, and is no difference to a program: the nodes that others follow on.
  std::vector<std::string> notes;

  [[nodiscard]] bool empty() const { return removed.empty() && added.empty() && changed.empty(); }
};

Difference difference_of(const Surface& old_side, const Surface& new_side);

} // namespace ringside::tool::abi
