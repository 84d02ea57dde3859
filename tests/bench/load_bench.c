/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* load_bench LIBRARY WORK OBJECT: opens an object with a libbpf, loads it if the work says so, and
 * closes it. Prints how many bytes of the allocator were in use at the most. Instructions are
 * counted by callgrind between the beginning and the end of `measured`, system calls between two
 * calls of getppid(). */
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

/* The allocator, with counts. Only what is made while work is measured counts. */
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void __libc_free(void* block);

static bool counting;
static long live_bytes, most_bytes;

static void* count_block(void* block) {
  if (counting && block != NULL) {
    live_bytes += (long)malloc_usable_size(block);
    if (live_bytes > most_bytes)
      most_bytes = live_bytes;
  }
  return block;
}

void* malloc(size_t size) {
  return count_block(__libc_malloc(size));
}

void* calloc(size_t count, size_t size) {
  return count_block(__libc_calloc(count, size));
}

void* realloc(void* block, size_t size) {
  if (counting && block != NULL)
    live_bytes -= (long)malloc_usable_size(block);
  return count_block(__libc_realloc(block, size));
}

void free(void* block) {
  if (counting && block != NULL)
    live_bytes -= (long)malloc_usable_size(block);
  __libc_free(block);
}

static void fail(const char* what) {
  fprintf(stderr, "load_bench: %s failed\n", what);
  exit(1);
}

#define FUNCTIONS(X)                                                                               \
  X(bpf_object__open)                                                                              \
  X(bpf_object__load)                                                                              \
  X(bpf_object__close)                                                                             \
  X(libbpf_set_print)
#include "../support/functions.h"

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

static int quiet(enum libbpf_print_level level, const char* format, va_list arguments) {
  (void)level;
  (void)format;
  (void)arguments;
  return 0;
}

int main(int count, char** arguments) {
  const char* problem;

  if (count != 4) {
    fputs("load_bench LIBRARY WORK OBJECT\n", stderr);
    return 2;
  }
  problem = load_functions(arguments[1]);
  if (problem != NULL)
    fail(problem);
#define NEED(function)                                                                             \
  if (p_##function == NULL)                                                                        \
    fail(#function);
  FUNCTIONS(NEED)
  p_libbpf_set_print(quiet);
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
