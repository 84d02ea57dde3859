// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Global variables of every kind, and constants.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

const volatile int limit = 5;
const volatile char name[8] = "data";
int counter = 3;
long zeroed;
static volatile int hidden_one = 9;
long own SEC(".data.own") = 4;
const volatile int table[4] SEC(".rodata.table") = {1, 2, 3, 4};
int grows[1] SEC(".data.grows");

SEC("socket")
int entry(void* ctx) {
  counter += limit;
  zeroed += name[0];
  own += table[2];
  grows[0]++;
  return hidden_one;
}

char _license[] SEC("license") = "GPL";
