// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The libbpf behind us, which must print to the same callback as we. There are three ways to find
// it, chosen when a library is linked: next_printer_loaded.cpp asks the dynamic loader,
// next_printer_static.cpp uses the name that a static link gives, and next_printer_none.cpp is for
// the archive that replaces libbpf.
#pragma once

#include <bpf/libbpf.h>

namespace ringside {

using SetPrint = libbpf_print_fn_t (*)(libbpf_print_fn_t);

// next_set_print finds the libbpf_set_print that a call from `caller`, an address of code, would
// reach without us; nullptr if there is none.
SetPrint next_set_print(const void* caller);

} // namespace ringside
