// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The libbpf behind us in a static link. Its names are changed there, so that they do not meet ours
// (docs/relinking.md), and it is found by its new name.
#include "abi/boundary/next_printer.hpp"

// Absent if the program is linked to us alone.
extern "C" [[gnu::weak, gnu::visibility("hidden")]] libbpf_print_fn_t
ringside_next_libbpf_set_print(libbpf_print_fn_t fn);

namespace ringside {

SetPrint next_set_print(const void* /*caller*/) {
  return ringside_next_libbpf_set_print;
}

} // namespace ringside
