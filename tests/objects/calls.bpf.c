// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Functions that call each other, a callback, and programs that are not loaded of themselves.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, int);
  __type(value, int);
} m SEC(".maps");

static __attribute__((noinline)) int inner_b(int x) {
  int key = x & 3;
  int* value = bpf_map_lookup_elem(&m, &key);

  return value ? *value : 1;
}

static __attribute__((noinline)) int inner_a(int x) {
  return inner_b(x) + 2;
}

__attribute__((noinline)) int shared(int x) {
  return x * 3;
}

static long each(void* map, int* key, int* value, void* ctx) {
  return *value > 100;
}

SEC("socket")
int first(struct __sk_buff* ctx) {
  return inner_a(ctx->len) + shared(ctx->len);
}

SEC("socket")
int second(struct __sk_buff* ctx) {
  bpf_for_each_map_elem(&m, each, (void*)0, 0);
  return shared(ctx->len) + inner_b(1);
}

SEC("?socket")
int optional(struct __sk_buff* ctx) {
  return inner_a(2);
}

SEC("my_own_section")
int unknown(void* ctx) {
  return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
