// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The libbpf behind us, among the libraries that the dynamic loader has loaded.
#include "abi/boundary/next_printer.hpp"

#include "abi/boundary/loaded_libraries.hpp"

namespace ringside {

SetPrint next_set_print(const void* caller) {
  constexpr const char* kName = "libbpf_set_print";
  // The loader's order: what comes with the program, then what comes with the plugin that calls.
  void* next = definition_after_us(kName);
  if (next == nullptr)
    next = definition_for_caller(caller, kName);
  // The program is linked to us, and has loaded a libbpf with dlopen.
  if (next == nullptr)
    next = only_definition(kName).address;
  return reinterpret_cast<SetPrint>(next);
}

} // namespace ringside
