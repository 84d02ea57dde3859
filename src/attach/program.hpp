// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Program: what attaching has to know of a program.
#pragma once

#include <cerrno>
#include <cstdint>

#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::attach {

// The kernel keeps a program while it is attached. So a link needs nothing of this struct later.
struct Program {
  Subject subject; // begins messages about it
  int fd = -1;     // -1: the kernel does not have it
  std::uint32_t type = 0;
  std::uint32_t attach_type = 0; // the one that it was loaded with
  bool of_module = false;        // it was loaded for functions of a module
};

// must_be_loaded is EINVAL, with a message, for a program that the kernel does not have.
inline Result<void> must_be_loaded(const Program& program) {
  if (program.fd >= 0)
    return {};
  return fail(program.subject, Errno(EINVAL),
              "it cannot be attached before it is loaded: load its object, with the program's "
              "autoload on");
}

} // namespace ringside::attach
