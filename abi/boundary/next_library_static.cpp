// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The libbpf behind us in a static link. Its functions have new names there, so that they do not
// meet ours (docs/relinking.md), and are found by them. Only the print callback is passed on. A
// handle that is not ours cannot come here: libbpf's code calls libbpf's own readers.
#include "abi/boundary/next_library.hpp"

#include <cstring>

#include <bpf/libbpf.h>

// Absent if the program is linked to us alone.
extern "C" [[gnu::weak, gnu::visibility("hidden")]] libbpf_print_fn_t
ringside_next_libbpf_set_print(libbpf_print_fn_t fn);

namespace ringside {

void* next_definition(const char* name) {
  if (std::strcmp(name, "libbpf_set_print") != 0)
    return nullptr;
  return reinterpret_cast<void*>(ringside_next_libbpf_set_print);
}

} // namespace ringside
