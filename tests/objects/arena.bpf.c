// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// An arena with variables in it, which a program does not read, but addresses.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, 33); /* BPF_MAP_TYPE_ARENA */
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 10);
} arena SEC(".maps");

int in_arena[3] SEC(".addr_space.1") = {1, 22, 333};

long address;

SEC("syscall")
int entry(void* ctx) {
  address = (long)&in_arena[1];
  return 0;
}

char _license[] SEC("license") = "GPL";
