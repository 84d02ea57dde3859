// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A map of maps that names one which is defined behind it.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct inner {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, int);
  __type(value, int);
};

// clang puts maps into .maps in the order in which their types are known, so this name has another.
extern char name_of_later asm("later");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, int);
  __array(values, struct inner);
} outer SEC(".maps") = {.values = {[2] = (void*)&name_of_later}};

struct inner later SEC(".maps");

char _license[] SEC("license") = "GPL";
