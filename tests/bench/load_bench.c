/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* load_bench LIBRARY WORK OBJECT: opens an object with a libbpf, loads it if the work says so, and
 * closes it. Prints how many bytes of the allocator were in use at the most. Instructions are
 * counted by callgrind between the beginning and the end of `measured`, system calls between two
 * calls of getppid(). */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "allocations.h"

#define FUNCTIONS(X)                                                                               \
  X(bpf_object__open)                                                                              \
  X(bpf_object__load)                                                                              \
  X(bpf_object__close)                                                                             \
  X(libbpf_set_print)
#include "work.h"

static void open_object(const char* path) {
  struct bpf_object* const object = p_bpf_object__open(path);

  if (object == NULL)
    fail("bpf_object__open");
  p_bpf_object__close(object);
}

static void load_object(const char* path) {
  struct bpf_object* const object = p_bpf_object__open(path);

  if (object == NULL)
    fail("bpf_object__open");
  if (p_bpf_object__load(object) != 0)
    fail("bpf_object__load");
  p_bpf_object__close(object);
}

static void do_nothing(const char* path) {
  (void)path;
}

static const struct work {
  const char* name;
  void (*before)(const char* object);
  void (*run)(const char* object);
} works[] = {
    {"open", do_nothing, open_object},
    {"load", do_nothing, load_object},
    {"load again", load_object, load_object},
};

void measured(void (*run)(const char*), const char* object);
void __attribute__((noinline)) measured(void (*run)(const char*), const char* object) {
  run(object);
  __asm__ volatile("");
}

int main(int count, char** arguments) {
  if (count != 4) {
    fputs("load_bench LIBRARY WORK OBJECT\n", stderr);
    return 2;
  }
  load_library(arguments[1]);
  p_libbpf_set_print(print_nothing);
  for (size_t at = 0; at < sizeof(works) / sizeof(works[0]); at++)
    if (strcmp(works[at].name, arguments[2]) == 0) {
      works[at].before(arguments[3]);
      counting = true;
      (void)getppid();
      measured(works[at].run, arguments[3]);
      (void)getppid();
      counting = false;
      printf("%ld\n", most_bytes);
      return 0;
    }
  fail(arguments[2]);
}
