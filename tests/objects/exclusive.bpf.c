// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Two programs with one map, of which one program may have the use.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, int);
  __type(value, long);
} own SEC(".maps");

long seen;

static __attribute__((noinline)) long* find(int key) {
  return bpf_map_lookup_elem(&own, &key);
}

SEC("socket")
int owner(void* ctx) {
  long* value = find(0);

  if (value)
    seen += *value;
  return 1;
}

SEC("?socket")
int other(void* ctx) {
  long* value = find(0);

  return value ? 3 : 2;
}

char _license[] SEC("license") = "GPL";
