// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CO-RE relocations that the kernel has an answer to, and one that it has not.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

struct task_struct {
  int tgid;
  struct task_struct* group_leader;
} __attribute__((preserve_access_index));

struct task_struct___other {
  int there_is_no_such_field;
} __attribute__((preserve_access_index));

long seen[4];

SEC("raw_tp/sys_enter")
int entry(void* ctx) {
  struct task_struct* task = (void*)bpf_get_current_task();

  seen[0] = BPF_CORE_READ(task, tgid);
  seen[1] = BPF_CORE_READ(task, group_leader, tgid);
  seen[2] = bpf_core_field_exists(struct task_struct___other, there_is_no_such_field);
  seen[3] = bpf_core_type_size(struct task_struct);
  if (bpf_core_field_exists(struct task_struct___other, there_is_no_such_field))
    seen[0] = BPF_CORE_READ((struct task_struct___other*)task, there_is_no_such_field);
  return 0;
}

char _license[] SEC("license") = "GPL";
