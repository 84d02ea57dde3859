// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What a program of a tracing kind is for: a function or type that BTF describes.
#pragma once

#include <cstdint>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "btf/kinds.hpp"

namespace ringside::object {

class Program;
struct Loading;

struct AttachTarget {
  std::uint32_t id = 0;
  int fd = 0; // of a program or of a module's BTF; 0: the kernel's
};

// LookedUp is what BTF has for a name: its prefix and kind depend on how a program attaches.
struct LookedUp {
  const char* prefix;
  btf::Kind kind;
};
LookedUp looked_up(std::uint32_t attach_type);

// section_target is the part of a section's name behind the first slash. EINVAL: there is none.
Result<const char*> section_target(const Program& program, const Subject& subject);

// find_section_target finds what section_target means. EINVAL: there is no such part, or a program
// that replaces another has none to replace; ESRCH: the kernel and its modules have no such
// function or type; ENOENT: the program has not.
Result<AttachTarget> find_section_target(Loading& loading, const Program& program,
                                         const Subject& subject);

// find_kernel_target finds a function or type by its name, with a module and a colon before it or
// without. ESRCH: there is none.
Result<AttachTarget> find_kernel_target(Loading& loading, std::uint32_t attach_type,
                                        const char* target, const Subject& subject);

} // namespace ringside::object
