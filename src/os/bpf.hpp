// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The door to bpf(2).
#pragma once

#include <cstdint>

#include <linux/bpf.h>

#include "base/result.hpp"

namespace ringside::os {

// bpf is one call of bpf(2). `attr` is `size` bytes long, and the kernel may write results into it.
// It returns what the kernel returns: 0, a number, or a new descriptor, which the caller then owns.
Result<int> bpf(int command, bpf_attr* attr, std::uint32_t size);

} // namespace ringside::os
