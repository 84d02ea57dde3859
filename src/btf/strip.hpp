// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// strip: what is behind modifiers and typedefs.
#pragma once

#include <cstdint>

#include "btf/btf.hpp"

namespace ringside::btf {

// strip is the id of the first type behind CONST, VOLATILE, RESTRICT, TYPE_TAG and TYPEDEF. Types
// of a file may lead to themselves: behind more than 256 of these it is 0, which is void.
inline std::uint32_t strip(const Btf& btf, std::uint32_t id) {
  constexpr int kMost = 256;
  for (int types = 0; types < kMost; ++types) {
    const Type type = btf.type(id);
    if (!type.is_modifier() && !type.is(kTypedef))
      return id;
    id = type.target();
  }
  return 0;
}

} // namespace ringside::btf
