// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Another order of the types of a BTF.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "btf/btf.hpp"
#include "btf/ext.hpp"

namespace ringside::btf {

// permute gives own types other ids: new_ids[n] is that of the own type number n, or of void and
// the types behind it where the Btf is not split. All ids in types, and in `ext`, which may be
// null, follow. EINVAL: new_ids does not name each own id once, void moves, or an id or kind means
// nothing; EOPNOTSUPP, ENOMEM. What fails has changed nothing.
Result<void> permute(Btf& btf, std::span<const std::uint32_t> new_ids, Ext* ext);

} // namespace ringside::btf
