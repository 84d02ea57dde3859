// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A symbol that the kernel must have, and does not have.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

extern const void there_is_no_such_symbol __ksym;

long seen;

SEC("raw_tp/sys_enter")
int entry(void* ctx) {
  seen = (long)&there_is_no_such_symbol;
  return 0;
}

char _license[] SEC("license") = "GPL";
