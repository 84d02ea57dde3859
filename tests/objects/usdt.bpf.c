// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A program on a USDT probe, which keeps what it was given. usdt_16.bpf.c is the same with the
// layout of specs that headers of before 1.7 have.
#include <linux/bpf.h>
#include <linux/ptrace.h>

#include <bpf/usdt.bpf.h>

struct seen {
  long first, second, count, cookie;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct seen);
} seen SEC(".maps");

SEC("usdt") int probe(struct pt_regs* context) {
  const __u32 key = 0;
  struct seen* const value = bpf_map_lookup_elem(&seen, &key);

  if (!value)
    return 0;
  bpf_usdt_arg(context, 0, &value->first);
  bpf_usdt_arg(context, 1, &value->second);
  value->count = bpf_usdt_arg_cnt(context);
  value->cookie = bpf_usdt_cookie(context);
  return 0;
}

char _license[] SEC("license") = "GPL";
