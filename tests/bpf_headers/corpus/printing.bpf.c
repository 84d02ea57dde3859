/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Printing: each macro with each number of values. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

struct context {
  void* pointer;
  int number;
  short array[4];
  const char* text;
  enum an_enum choice;
  char c;
  unsigned long long large;
};
/* Values of all kinds, by how many there are. */
#define V1 ctx->number
#define V2 ctx->pointer, V1
#define V3 ctx->array, V2
#define V4 ctx->text, V3
#define V5 ctx->choice, V4
#define V6 ctx->c, V5
#define V7 ctx->large, V6
#define V8 -3, V7
#define V9 "literal", V8
#define V10 ctx->number & 7, V9
#define V11 ctx->number ? 1 : 2, V10
#define V12 ctx, V11

/* The values, each an argument by now. */
#define PRINT(print, ...) print(__VA_ARGS__)
#define EACH(print)                                                                                \
  print("none\n") + PRINT(print, "%d", V1) + PRINT(print, "%p %d", V2) +                           \
      PRINT(print, "%p %p %d", V3)
#define EACH_LONG(print)                                                                           \
  PRINT(print, "4", V4) + PRINT(print, "5", V5) + PRINT(print, "6", V6) + PRINT(print, "7", V7) +  \
      PRINT(print, "8", V8) + PRINT(print, "9", V9) + PRINT(print, "10", V10) +                    \
      PRINT(print, "11", V11) + PRINT(print, "12", V12)

SEC("raw_tp") long short_ones(struct context* ctx) {
  return EACH(bpf_printk);
}
SEC("raw_tp") long by_name(struct context* ctx) {
  return EACH(__bpf_printk);
}

#ifndef BPF_NO_GLOBAL_DATA
SEC("raw_tp") long long_ones(struct context* ctx) {
  return EACH_LONG(bpf_printk);
}
SEC("raw_tp") long by_name_long(struct context* ctx) {
  return EACH_LONG(__bpf_vprintk);
}

#define SEQ(...) BPF_SEQ_PRINTF(ctx->pointer, __VA_ARGS__)
SEC("raw_tp") long seq(struct context* ctx) {
  return EACH(SEQ) + EACH_LONG(SEQ);
}

#define SNPRINTF(...) BPF_SNPRINTF(out, sizeof(out), __VA_ARGS__)
SEC("raw_tp") long into_an_array(struct context* ctx) {
  char out[64];
  return EACH(SNPRINTF) + EACH_LONG(SNPRINTF) + out[5];
}

#if VERSION >= 108
extern int bpf_stream_vprintk(int stream_id, const char* fmt__str, const void* args,
                              __u32 len__sz) __ksym __weak;
#define STREAM(...) bpf_stream_printk(2, __VA_ARGS__)
SEC("raw_tp") long stream(struct context* ctx) {
  return EACH(STREAM) + EACH_LONG(STREAM);
}
#endif

/* The pieces that others use. */
#define COUNT(...) ___bpf_narg(__VA_ARGS__)
#define PLUS1(x) (x)
#define PLUS2(x, y) ((x) + (y))
#define PLUS(...) ___bpf_apply(PLUS, ___bpf_narg(__VA_ARGS__))(__VA_ARGS__)
SEC("raw_tp") int pieces(struct context* ctx) {
  unsigned long long array[12];
  ___bpf_fill(array, ctx->number, 7, ctx->large);
  return COUNT() + COUNT(a) * 3 + COUNT(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) * 5 +
         PLUS(ctx->number, 9) + PLUS(3) + ___bpf_concat(ctx->num, ber) + array[0] + array[2] +
         ___bpf_nth(_, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 77, 5);
}
#endif
