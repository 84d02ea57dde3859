// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What instructions become that name the kernel's configuration, its symbols, or maps.
#include "row.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, int);
  __type(value, long);
} off SEC(".maps"), on SEC(".maps"); /* which test programs leave out, and do not */

#if defined(ROW_config)
extern int LINUX_KERNEL_VERSION __kconfig;
extern long CONFIG_MISSING __kconfig __weak;
#define USED (LINUX_KERNEL_VERSION > 5) + CONFIG_MISSING
#elif defined(ROW_untyped)
extern const void schedule __ksym;
#define USED ((long)&schedule >> 8)
#elif defined(ROW_untyped_missing)
extern const void there_is_no_such_symbol __ksym;
#define USED ((long)&there_is_no_such_symbol >> 8)
#elif defined(ROW_untyped_weak)
extern const void there_is_no_such_symbol __ksym __weak;
#define USED (&there_is_no_such_symbol != 0)
#elif defined(ROW_typed)
extern const int bpf_prog_active __ksym;
#define USED *(int*)bpf_this_cpu_ptr(&bpf_prog_active)
#elif defined(ROW_typed_missing)
extern const int there_is_no_such_variable __ksym;
#define USED there_is_no_such_variable
#elif defined(ROW_typed_weak)
extern const int there_is_no_such_variable __ksym __weak;
#define USED (&there_is_no_such_variable ? there_is_no_such_variable : 1)
#elif defined(ROW_typed_otherwise)
extern const struct { int x; } bpf_prog_active __ksym __weak;
#define USED bpf_prog_active.x
#elif defined(ROW_function)
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
#define USED (bpf_rcu_read_lock(), bpf_rcu_read_unlock(), 0)
#elif defined(ROW_function_by_flavor)
extern void bpf_rcu_read_lock___own(void) __ksym;
extern void bpf_rcu_read_unlock___own(void) __ksym;
#define USED (bpf_rcu_read_lock___own(), bpf_rcu_read_unlock___own(), 0)
#elif defined(ROW_function_missing)
extern int there_is_no_such_function(int x) __ksym;
#define USED there_is_no_such_function(1)
#elif defined(ROW_function_weak)
extern int there_is_no_such_function(int x) __ksym __weak;
#define USED (there_is_no_such_function ? there_is_no_such_function(1) : 2)
#elif defined(ROW_function_weak_unguarded)
extern int there_is_no_such_function(int x) __ksym __weak;
#define USED there_is_no_such_function(1)
#elif defined(ROW_function_otherwise)
extern int bpf_rcu_read_lock(struct __sk_buff* skb, long x) __ksym;
#define USED bpf_rcu_read_lock(0, 1)
#elif defined(ROW_function_weak_otherwise)
extern int bpf_rcu_read_lock(struct __sk_buff* skb, long x) __ksym __weak;
#define USED (bpf_rcu_read_lock ? bpf_rcu_read_lock(0, 1) : 2)
#elif defined(ROW_map_left_out)
#define USED (bpf_map_lookup_elem(&off, &key) != 0)
#elif defined(ROW_map_left_out_guarded)
const volatile int wanted = 0;
#define USED (wanted ? bpf_map_lookup_elem(&off, &key) != 0 : 0)
#elif defined(ROW_map)
#define USED (bpf_map_lookup_elem(&on, &key) != 0)
#endif

SEC("raw_tp/sys_enter") int entry(void* ctx) {
  int key = 0;
  return USED + key;
}

char _license[] SEC("license") = "GPL";
