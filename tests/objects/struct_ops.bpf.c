// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A table of functions for the kernel, and an optional one.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_tracing.h>

struct sock;
struct tcp_congestion_ops {
  unsigned int (*ssthresh)(struct sock* sk);
  void (*cong_avoid)(struct sock* sk, unsigned int ack, unsigned int acked);
  unsigned int (*undo_cwnd)(struct sock* sk);
  char name[16];
};

SEC("struct_ops/ssthresh")
unsigned int BPF_PROG(on_ssthresh, struct sock* sk) {
  return 2;
}

SEC("struct_ops/cong_avoid")
void BPF_PROG(on_cong_avoid, struct sock* sk, unsigned int ack, unsigned int acked) {}

SEC("struct_ops/undo_cwnd")
unsigned int BPF_PROG(on_undo_cwnd, struct sock* sk) {
  return 2;
}

SEC(".struct_ops")
struct tcp_congestion_ops plain = {
    .ssthresh = (void*)on_ssthresh,
    .cong_avoid = (void*)on_cong_avoid,
    .undo_cwnd = (void*)on_undo_cwnd,
    .name = "ringside_test",
};

SEC("?.struct_ops.link")
struct tcp_congestion_ops optional = {
    .ssthresh = (void*)on_ssthresh,
    .cong_avoid = (void*)on_cong_avoid,
    .undo_cwnd = (void*)on_undo_cwnd,
    .name = "ringside_opt",
};

char _license[] SEC("license") = "GPL";
