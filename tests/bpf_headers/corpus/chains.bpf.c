/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Chains of reads: each macro with one to nine steps. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

struct node {
  struct node* n;
  int value;
  char text[24];
  struct {
    struct node* in;
    int array[3];
  } inner[2];
};

#define EACH_VALUE(read)                                                                           \
  (read(node, value) + read(node, n, value) * 3 + read(node, n, n, value) * 5 +                    \
   read(node, n, n, n, value) * 7 + read(node, n, n, n, n, value) * 9 +                            \
   read(node, n, n, n, n, n, value) * 11 + read(node, n, n, n, n, n, n, value) * 13 +              \
   read(node, n, n, n, n, n, n, n, value) * 15 + read(node, n, n, n, n, n, n, n, n, value) * 17 +  \
   read(node, inner[1].in, inner[0].array[2]) * 19 + read((struct node*)ctx[1], n, value) * 21)
#define EACH_INTO(read)                                                                            \
  (read(&value, node, value) + read(&value, node, n, value) * 3 +                                  \
   read(&value, node, n, n, inner[1].in, n, n, n, n, n, inner[1].array[1]) * 5)
#define EACH_STR(read)                                                                             \
  (read(&text, node, text) + read(&text, node, n, text) * 3 + read(text, node, n, text) * 5 +      \
   read(&text, node, n, n, inner[1].in, n, n, n, n, n, text) * 5)

#define PROGRAM(name, each, read)                                                                  \
  SEC("raw_tp") long name(unsigned long* ctx) {                                                    \
    struct node* node = (struct node*)ctx[0];                                                      \
    char text[24] __attribute__((unused));                                                         \
    int value __attribute__((unused));                                                             \
    return each(read);                                                                             \
  }

/* As programs make macros of their own of it. */
#define CORE_READ(src, ...)                                                                        \
  ({                                                                                               \
    ___type((src), __VA_ARGS__) value_;                                                            \
    BPF_CORE_READ_INTO(&value_, (src), __VA_ARGS__) ? ___arrow((src), __VA_ARGS__) : value_;       \
  })
PROGRAM(own, EACH_VALUE, CORE_READ)
PROGRAM(core, EACH_VALUE, BPF_CORE_READ)
PROGRAM(core_user, EACH_VALUE, BPF_CORE_READ_USER)
PROGRAM(probe_user, EACH_VALUE, BPF_PROBE_READ_USER)
PROGRAM(core_into, EACH_INTO, BPF_CORE_READ_INTO)
PROGRAM(core_user_into, EACH_INTO, BPF_CORE_READ_USER_INTO)
PROGRAM(probe_user_into, EACH_INTO, BPF_PROBE_READ_USER_INTO)
PROGRAM(core_str_into, EACH_STR, BPF_CORE_READ_STR_INTO)
PROGRAM(core_user_str_into, EACH_STR, BPF_CORE_READ_USER_STR_INTO)
PROGRAM(probe_user_str_into, EACH_STR, BPF_PROBE_READ_USER_STR_INTO)
#if VERSION >= 102
PROGRAM(probe, EACH_VALUE, BPF_PROBE_READ)
PROGRAM(probe_into, EACH_INTO, BPF_PROBE_READ_INTO)
PROGRAM(probe_str_into, EACH_STR, BPF_PROBE_READ_STR_INTO)
#endif

/* Types of the kernel's, a const field, and a value that is a pointer. */
SEC("raw_tp") const char* kernel_types(unsigned long* ctx) {
  struct task_struct* task = ctx ? (void*)bpf_get_current_task() : NULL;
  if (BPF_CORE_READ(task, real_parent, mm, exe_file, f_inode, i_mode) & 1)
    return NULL;
  return BPF_CORE_READ(task, mm, exe_file, f_inode, i_sb, s_type, name);
}
