// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs of an object on USDT probes: the maps that bpf/usdt.bpf.h gives the object.
#pragma once

#include <cstdint>

#include "attach/link.hpp"
#include "object/object.hpp"

namespace ringside::object {

struct UsdtProbe {
  std::int32_t pid = -1;
  const char* path = nullptr; // or a name without '/', to be searched
  const char* provider = nullptr;
  const char* name = nullptr;
  std::uint64_t cookie = 0;
};

// attach_usdt attaches a program to all places of a probe. EINVAL: the program is not loaded, or a
// text is null; ENOENT: there is no such file; ESRCH: the object has no maps of bpf/usdt.bpf.h;
// else as usdt::attach_usdt. Each with a message.
Result<Owned<attach::Link>> attach_usdt(const Program& program, const UsdtProbe& probe);

} // namespace ringside::object
