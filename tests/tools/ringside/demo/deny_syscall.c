/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* deny-syscall: runs a command under a seccomp filter that refuses one system call with EPERM. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
  const char* name;
  unsigned number;
} calls[] = {{"bpf", SYS_bpf}, {"perf_event_open", SYS_perf_event_open}};

int main(int argc, char** argv) {
  const size_t count = sizeof(calls) / sizeof(calls[0]);
  size_t i = 0;

  while (argc > 2 && i < count && strcmp(argv[1], calls[i].name) != 0)
    i++;
  if (argc < 3 || i == count) {
    fprintf(stderr, "usage: deny-syscall bpf|perf_event_open COMMAND...\n");
    return 2;
  }

  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
    perror("deny-syscall: prctl");
    return 77;
  }
  execv(argv[2], argv + 2);
  perror(argv[2]);
  return 127;
}
