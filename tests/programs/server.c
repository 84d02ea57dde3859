/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* server: says which file serves perf_buffer__poll. The loader of a set-user-id program would not
 * tell. */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
  Dl_info file;

  if (!dladdr((void*)perf_buffer__poll, &file))
    return 1;
  return puts(file.dli_fname) < 0;
}
