// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocating: a split BTF moves from the base that distilling made to a real one.
#pragma once

#include "base/result.hpp"
#include "btf/btf.hpp"

namespace ringside::btf {

// relocate makes `base` the base of a split Btf. Each type of the distilled base becomes the one of
// its name in `base`; own types follow behind that. EINVAL: the Btf is not split, `base` is its
// base already, the old base is not distilled, or a type of it has none or several that fit;
// ENOENT: an own type has a name that only the old base has, and no type there; EOPNOTSUPP, ENOMEM.
// What fails has changed nothing. The old base is not freed.
Result<void> relocate(Btf& btf, const Btf& base);

} // namespace ringside::btf
