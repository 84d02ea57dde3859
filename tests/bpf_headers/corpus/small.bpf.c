/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The small macros and functions of bpf_helpers.h. */
#include "vmlinux.h"

#if VERSION >= 103
#define offsetof of the C library
#define container_of of the kernel
#endif
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 8);
  __type(key, int);
  __type(value, int);
} programs SEC(".maps");

SEC("socket") int tail_call(void* ctx) {
  bpf_tail_call_static(ctx, &programs, 5);
  return 1;
}

SEC("socket") int tail_call_by_size(void* ctx) {
  if (bpf_get_prandom_u32() > 7)
    bpf_tail_call_static(ctx, &programs, sizeof(long));
  else
    bpf_tail_call_static(ctx, &programs, 0);
  return 2;
}

SEC("raw_tp") long offsets(void* ctx) {
  struct list_head* children = *(struct list_head**)ctx;
  struct task_struct* task = container_of(children, struct task_struct, children);
  return task->pid + offsetof(struct task_struct, comm[3]) + (task == NULL);
}

SEC("raw_tp") int versions(int* ctx) {
  return KERNEL_VERSION(5, 10, 3) + KERNEL_VERSION(6, *ctx, 300);
}

SEC("raw_tp") int barriers(int* ctx) {
  int a = *ctx, b;
  barrier();
  b = *ctx;
  barrier_var(b);
  return a + b;
}

SEC("raw_tp") int unreachable(int* ctx) {
  if (__builtin_constant_p(*ctx))
    __bpf_unreachable();
  return *ctx;
}

#if VERSION >= 106
SEC("raw_tp") int expected(int* ctx) {
  if (likely(ctx[0] > 3))
    return 1;
  if (unlikely(ctx[1]))
    return bpf_get_smp_processor_id();
  return 5;
}
#endif

#if VERSION >= 102
extern void perhaps(int x) __ksym __weak;
extern const int perhaps_data __ksym __weak;
SEC("raw_tp") int exists(void* ctx) {
  if (bpf_ksym_exists(perhaps))
    perhaps(ctx != 0);
  return bpf_ksym_exists(&perhaps_data) ? perhaps_data : 0;
}
#endif
