// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What a loader finds out and makes when it runs: data, symbols of the kernel, and what CO-RE
// relocations are.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

struct task_struct {
  int tgid;
} __attribute__((preserve_access_index));

struct task_struct___other {
  int there_is_no_such_field;
} __attribute__((preserve_access_index));

extern int LINUX_KERNEL_VERSION __kconfig;
extern const void schedule __ksym;
extern const void there_is_no_such_symbol __ksym __weak;
extern const int there_is_no_such_variable __ksym __weak;
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;
int there_is_no_such_function(int x) __ksym __weak;

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, int);
  __type(value, long);
} typed SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

const volatile int limit = 5;
int counter = 3;
long seen[11];

static __attribute__((noinline)) long twice(long x) {
  return 2 * x;
}

SEC("?socket")
int optional(void* ctx) {
  return 1;
}

SEC("raw_tp/sys_enter")
int entry(void* ctx) {
  struct task_struct* task = (void*)bpf_get_current_task();
  int key = 0;

  seen[0] = BPF_CORE_READ(task, tgid);
  seen[1] = bpf_core_field_exists(struct task_struct___other, there_is_no_such_field);
  seen[2] = LINUX_KERNEL_VERSION;
  seen[3] = (long)&schedule;
  seen[4] = (long)&there_is_no_such_symbol;
  seen[5] = &there_is_no_such_variable == (void*)0;
  seen[6] = (long)bpf_rcu_read_lock;
  bpf_rcu_read_lock();
  seen[7] = bpf_get_smp_processor_id() < 1024;
  bpf_rcu_read_unlock();
  if (there_is_no_such_function)
    seen[8] = there_is_no_such_function(1);
  seen[9] = twice(counter) + limit;
  counter++;
  bpf_map_update_elem(&typed, &key, &seen[9], BPF_ANY);
  seen[10] = (long)&schedule;
  return 0;
}

SEC("tp_btf/sys_enter")
int of_btf(void* ctx) {
  return twice(0);
}

SEC("socket")
int second(void* ctx) {
  return twice(limit);
}

char _license[] SEC("license") = "GPL";
