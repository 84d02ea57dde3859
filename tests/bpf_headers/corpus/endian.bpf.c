/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Byte orders: of variables, of constants where C wants constants. */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>

struct context {
  __u16 a;
  __u32 b;
  __u64 c;
  int d;
};

__attribute__((section("socket"))) long variables(struct context* ctx) {
  return bpf_htons(ctx->a) + bpf_ntohs(ctx->a) * 3 + bpf_htonl(ctx->b) * 5 + bpf_ntohl(ctx->b) * 7 +
         bpf_cpu_to_be64(ctx->c) * 9 + bpf_be64_to_cpu(ctx->c) * 11;
}
__attribute__((section("socket"))) long with_two_underscores(struct context* ctx) {
  return __bpf_htons(ctx->a) + __bpf_ntohs(ctx->a) * 3 + __bpf_htonl(ctx->b) * 5 +
         __bpf_ntohl(ctx->b) * 7 + __bpf_cpu_to_be64(ctx->c) * 9 + __bpf_be64_to_cpu(ctx->c) * 11;
}
__attribute__((section("socket"))) long of_other_types(struct context* ctx) {
  return bpf_htons(ctx->d & 0xffff) + bpf_htonl(ctx->a) * 3 + bpf_cpu_to_be64(ctx->a) * 5;
}
/* Parts of what was turned, which compilers see through in one form and not in the other. */
__attribute__((section("socket"))) long parts(struct context* ctx) {
  return (bpf_ntohl(ctx->b) & 0xff) + (bpf_htons(ctx->a) >> 8) * 3 +
         (bpf_cpu_to_be64(ctx->c | 1) & 0xffff) * 5;
}
__attribute__((section("socket"))) int constants(struct context* ctx) {
  switch (ctx->a) {
  case __bpf_constant_htons(0x0800):
    return 1;
  case __bpf_constant_ntohs(0x86dd):
    return 2;
  }
  switch (ctx->b) {
  case __bpf_constant_htonl(0x7f000001):
    return 3;
  case __bpf_constant_ntohl(0xe0000000):
    return 4;
  }
  return bpf_htons(80) + bpf_ntohl(90) + (int)bpf_cpu_to_be64(0x123456789abcdefULL);
}
__u16 words[] = {__bpf_constant_htons(443), __bpf_constant_ntohs(1)};
unsigned reversed[] = {___bpf_swab16(0x1234), ___bpf_swab32(0x12345678U),
                       (unsigned)___bpf_swab64(0x123456789abcdef0ULL)};
__u64 longs[] = {__bpf_constant_cpu_to_be64(0x1122334455667788ULL), __bpf_constant_be64_to_cpu(2)};
