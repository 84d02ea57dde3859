// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Sizes of types, through typedefs, modifiers and arrays. Alignments are in alignments.hpp.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "btf/btf.hpp"

namespace ringside::btf {

// Types of a file may lead to themselves. Both functions follow this many, and then give up.
inline constexpr int kMaxTypesToSize = 32;

// resolve_type follows modifiers, typedefs and VARs to what is behind them. EINVAL: that is void, a
// FWD or no type.
Result<std::uint32_t> resolve_type(const Btf& btf, std::uint32_t id);

// resolve_size is the size in bytes of what is behind modifiers, typedefs, VARs, DECL_TAGs and
// arrays. EINVAL: it has none; E2BIG: it does not fit into 32 bits.
Result<std::int64_t> resolve_size(const Btf& btf, std::uint32_t id);

} // namespace ringside::btf
