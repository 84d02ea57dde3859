// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The kernel's functions that can have probes, by a pattern.
#pragma once

#include <cstdint>

#include "attach/glob.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::attach {

// FunctionLists are the files that have the kernel's functions, as the kernel writes them.
struct FunctionLists {
  const char* addresses; // "ADDRESS NAME [MODULE]": available_filter_functions_addrs of tracefs
  const char* names;     // "NAME [MODULE]": available_filter_functions of tracefs
  const char* symbols;   // /proc/kallsyms
};

// match_kernel_functions is the addresses of all functions that a pattern fits, each once, in
// rising order. It asks available_filter_functions_addrs of tracefs (Linux 6.5), or else
// available_filter_functions and /proc/kallsyms, or where this process may not read these, the
// functions in /proc/kallsyms alone. Errors, each with a message: ENOENT: there is none; EINVAL: a
// line that cannot be read; EPERM: the kernel hides addresses; ENOMEM.
Result<Vector<unsigned long>> match_kernel_functions(const Glob& glob, const Subject& subject);

// match_listed_functions is the same for lists anywhere.
Result<Vector<unsigned long>> match_listed_functions(const FunctionLists& lists, const Glob& glob,
                                                     const Subject& subject);

} // namespace ringside::attach
