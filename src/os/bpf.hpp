// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The door to bpf(2).
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace ringside::os {

// bpf is one call of bpf(2). `attr` is `size` bytes long, and the kernel may write results into it.
// It returns what the kernel returns: 0, a number, or a new descriptor, which the caller then owns.
Result<int> bpf(int command, void* attr, std::uint32_t size);

// bpf_with_common passes attributes that all commands have in common, too. Source: struct
// bpf_common_attr in <linux/bpf.h>.
Result<int> bpf_with_common(int command, void* attr, std::uint32_t size, void* common,
                            std::uint32_t common_size);

} // namespace ringside::os
