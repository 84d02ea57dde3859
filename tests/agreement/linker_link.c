/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* linker_link LIBRARY: links with a libbpf. Each line of its input is the path of an output and of
 * inputs; for each it writes a line with the result of adding each input, and of finalizing. A line
 * that kills the library is answered by "died". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/libbpf.h>

static void* library;

static void* find(const char* name) {
  void* const found = dlsym(library, name);

  if (!found) {
    fprintf(stderr, "%s\n", dlerror());
    exit(2);
  }
  return found;
}

#define CALL(function) ((__typeof__(&function))find(#function))

static void link_line(char* line) {
  char* const output = strtok(line, " \n");
  struct bpf_linker* const linker = CALL(bpf_linker__new)(output, NULL);

  for (const char* input = strtok(NULL, " \n"); input; input = strtok(NULL, " \n"))
    printf("%d ", CALL(bpf_linker__add_file)(linker, input, NULL));
  printf("%d\n", CALL(bpf_linker__finalize)(linker));
  CALL(bpf_linker__free)(linker);
  fflush(stdout);
}

int main(int argc, char** argv) {
  static char line[1 << 16];

  if (argc != 2 || !(library = dlopen(argv[1], RTLD_NOW))) {
    fprintf(stderr, "usage: linker_link LIBRARY\n");
    return 2;
  }
  CALL(libbpf_set_print)(NULL);
  while (fgets(line, sizeof(line), stdin)) {
    const pid_t child = fork();
    int status = 0;

    if (child == 0) {
      link_line(line);
      _exit(0);
    }
    waitpid(child, &status, 0);
    if (status != 0) {
      printf("died\n");
      fflush(stdout);
    }
  }
  return 0;
}
