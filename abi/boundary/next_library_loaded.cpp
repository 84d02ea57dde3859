// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The libbpf behind us, where the dynamic loader has loaded one.
#include "abi/boundary/next_library.hpp"

#include <initializer_list>

#include <dlfcn.h>

namespace ringside {

void* next_definition(const char* name) {
  // In the usual case the program links libbpf, which then comes after us in the search order.
  if (void* next = dlsym(RTLD_NEXT, name))
    return next;

  // A plugin's libbpf is in a scope of the plugin's own, which RTLD_NEXT does not see. Asking for
  // it by name finds it there. RTLD_NOLOAD: it is not loaded for this.
  for (const char* library : {"libbpf.so.1", "libbpf.so.0"}) {
    void* handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr)
      continue;
    void* next = dlsym(handle, name);
    // The library stays loaded: the code that has its handle, or prints through it, still uses it.
    dlclose(handle);
    if (next != nullptr)
      return next;
  }
  return nullptr;
}

} // namespace ringside
