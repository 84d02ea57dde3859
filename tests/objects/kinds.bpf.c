// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs whose sections say how they are loaded. None of them is loaded of itself.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("?usdt")
int on_usdt(void* ctx) {
  return 0;
}

SEC("?fentry.multi/ringside_no_such_module:*")
int of_a_module(void* ctx) {
  return 0;
}

SEC("?xdp")
int on_packet(void* ctx) {
  return 2;
}

char _license[] SEC("license") = "GPL";
