// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The kernel's functions that can have probes and whose names fit a pattern.
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

// match_kernel_functions is the addresses of all functions whose names fit a pattern: each once, in
// rising order. It reads available_filter_functions_addrs of tracefs (Linux 6.5). An older kernel
// has available_filter_functions, whose names it looks up in /proc/kallsyms. If this process may
// read neither, all functions in /proc/kallsyms count. Errors, each with a message: ENOENT: no name
// fits; EINVAL: a line has another form; EPERM: the kernel hides addresses; ENOMEM.
Result<Vector<unsigned long>> match_kernel_functions(const Glob& glob, const Subject& subject);

// match_listed_functions is the same with lists in other places.
Result<Vector<unsigned long>> match_listed_functions(const FunctionLists& lists, const Glob& glob,
                                                     const Subject& subject);

} // namespace ringside::attach
