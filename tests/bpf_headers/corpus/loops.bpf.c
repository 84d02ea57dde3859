/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Loops over the kernel's iterators. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#if VERSION >= 102
struct bpf_iter_task {
  __u64 __opaque[3];
};
extern int bpf_iter_task_new(struct bpf_iter_task* it, struct task_struct* task,
                             unsigned int flags) __ksym __weak;
extern struct task_struct* bpf_iter_task_next(struct bpf_iter_task* it) __ksym __weak;
extern void bpf_iter_task_destroy(struct bpf_iter_task* it) __ksym __weak;

int values[16];

SEC("raw_tp") int numbers(int* ctx) {
  int i, j, sum = 0;
  bpf_for(i, 0, 16) {
    if (values[i] == 3)
      continue;
    bpf_for(j, ctx[0], ctx[1]) {
      if (j == 9)
        break;
      sum += values[i] * j;
    }
  }
  bpf_for(i, ctx[0] + 1, ctx[1] > 9 ? 9 : ctx[1]) sum += i;
  return sum;
}

SEC("raw_tp") int repeated(int* ctx) {
  int sum = 0;
  bpf_repeat(ctx[0]) {
    sum += ctx[1];
    bpf_repeat(3) if (sum > 100) break;
  }
  return sum;
}

SEC("raw_tp") int tasks(int* ctx) {
  struct task_struct* task;
  int sum = 0;
  bpf_for_each(task, task, NULL, ctx[2]) {
    if (task->pid == 1)
      return 17;
    sum += task->tgid;
  }
  return sum;
}
#endif
