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

// LookedUp says which type of a BTF stands for a name. The prefix of the type's name and its kind
// depend on how the program attaches.
struct LookedUp {
  const char* prefix;
  btf::Kind kind;
};
LookedUp looked_up(std::uint32_t attach_type);

// section_target is the part of a section's name behind the first slash. EINVAL: there is none.
Result<const char*> section_target(const Program& program, const Subject& subject);

// find_section_target finds the function or type that section_target names. EINVAL: the section
// names none, or no program was set whose function is to be replaced; ESRCH: the kernel and its
// modules have no such function or type; ENOENT: the program whose function is to be replaced has
// none.
Result<AttachTarget> find_section_target(Loading& loading, const Program& program,
                                         const Subject& subject);

// find_kernel_target finds a function or type by its name, with a module and a colon before it or
// without. ESRCH: there is none.
Result<AttachTarget> find_kernel_target(Loading& loading, std::uint32_t attach_type,
                                        const char* target, const Subject& subject);

} // namespace ringside::object
