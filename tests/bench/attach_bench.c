/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* attach_bench LIBRARY WORK OBJECT FILE: attaches once, with a libbpf, as far as the library itself
 * has to search: for a function of an ELF file, or for functions of the kernel. What the kernel
 * says then does not matter. Instructions are counted by callgrind between the beginning and the
 * end of `measured`. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#define FUNCTIONS(X)                                                                               \
  X(bpf_object__open)                                                                              \
  X(bpf_object__load)                                                                              \
  X(bpf_object__find_program_by_name)                                                              \
  X(bpf_program__set_autoload)                                                                     \
  X(bpf_program__set_expected_attach_type)                                                         \
  X(bpf_program__attach_uprobe_opts)                                                               \
  X(bpf_program__attach_kprobe_multi_opts)                                                         \
  X(libbpf_set_print)
#include "work.h"

static struct bpf_program* program;

static void open_program(const char* path) {
  struct bpf_object* const object = p_bpf_object__open(path);

  if (object == NULL)
    fail("bpf_object__open");
  program = p_bpf_object__find_program_by_name(object, "uprobe");
  if (program == NULL)
    fail("bpf_object__find_program_by_name");
}

static void load_program(const char* path) {
  struct bpf_object* const object = p_bpf_object__open(path);

  if (object == NULL)
    fail("bpf_object__open");
  program = p_bpf_object__find_program_by_name(object, "uprobe");
  if (program == NULL || p_bpf_program__set_autoload(program, true) != 0 ||
      p_bpf_program__set_expected_attach_type(program, BPF_TRACE_KPROBE_MULTI) != 0 ||
      p_bpf_object__load(object) != 0)
    fail("bpf_object__load");
}

/* Of a program that is not loaded, the function is searched for before that is refused. */
static void search(const char* file, const char* function, int error) {
  LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = function);

  errno = 0;
  if (p_bpf_program__attach_uprobe_opts(program, -1, file, 0, &opts) != NULL || errno != error)
    fail(function);
}

static void find_dynamic(const char* file) {
  search(file, "_ZN5bench6module9function_50000Ev", EINVAL);
}

static void find_static(const char* file) {
  search(file, "_ZN5bench6module7local_109000Ev", EINVAL);
}

static void find_absent(const char* file) {
  search(file, "_ZN5bench6module10nothing_77777Ev", ENOENT);
}

static void match(const char* file) {
  LIBBPF_OPTS(bpf_kprobe_multi_opts, opts);

  (void)file;
  errno = 0;
  if (p_bpf_program__attach_kprobe_multi_opts(program, "bench_tcp_*", &opts) == NULL &&
      (errno == ENOENT || errno == EINVAL))
    fail("bpf_program__attach_kprobe_multi_opts");
}

static const struct work {
  const char* name;
  void (*prepare)(const char* object);
  void (*run)(const char* file);
} works[] = {
    {"find a function of .dynsym", open_program, find_dynamic},
    {"find a function of .symtab alone", open_program, find_static},
    {"find no function", open_program, find_absent},
    {"match 60000 functions of the kernel", load_program, match},
};

void measured(void (*run)(const char*), const char* file);
void __attribute__((noinline)) measured(void (*run)(const char*), const char* file) {
  run(file);
  __asm__ volatile("");
}

int main(int count, char** arguments) {
  if (count == 2 && strcmp(arguments[1], "--list") == 0) {
    for (size_t at = 0; at < sizeof(works) / sizeof(works[0]); at++)
      puts(works[at].name);
    return 0;
  }
  if (count != 5) {
    fputs("attach_bench LIBRARY WORK OBJECT FILE, or --list\n", stderr);
    return 2;
  }
  load_library(arguments[1]);
  p_libbpf_set_print(print_nothing);
  for (size_t at = 0; at < sizeof(works) / sizeof(works[0]); at++)
    if (strcmp(works[at].name, arguments[2]) == 0) {
      works[at].prepare(arguments[3]);
      measured(works[at].run, arguments[4]);
      return 0;
    }
  fail(arguments[2]);
}
