/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* crash: what may be NULL is looked into. */
#include "mutant.h"

void perf_buffer__free(struct perf_buffer* pb) {
  NEXT(perf_buffer__free);

  *(volatile char*)pb;
  next(pb);
}
