// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The door to bpf(2).
#pragma once

#include <cerrno>
#include <cstdint>

#include "base/result.hpp"

namespace ringside::os {

// call_bpf is one call of bpf(2), as the C library makes it: -1 and errno for a failure.
long call_bpf(int command, void* attr, std::uint32_t size);

// bpf is the same with a Result. `attr` is `size` bytes long, and the kernel may write results into
// it. It returns what the kernel returns: 0, a number, or a new descriptor, which the caller then
// owns. It is inline: what is found at an element of a map costs little more than the call itself.
inline Result<int> bpf(int command, void* attr, std::uint32_t size) {
  const long result = call_bpf(command, attr, size);
  if (result < 0) [[unlikely]]
    return Errno(errno);
  return static_cast<int>(result);
}

// bpf_with_common passes attributes that all commands have in common, too. Source: struct
// bpf_common_attr in <linux/bpf.h>.
Result<int> bpf_with_common(int command, void* attr, std::uint32_t size, void* common,
                            std::uint32_t common_size);

} // namespace ringside::os
