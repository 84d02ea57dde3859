// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relative: the program or link next to which another is attached, as the kernel takes it.
#pragma once

#include <cerrno>
#include <cstdint>

#include "base/result.hpp"
#include "bpf/new_uapi.hpp"

namespace ringside::bpf {

// The number is a descriptor, or with a flag an id.
struct Relative {
  std::uint32_t number = 0;
  std::uint32_t flags = 0;
};

// relative_of: of a descriptor and an id, each 0 for none. EINVAL for both.
template <class Fd>
Result<Relative> relative_of(Fd fd, std::uint32_t id) {
  if (fd != 0 && id != 0)
    return Errno(EINVAL);
  if (id != 0)
    return Relative{id, kIsId};
  return Relative{static_cast<std::uint32_t>(fd), 0};
}

} // namespace ringside::bpf
