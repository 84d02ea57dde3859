// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Every form of map definition, and maps that hold maps and programs from the start.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct key {
  int a, b;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, struct key);
  __type(value, long);
  __uint(map_flags, BPF_F_NO_PREALLOC);
} typed SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __uint(key_size, 4);
  __uint(value_size, 24);
} sized SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 4);
} events SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 5000);
} ring SEC(".maps");

struct inner {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, int);
  __type(value, int);
} first_inner SEC(".maps"), second_inner SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 8);
  __type(key, int);
  __array(values, struct inner);
} outer SEC(".maps") = {.values = {[1] = &second_inner, [5] = &first_inner}};

int tail(void* ctx);

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __uint(key_size, 4);
  __array(values, int(void*));
} tails SEC(".maps") = {.values = {[2] = (void*)&tail}};

SEC("socket")
int tail(void* ctx) {
  return 7;
}

SEC("socket")
int entry(void* ctx) {
  struct key key = {};
  int zero = 0;
  long* value = bpf_map_lookup_elem(&typed, &key);

  bpf_map_lookup_elem(&sized, &zero);
  bpf_map_lookup_elem(&outer, &zero);
  return value ? 1 : 0;
}

char _license[] SEC("license") = "GPL";
