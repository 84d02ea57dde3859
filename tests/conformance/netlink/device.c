/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* device: a network namespace for the process of one case. */
#define _GNU_SOURCE
#include "netlink/device.h"

#include <sched.h>

#include "harness/conform.h"

int device_of_our_own(void) {
  enum { loopback = 1 };

  if (unshare(CLONE_NEWNET) != 0)
    skip("no network namespace can be made");
  return loopback;
}

int device_program(enum bpf_prog_type type) {
  const struct bpf_insn insns[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT},
  };
  int fd = bpf_prog_load(type, "of_a_case", "GPL", insns, sizeof(insns) / sizeof(insns[0]), NULL);

  if (fd == -EPERM)
    skip("programs cannot be loaded");
  CHECK(fd >= 0);
  return fd;
}

__u32 device_program_id(int prog_fd) {
  struct bpf_prog_info info = {0};
  __u32 size = sizeof(info);

  CHECK_EQ(bpf_obj_get_info_by_fd(prog_fd, &info, &size), 0);
  return info.id;
}
