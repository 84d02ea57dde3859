/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Heads of programs that have the same context on each machine. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_tracing.h>

SEC("raw_tp") int BPF_PROG(prog0) {
  return ctx[0];
}
SEC("fentry/f") int BPF_PROG(prog1, int a) {
  return a;
}
SEC("fentry/f") static int BPF_PROG(prog2, struct task_struct* task, char b) {
  return task->pid + b;
}
SEC("lsm/f") __hidden long BPF_PROG(prog3, const void* a, unsigned short b, bool c) {
  return (long)a + b + c;
}
SEC("fexit/f")
int BPF_PROG(prog12, int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k,
             void* l) {
  return a + 3 * b + 5 * c + 7 * d + 9 * e + 11 * f + 13 * g + 15 * h + 17 * i + 19 * j + 21 * k +
         (long)l;
}
#if VERSION >= 105
SEC("struct_ops/f") void BPF_PROG(prog_enum, enum an_enum a, enum large_enum b) {
  ctx[a] = b;
}
#endif

#if VERSION >= 101
struct one {
  char c;
};
struct two {
  short s;
};
struct four {
  int i;
};
struct eight {
  int a, b;
};
struct sixteen {
  long a;
  int b, c;
};
union either {
  int a;
  char b[4];
};
SEC("fentry/f") int BPF_PROG2(prog2_1, struct sixteen, a) {
  return a.a + a.b + a.c;
}
SEC("fentry/f")
int BPF_PROG2(prog2_all, struct one, a, struct two, b, struct four, c, struct eight, d,
              struct sixteen, e, union either, f, int, g, void*, h, struct sixteen, i,
              unsigned char, j) {
  return a.c + b.s * 3 + c.i * 5 + d.a * 7 + d.b * 9 + e.a * 11 + e.b * 13 + e.c * 15 +
         f.b[1] * 17 + g * 19 + (long)h + i.c * 21 + j * 23;
}
SEC("fentry/f")
int BPF_PROG2(prog2_12, int, a, int, b, int, c, int, d, int, e, int, f, int, g, int, h, int, i, int,
              j, int, k, struct sixteen, l) {
  return a + 3 * b + 5 * c + 7 * d + 9 * e + 11 * f + 13 * g + 15 * h + 17 * i + 19 * j + 21 * k +
         l.a + l.c;
}
#endif
