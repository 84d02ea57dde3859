/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* corpus: what the libbpf that is preloaded makes of each object of tests/objects/corpus: a line
 * "== NAME GROUP", and the account of it. Each has a process of its own. The first line names the
 * library. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/under_test.h"
#include "object/account.h"
#include "object/objects.h"

static int silent(enum libbpf_print_level level, const char* format, va_list arguments) {
  (void)level, (void)format, (void)arguments;
  return 0;
}

int main(void) {
  const char* const any = "bpf_object__open_mem";

  if (!under_test_find(any)) {
    fprintf(stderr, "corpus: preload a libbpf\n");
    return 2;
  }
  printf("library %s, release %s\n", under_test_file(any), under_test_release(any));
  libbpf_set_print(silent);
  libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
  for (const struct test_object* row = test_objects; row->name; row++) {
    int status;

    if (!is_row(row))
      continue;
    printf("== %s %s\n", row->name, group_of(row));
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      fputs(account_of(row), stdout);
      fflush(stdout);
      _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
      return 1;
    if (WIFSIGNALED(status))
      printf("crashed by signal %d\n", WTERMSIG(status));
  }
  return 0;
}
