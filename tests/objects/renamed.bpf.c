// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A field that has had another name since Linux 5.14: read as if all kernels had the new one, and
// as programs do that ask first.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

struct task_struct {
  unsigned int __state;
} __attribute__((preserve_access_index));

struct task_struct___before {
  long state;
} __attribute__((preserve_access_index));

long seen[2];

SEC("raw_tp/sched_switch")
int careless(struct bpf_raw_tracepoint_args* ctx) {
  seen[0] = BPF_CORE_READ((struct task_struct*)ctx->args[1], __state);
  return 0;
}

SEC("raw_tp/sched_switch")
int careful(struct bpf_raw_tracepoint_args* ctx) {
  struct task_struct* task = (void*)ctx->args[1];

  if (bpf_core_field_exists(task->__state))
    seen[1] = BPF_CORE_READ(task, __state);
  else
    seen[1] = BPF_CORE_READ((struct task_struct___before*)task, state);
  return 0;
}

char _license[] SEC("license") = "GPL";
