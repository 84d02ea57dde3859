// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A program that the verifier refuses: what a look-up gives may be NULL.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4);
  __type(key, int);
  __type(value, long);
} counts SEC(".maps");

SEC("socket")
int careless(struct __sk_buff* skb) {
  int key = 0;
  long* count = bpf_map_lookup_elem(&counts, &key);

  return *count;
}

char _license[] SEC("license") = "GPL";
