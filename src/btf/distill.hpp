// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Distilling a split BTF: a small base with just enough to find its types again in another one.
#pragma once

#include "base/owned.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"

namespace ringside::btf {

struct Distilled {
  Owned<Btf> base;
  Owned<Btf> split; // over `base`
};

// distill makes both of a split Btf. The base has what `from` needs of its own: numbers and forward
// declarations whole, of structs, unions and enums the name and size. What has no name, and
// pointers and the like, go to the end of the new split Btf. EINVAL: `from` is not split, or needs
// a function or a variable of its base, or an id or kind that means nothing; ENOMEM.
Result<Distilled> distill(const Btf& from);

} // namespace ringside::btf
