// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Records that do not count, or count wherever they are.
#include "row.h"

struct s {
  int a;
} __attribute__((preserve_access_index));
struct far_away {
  int field;
} __attribute__((preserve_access_index));

#if defined(ROW_of_a_program_left_out)
SEC("?raw_tp/sys_enter") long entry(struct bpf_raw_tracepoint_args* ctx) {
  return ((struct far_away*)ctx->args[1])->field;
}
#elif defined(ROW_of_a_subprogram)
static NOINLINE long helper(long x) {
  return x + __builtin_preserve_field_info(((struct s*)0)->a, 0);
}
SEC("raw_tp/sys_enter") long entry(struct bpf_raw_tracepoint_args* ctx) {
  return helper(ctx->args[1]);
}
#elif defined(ROW_of_a_subprogram_that_nothing_calls)
struct amb {
  int x;
  int y;
} __attribute__((preserve_access_index));
NOINLINE long helper(long x) {
  return x + __builtin_preserve_field_info(((struct amb*)0)->y, 0);
}
SEC("raw_tp/sys_enter") long entry(void* ctx) {
  return 0;
}
#elif defined(ROW_of_two_sections)
SEC("raw_tp/sys_enter") long entry(void* ctx) {
  return __builtin_preserve_field_info(((struct s*)0)->a, 0);
}
SEC("socket") long other(void* ctx) {
  return __builtin_preserve_field_info(((struct s*)0)->a, 1);
}
#elif defined(ROW_of_an_unnamed_type)
typedef struct {
  int a;
} __attribute__((preserve_access_index)) unnamed;
SEC("raw_tp/sys_enter") long entry(void* ctx) {
  return __builtin_preserve_field_info(((unnamed*)0)->a, 2);
}
#endif

char _license[] SEC("license") = "GPL";
