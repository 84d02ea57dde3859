// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The kernel's BTF where the kernel lets a program map it: nothing of it is copied.
#pragma once

#include "base/owned.hpp"
#include "btf/btf.hpp"

namespace ringside::kernel {

// mapped_btf is the BTF in a file of /sys, which the kernel has checked and never changes. Null:
// the file cannot be mapped, which Linux can since 6.16, or is no BTF. All that are made of one
// file share the mapping and what was found in it. It stays until the library is unloaded, because
// programs load the BTF, look one thing up and free it, again and again.
Owned<btf::Btf> mapped_btf(const char* path);

} // namespace ringside::kernel
