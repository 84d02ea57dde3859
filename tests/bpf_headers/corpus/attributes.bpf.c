/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Where functions and variables go, and what their attributes say. */
#include "vmlinux.h"

#define __always_inline a C library has another one
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";
struct {
  int one;
} anonymous SEC(".data.anonymous");
static const int hidden_constant SEC(".rodata.constant") = 5;

extern int LINUX_KERNEL_VERSION __kconfig;
extern enum libbpf_tristate CONFIG_MODULES __kconfig __weak;
extern const void bpf_link_fops __ksym;
extern const int bpf_prog_active __ksym __weak;
extern struct task_struct* bpf_task_acquire(struct task_struct* p) __ksym;
SEC("unused") extern int declared_in_a_section(void* ctx);

struct owner {
  int none;
#if __has_attribute(btf_type_tag)
  struct cgroup __kptr* owned;
#if VERSION >= 102
  struct cgroup __kptr_untrusted* perhaps;
#endif
#if VERSION >= 103
  struct cgroup __percpu_kptr* for_each_cpu;
#endif
#if VERSION >= 105
  struct file __uptr* of_the_user;
#endif
#endif
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, int);
  __type(value, struct owner);
  __uint(max_entries, 1);
} owners SEC(".maps");

static __always_inline int inlined(int x) {
  return x * 3;
}
static __noinline int called(int x) {
  return x * LINUX_KERNEL_VERSION;
}
__weak int weak_one(int x) {
  return x + 1;
}
__hidden __noinline int hidden_one(int x) {
  return x + CONFIG_MODULES;
}

/* clang 13 knows none of these tags. */
#if __has_attribute(btf_type_tag)
#define HAS(version) (VERSION >= (version))
#else
#define HAS(version) 0
#endif
#if HAS(104)
__noinline int with_arguments(void* ctx __arg_ctx, struct owner* there __arg_nonnull,
                              struct owner* nullable __arg_nullable, void* arena __arg_arena) {
  return there->none == 0 && nullable && arena && ctx;
}
__noinline int with_trusted(struct task_struct* task __arg_trusted) {
  return task != 0;
}
#endif
#if HAS(106)
__noinline int with_untrusted(struct task_struct* task __arg_untrusted) {
  return task != 0;
}
#endif

SEC("tp_btf/sched_switch")
int program(void* ctx) {
  int key = 0;
  struct owner* there = bpf_map_lookup_elem(&owners, &key);
  struct task_struct* task = (void*)bpf_get_current_task();
  if (!there || !ctx)
    return 0;
#if HAS(104)
  key += with_arguments(ctx, there, there, ctx) + with_trusted(task);
#endif
#if HAS(106)
  key += with_untrusted(task);
#endif
  bpf_task_acquire(task);
  return inlined(key) + called(key) + weak_one(key) + hidden_one(key) + hidden_constant +
         anonymous.one + (&bpf_link_fops == there) + (&bpf_prog_active ? bpf_prog_active : 0);
}

SEC("?socket") static int unused_but_kept(void* ctx) {
  return ctx != 0;
}
