/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Loads a BPF object, with its own BTF as the kernel's for CO-RE, runs each of its programs once
 * and prints a line for each: name, result, text, numbers. Exits with 77 where bpf(2) is not
 * allowed. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { NUMBERS = 12, RESULTS = 32 };

struct output {
  unsigned long long results[RESULTS];
  char text[64];
};

/* Runs a program on the context {1, 2, ... 12}, each number in the high and in the low half of 64
 * bits, and prints what it has left in the map `map_fd`, which is emptied before. */
static int run(const struct bpf_program* program, int map_fd) {
  unsigned long long context[NUMBERS];
  struct output output;
  LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = context, .ctx_size_in = sizeof(context));
  int i, key = 0;

  for (i = 0; i < NUMBERS; i++)
    context[i] = (i + 1ULL) << 32 | (i + 1U);
  memset(&output, 0, sizeof(output));
  if (bpf_map_update_elem(map_fd, &key, &output, 0) != 0 ||
      bpf_prog_test_run_opts(bpf_program__fd(program), &opts) != 0 ||
      bpf_map_lookup_elem(map_fd, &key, &output) != 0)
    return -1;
  printf("%s %u [%s]", bpf_program__name(program), opts.retval, output.text);
  for (i = 0; i < RESULTS; i++)
    printf(" %llu", output.results[i]);
  printf("\n");
  return 0;
}

int main(int argc, char** argv) {
  LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = argc > 1 ? argv[1] : NULL);
  struct bpf_object* object = argc == 2 ? bpf_object__open_file(argv[1], &opts) : NULL;
  struct bpf_program* program;
  int map_fd, failed = 0;

  if (!object)
    return 1;
  if (bpf_object__load(object) != 0)
    return errno == EPERM ? 77 : 1;
  map_fd = bpf_object__find_map_fd_by_name(object, ".data.output");
  bpf_object__for_each_program(program, object) {
    failed |= run(program, map_fd);
  }
  bpf_object__close(object);
  return failed != 0;
}
