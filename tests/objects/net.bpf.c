// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What ip(8), tc(8) and xdp-loader(8) load: programs that count packets and let them pass.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} packets SEC(".maps");

static __always_inline void count(void) {
  const __u32 key = 0;
  __u64* const value = bpf_map_lookup_elem(&packets, &key);
  if (value)
    __sync_fetch_and_add(value, 1);
}

SEC("xdp") int pass(struct xdp_md* context) {
  count();
  return XDP_PASS;
}

SEC("tc") int classify(struct __sk_buff* context) {
  count();
  return 0;
}

char _license[] SEC("license") = "GPL";
