/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* work: how a program that measures one work of a library begins. It lists the functions that it
 * calls as FUNCTIONS(X), as for functions.h, and then includes this. */
#ifndef RINGSIDE_BENCH_WORK_H
#define RINGSIDE_BENCH_WORK_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

#include "../support/functions.h"

static __attribute__((noreturn)) void fail(const char* what) {
  fprintf(stderr, "%s: %s failed\n", program_invocation_short_name, what);
  exit(1);
}

/* load_library ends the program where a library lacks one of the functions. */
static void load_library(const char* path) {
  const char* const problem = load_functions(path);

  if (problem != NULL)
    fail(problem);
#define WORK_NEED(function)                                                                        \
  if (p_##function == NULL)                                                                        \
    fail(#function);
  FUNCTIONS(WORK_NEED)
}

/* print_nothing is a printer for libbpf_set_print. */
static inline int print_nothing(enum libbpf_print_level level, const char* format,
                                va_list arguments) {
  (void)level;
  (void)format;
  (void)arguments;
  return 0;
}

#endif
