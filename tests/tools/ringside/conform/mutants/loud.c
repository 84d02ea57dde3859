/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* loud: nothing is wrong, but for what the library prints, which looks like results. */
#include <stdio.h>

__attribute__((constructor)) static void set_up(void) {
  printf("library nowhere, soname none, release 0, kernel real\nFAIL new.closed_map_fd\n");
  fflush(stdout);
}

__attribute__((destructor)) static void tear_down(void) {
  printf("FAIL new.a_ring_for_each_cpu\nok no.such_case\n");
  fflush(stdout);
}
