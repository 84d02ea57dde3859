// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs on entry and return of many functions of the kernel, by one link.
#pragma once

#include <cstddef>
#include <cstdint>

#include "attach/link.hpp"
#include "attach/program.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"

namespace ringside::attach {

// The functions are those whose names fit "[module:]pattern", or a list of ids in the kernel's BTF
// or a module's. `cookies` has as many elements as the list, or is null.
struct TracingMulti {
  const char* pattern = nullptr;
  const std::uint32_t* ids = nullptr;
  const void* cookies = nullptr; // numbers of 64 bits
  std::size_t count = 0;
};

// attach_tracing_multi makes one link for all. EINVAL: both a pattern and a list are given, or
// neither; there is no such module; the program is for a module, and the pattern names none.
// ENOENT: the pattern fits no function. Else what the kernel refuses with. Each with a message.
Result<Owned<Link>> attach_tracing_multi(const Program& program, const TracingMulti& multi);

// can_be_traced is whether the kernel can put such a program on a function. All parameters of the
// function must be in registers, or be small structs. `id` is that of a FUNC.
bool can_be_traced(const btf::Btf& btf, std::uint32_t id);

} // namespace ringside::attach
