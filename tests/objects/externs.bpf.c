// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Externs: the kernel's configuration, and symbols of the kernel that may be missing.
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_BPF_SYSCALL __kconfig __weak;
extern enum libbpf_tristate CONFIG_TUN __kconfig __weak;
extern unsigned long CONFIG_NO_SUCH_THING __kconfig __weak;
extern char CONFIG_SHORT_TEXT[6] __kconfig __weak;
extern unsigned short CONFIG_OWN_NUMBER __kconfig __weak;

extern const void init_task __ksym __weak;
extern const void there_is_no_such_symbol __ksym __weak;
extern const int there_is_no_such_variable __ksym __weak;
extern int there_is_no_such_function(int x) __ksym __weak;

long seen[8];

SEC("raw_tp/sys_enter")
int entry(void* ctx) {
  seen[0] = LINUX_KERNEL_VERSION;
  seen[1] = CONFIG_BPF_SYSCALL;
  seen[2] = CONFIG_TUN;
  seen[3] = CONFIG_NO_SUCH_THING;
  seen[4] = CONFIG_SHORT_TEXT[1];
  seen[5] = CONFIG_OWN_NUMBER;
  seen[6] = (long)&init_task;
  seen[7] = (long)&there_is_no_such_symbol;
  if (&there_is_no_such_variable)
    return there_is_no_such_variable;
  if (there_is_no_such_function)
    return there_is_no_such_function(1);
  return 0;
}

char _license[] SEC("license") = "GPL";
