/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* mutant: a library that is preloaded over a good one and breaks one thing of it. */
#ifndef RINGSIDE_MUTANT_H
#define RINGSIDE_MUTANT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

#include <bpf/libbpf.h>

/* NEXT declares `next`, the function of the good library. */
#define NEXT(function)                                                                             \
  __typeof__(function)* next;                                                                      \
  *(void**)&next = dlsym(RTLD_NEXT, #function)

#endif /* RINGSIDE_MUTANT_H */
