/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* libbpf0: a libbpf.so.0 that has the names and can do nothing, to link old programs with and to
 * run them where no old library is. Whoever reaches it ends: a preloaded library has not done its
 * work. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFUSE(name)                                                                               \
  void name(void);                                                                                 \
  void name(void) {                                                                                \
    fprintf(stderr, "libbpf.so.0: " #name " is not here\n");                                       \
    abort();                                                                                       \
  }

REFUSE(bpf_perf_event_read_simple)
REFUSE(perf_buffer__new)
REFUSE(perf_buffer__new_raw)
REFUSE(perf_buffer__free)
REFUSE(perf_buffer__poll)
REFUSE(perf_buffer__consume)
REFUSE(perf_buffer__consume_buffer)
REFUSE(perf_buffer__buffer_cnt)
REFUSE(perf_buffer__buffer_fd)

/* These two a preloaded library may pass on. */
typedef int (*print_fn)(int level, const char* format, __builtin_va_list args);
print_fn libbpf_set_print(print_fn printer);
long libbpf_get_error(const void* pointer);

print_fn libbpf_set_print(print_fn printer) {
  static print_fn current;
  print_fn old = current;

  current = printer;
  return old;
}

long libbpf_get_error(const void* pointer) {
  return (unsigned long)pointer >= -4095UL ? (long)pointer : 0;
}
