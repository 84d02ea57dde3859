/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* results BPF_FOLDER CGROUP: what functions of bpf.h return on this kernel, a line each. */
#include "results.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

const char* section = "";

int show(int result, const char* format, ...) {
  const int error = errno;
  va_list arguments;

  printf("%s: ", section);
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  if (result >= 0)
    printf(": %d\n", result);
  else if (result == -524)
    printf(": ENOTSUPP%s\n", error == 524 ? "" : "!");
  else
    printf(": %s%s\n", strerrorname_np(-result), error == -result ? "" : "!");
  return result;
}

int open_shown(int fd, const char* words) {
  show(fd >= 0 ? 0 : fd, "%s%s", words, fd >= 0 ? ": fd" : "");
  return fd;
}

const struct bpf_insn return_0[2] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
    {.code = BPF_JMP | BPF_EXIT},
};
const struct bpf_insn no_exit[1] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
};

int load(enum bpf_prog_type type, enum bpf_attach_type attach_type) {
  return bpf_prog_load(type, "results", "GPL", return_0, 2,
                       WITH(bpf_prog_load_opts, .expected_attach_type = attach_type));
}

int map_of(enum bpf_map_type type, __u32 key, __u32 value, __u32 entries, __u32 flags) {
  return bpf_map_create(type, "results", key, value, entries,
                        WITH(bpf_map_create_opts, .map_flags = flags));
}

static int quiet(enum libbpf_print_level level, const char* format, va_list arguments) {
  (void)level;
  (void)format;
  (void)arguments;
  return 0;
}

int main(int count, char** arguments) {
  int cgroup;

  if (count != 3 || bpf_map_create == NULL) {
    fputs("results BPF_FOLDER CGROUP, with a libbpf preloaded\n", stderr);
    return 2;
  }
  libbpf_set_print(quiet);
  results_of_maps();
  cgroup = open(arguments[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  results_of_attaching(cgroup);
  close(cgroup);
  results_of_the_rest(arguments[1]);
  /* This one changes into the folder. */
  results_of_objects(arguments[1]);
  return 0;
}
