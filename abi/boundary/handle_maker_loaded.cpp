// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The maker of a handle, among the libraries that the dynamic loader has loaded.
#include "abi/boundary/handle_maker.hpp"

#include "abi/boundary/loaded_libraries.hpp"
#include "base/log.hpp"

namespace ringside {
namespace {

// The function of the only library that can have made the handle: the program has loaded it with
// dlopen and called its constructor by dlsym.
void* only_maker(Called called) {
  const OnlyDefinition only = only_definition(called.function);
  if (only.several)
    log(LogLevel::warn,
        "%s: several other libbpfs of this process could have made the handle, and nothing says "
        "which: call the function of that library itself, found by dlsym\n",
        called.function);
  else if (only.address == nullptr)
    warn_of_no_maker(called);
  return only.address;
}

} // namespace

void* makers_function(Called called) {
  // libbpf calls its own ring_buffer__add and __free for the handle that it is making, and the
  // loader binds these calls to us. So a caller that defines the function is the maker. A plugin
  // with a libbpf of its own uses that one.
  if (void* theirs = definition_for_caller(called.from, called.function))
    return theirs;
  // In the usual case the program links libbpf, which then comes after us in the search order.
  if (void* theirs = definition_after_us(called.function))
    return theirs;
  return only_maker(called);
}

void* callers_function(Called called) {
  return definition_for_caller(called.from, called.function);
}

} // namespace ringside
