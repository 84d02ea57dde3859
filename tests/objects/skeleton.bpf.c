// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What skeletons give names to: maps, programs, and variables in every kind of section.
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, int);
  __type(value, long);
} counts SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} events SEC(".maps");

const volatile int wanted_pid = 0;
const volatile char label[8] = "none";
const volatile long limits[3] SEC(".rodata.limits") = {1, 2, 3};
int step = 1;
long totals[2] SEC(".data.totals") = {100, 200};
long seen;
bool is_done;
extern int LINUX_KERNEL_VERSION __kconfig;

SEC("raw_tp/sys_enter")
int on_call(void* ctx) {
  int key = step;
  long count = 1;

  if (bpf_get_current_pid_tgid() >> 32 != wanted_pid || is_done)
    return 0;
  seen += step;
  totals[1] += limits[2];
  bpf_map_update_elem(&counts, &key, &count, BPF_ANY);
  is_done = seen >= 3 * step && LINUX_KERNEL_VERSION > 0;
  return 0;
}

SEC("socket")
int filter(struct __sk_buff* skb) {
  return skb->len + label[0];
}

SEC("?xdp")
int left_out(struct xdp_md* ctx) {
  return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
