/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* section_names LIBRARY: for each line of standard input, what a libbpf says of a program whose
 * section has that name: the results, program type and attach type of libbpf_prog_type_by_name, and
 * result and attach type of libbpf_attach_type_by_name. -1 stays where nothing is written. */
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#define FUNCTIONS(X)                                                                               \
  X(libbpf_prog_type_by_name)                                                                      \
  X(libbpf_attach_type_by_name)                                                                    \
  X(libbpf_set_print)
#include "../support/functions.h"

static int silent(enum libbpf_print_level level, const char* format, va_list arguments) {
  (void)level, (void)format, (void)arguments;
  return 0;
}

int main(int count, char** words) {
  const char* const problem = count == 2 ? load_functions(words[1]) : "no library";
  char name[256];

  if (problem != NULL) {
    fprintf(stderr, "usage: section_names LIBRARY: %s\n", problem);
    return 2;
  }
  p_libbpf_set_print(silent);
  while (fgets(name, sizeof(name), stdin)) {
    int type = -1, attach = -1, other = -1;
    name[strcspn(name, "\n")] = '\0';
    const int of_type = p_libbpf_prog_type_by_name(name, (enum bpf_prog_type*)&type,
                                                   (enum bpf_attach_type*)&attach);
    const int of_attach = p_libbpf_attach_type_by_name(name, (enum bpf_attach_type*)&other);
    printf("%d %d %d %d %d\n", of_type, type, attach, of_attach, other);
  }
  return 0;
}
