// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What a program may want of a kernel: asked for first, needed, or wanted under a condition that is
// set before loading.
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

struct wanted {
  int pid;
  unsigned long __state;
  struct wanted* parent;
  int asked_for;
  int by_version;
  int by_setting;
  int by_function;
} __attribute__((preserve_access_index));

struct wanted_type {
  int x;
} __attribute__((preserve_access_index));

enum wanted_enum { WANTED_ONE = 1, WANTED_TWO = 2 };

extern int LINUX_KERNEL_VERSION __kconfig;
extern int CONFIG_WANTED __kconfig;
extern const void wanted_symbol __ksym;
extern int wanted_function(int x) __ksym;
extern int wanted_if_there(int x) __ksym __weak;

const volatile bool setting = false;
long seen[16];

static __noinline bool has_by_function(struct wanted* wanted) {
  return bpf_core_field_exists(wanted->by_function);
}

SEC("raw_tp/sys_enter")
int fields(void* ctx) {
  struct wanted* wanted = (void*)bpf_get_current_task();

  seen[0] = BPF_CORE_READ(wanted, pid);
  seen[1] = BPF_CORE_READ(wanted, parent, __state);
  if (bpf_core_field_exists(wanted->asked_for))
    seen[2] = BPF_CORE_READ(wanted, asked_for);
  if (LINUX_KERNEL_VERSION >= 0x60000)
    seen[3] = BPF_CORE_READ(wanted, by_version);
  if (setting)
    seen[4] = BPF_CORE_READ(wanted, by_setting);
  if (has_by_function(wanted))
    seen[5] = BPF_CORE_READ(wanted, by_function);
  return 0;
}

SEC("raw_tp/sys_enter")
int others(void* ctx) {
  seen[6] = bpf_core_type_exists(struct wanted_type);
  seen[7] = bpf_core_enum_value(enum wanted_enum, WANTED_TWO);
  seen[8] = CONFIG_WANTED;
  seen[9] = (long)&wanted_symbol;
  if (wanted_if_there)
    seen[10] = wanted_if_there(1);
  return wanted_function(1);
}

SEC("fentry/wanted_target")
int attached(void* ctx) {
  return 0;
}

SEC("?fentry/wanted_by_choice")
int left_out(void* ctx) {
  return 0;
}

char _license[] SEC("license") = "GPL";
