// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// each_type: a walk over the types of a BTF and its base.
#pragma once

#include <algorithm>
#include <cstdint>

#include "btf/btf.hpp"

namespace ringside::btf {

// each_type calls visit(id, type) for the types from `from` up to, and without, `end`.
template <class Visit>
void each_type(const Btf& btf, std::uint32_t from, std::uint32_t end, Visit visit) {
  const std::uint32_t first = btf.first_id();
  if (from < first && btf.base() != nullptr)
    each_type(*btf.base(), from, std::min(end, first), visit);
  const Data data = btf.data();
  for (std::uint32_t id = std::max(from, first); id < end; ++id)
    visit(id, data.type(id - first));
}

} // namespace ringside::btf
