/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Programs on the probes of usdt_live.c, which leave what they were given. */
#include "vmlinux.h"

#include <bpf/usdt.bpf.h>

char _license[] SEC("license") = "GPL";

/* As usdt_live.c reads it. */
struct output {
  long results[32];
} output SEC(".data.output");
#define results output.results

SEC("usdt")
int BPF_USDT(each, int a, long b, short c, unsigned char d, long e, int f, signed char g,
             unsigned short h) {
  long more;
  results[0] = a;
  results[1] = b;
  results[2] = c;
  results[3] = d;
  results[4] = e;
  results[5] = f;
  results[6] = g;
  results[7] = h;
  results[8] = bpf_usdt_arg_cnt(ctx);
  results[9] = bpf_usdt_cookie(ctx);
  /* The last one, one behind it, the last that there could be, and one behind that. */
  results[10] = bpf_usdt_arg(ctx, 7, &more);
  results[11] = bpf_usdt_arg(ctx, 8, &more) * 1000 + more;
  results[12] = bpf_usdt_arg(ctx, BPF_USDT_MAX_ARG_CNT - 1, &more) * 1000 + more;
  results[13] = bpf_usdt_arg(ctx, BPF_USDT_MAX_ARG_CNT, &more) * 1000 + more;
  return 0;
}

#ifndef BPF_USDT_LAYOUT_16
#define INDEXED "usdt"
#else
#define INDEXED "?usdt"
#endif
SEC(INDEXED) int BPF_USDT(indexed, long a, long b) {
  results[14] = a;
  results[15] = b;
  results[16] = bpf_usdt_arg_cnt(ctx);
#if VERSION >= 106
  results[17] = bpf_usdt_arg_size(ctx, 1);
  results[18] = bpf_usdt_arg_size(ctx, 2);
#endif
  return 0;
}

/* A place that cannot be read. */
SEC("usdt") int broken(struct pt_regs* ctx) {
  long value = 5;
  results[19] = bpf_usdt_arg(ctx, 0, &value);
  results[20] = value;
  return 0;
}
