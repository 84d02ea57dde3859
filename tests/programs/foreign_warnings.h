/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* foreign_warnings: how many warnings a library has given, and the last one, for its print callback
 * keep_warning. */
#ifndef RINGSIDE_TESTS_PROGRAMS_FOREIGN_WARNINGS_H
#define RINGSIDE_TESTS_PROGRAMS_FOREIGN_WARNINGS_H

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>

static char said[512];
static int warnings;

static int keep_warning(enum libbpf_print_level level, const char* format, va_list ap) {
  if (level != LIBBPF_WARN)
    return 0;
  warnings++;
  return vsnprintf(said, sizeof(said), format, ap);
}

#endif /* RINGSIDE_TESTS_PROGRAMS_FOREIGN_WARNINGS_H */
