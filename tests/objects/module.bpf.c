// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A program that calls a function which no kernel has, but a module may.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

extern int ringside_module_function(void) __ksym;

SEC("socket")
int entry(void* ctx) {
  return ringside_module_function();
}

char _license[] SEC("license") = "GPL";
