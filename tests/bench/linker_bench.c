/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* linker_bench LIBRARY OUTPUT INPUT...: links once, with a libbpf. Instructions are counted by
 * callgrind between the beginning and the end of `measured`. */
#include <stdio.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

#define FUNCTIONS(X)                                                                               \
  X(bpf_linker__new)                                                                               \
  X(bpf_linker__add_file)                                                                          \
  X(bpf_linker__finalize)                                                                          \
  X(bpf_linker__free)
#include "work.h"

void measured(const char* output, char** inputs);
void __attribute__((noinline)) measured(const char* output, char** inputs) {
  struct bpf_linker* const linker = p_bpf_linker__new(output, NULL);

  if (linker == NULL)
    fail("bpf_linker__new");
  for (; *inputs; inputs++)
    if (p_bpf_linker__add_file(linker, *inputs, NULL) != 0)
      fail(*inputs);
  if (p_bpf_linker__finalize(linker) != 0)
    fail("bpf_linker__finalize");
  p_bpf_linker__free(linker);
}

int main(int count, char** arguments) {
  if (count < 4) {
    fputs("linker_bench LIBRARY OUTPUT INPUT...\n", stderr);
    return 2;
  }
  load_library(arguments[1]);
  measured(arguments[2], arguments + 3);
  return 0;
}
