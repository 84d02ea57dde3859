/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Arguments of USDT. */
#include "vmlinux.h"

#ifdef SETTINGS
#define BPF_USDT_MAX_SPEC_CNT 5
#define BPF_USDT_MAX_IP_CNT 7
#endif
#include <bpf/usdt.bpf.h>

SEC("usdt") int BPF_USDT(usdt0) {
  return ctx != NULL;
}
SEC("usdt") int BPF_USDT(usdt1, int a) {
  return a;
}
SEC("usdt/libc.so.6:libc:setjmp") int BPF_USDT(usdt3, void* a, char b, unsigned long c) {
  return (long)a + b + c;
}
SEC("usdt")
int BPF_USDT(usdt12, int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k,
             void* l) {
  return a + 3 * b + 5 * c + 7 * d + 9 * e + 11 * f + 13 * g + 15 * h + 17 * i + 19 * j + 21 * k +
         (long)l;
}
SEC("usdt") int by_hand(struct pt_regs* ctx) {
  long value;
  if (bpf_usdt_arg(ctx, BPF_USDT_MAX_ARG_CNT - 1, &value) < 0)
    return bpf_usdt_arg_cnt(ctx);
  return value + bpf_usdt_cookie(ctx);
}
