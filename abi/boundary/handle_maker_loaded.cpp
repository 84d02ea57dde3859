// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The maker of a handle, among the libraries that the dynamic loader has loaded.
#include "abi/boundary/handle_maker.hpp"

#include <cstdint>

#include <dlfcn.h>

#include "abi/boundary/loaded_libraries.hpp"
#include "base/log.hpp"
#include "base/shared_word.hpp"

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

void notice_jump(const void* function, Called called) {
  static std::uint32_t has_warned = 0;
  if (load_relaxed(has_warned) != 0 || calls_by_name(called.from, function))
    return;
  // A library that the loader finds later gets no calls of others.
  if (dlsym(RTLD_DEFAULT, called.function) != function)
    return;
  const OnlyDefinition other = only_definition(called.function);
  if (other.address == nullptr && !other.several)
    return;
  store_relaxed(has_warned, std::uint32_t{1});
  Dl_info file{};
  if (other.address == nullptr || dladdr(other.address, &file) == 0)
    file.dli_fname = "several libraries";
  log(LogLevel::warn,
      "%s: it was called through a pointer, and there is another libbpf in this process (%s), "
      "which "
      "may have passed on a call of its own to this library. If so, what it gives is of this "
      "library and not for its own functions: load it with RTLD_DEEPBIND\n",
      called.function, file.dli_fname);
}

void* callers_function(Called called) {
  return definition_for_caller(called.from, called.function);
}

} // namespace ringside
