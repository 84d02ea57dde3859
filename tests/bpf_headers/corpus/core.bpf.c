/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What programs ask of the kernel's types, and bit fields. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

struct task_struct___older {
  long state;
} __attribute__((preserve_access_index));
typedef struct task_struct task_t;

SEC("raw_tp") long fields(struct task_struct* task) {
  struct task_struct___older* older = (void*)task;
  return bpf_core_field_exists(task->pid) + bpf_core_field_exists(older->state) * 3 +
         bpf_core_field_size(task->comm) * 5 + bpf_core_field_offset(task->mm) * 7 +
         bpf_core_field_offset(task->mm->exe_file) * 9 + bpf_core_field_size(task->half[1]) * 11;
}
SEC("raw_tp") long fields_by_type(void* ctx) {
  return bpf_core_field_exists(struct task_struct, pid) +
         bpf_core_field_exists(struct task_struct___older, state) * 3 +
         bpf_core_field_size(struct task_struct, comm) * 5 +
         bpf_core_field_offset(task_t, children.next) * 7 + (ctx != 0);
}
SEC("raw_tp") long types(void* ctx) {
  return bpf_core_type_id_local(struct task_struct) + bpf_core_type_id_kernel(struct file) * 3 +
         bpf_core_type_exists(struct mm_struct) * 5 + bpf_core_type_size(struct inode) * 7 +
         bpf_core_type_exists(task_t) * 9 + bpf_core_type_size(enum an_enum) * 11 +
#if VERSION >= 102 && __clang_major__ >= 15
         bpf_core_type_matches(struct task_struct___older) * 13 +
#endif
         (ctx != 0);
}
SEC("raw_tp") long long enumerators(void* ctx) {
  return bpf_core_enum_value_exists(enum an_enum, AN_ENUM_A) +
         bpf_core_enum_value(enum an_enum, AN_ENUM_B) * 3 +
         bpf_core_enum_value(enum large_enum, LARGE_ENUM_A) * 5 + (ctx != 0);
}
#if VERSION >= 104
SEC("raw_tp") int cast(void* ctx) {
  return bpf_core_cast(ctx, struct task_struct)->pid +
         bpf_core_cast(ctx, task_t)->mm->exe_file->f_flags;
}
#endif

/* C89 makes no pointer of an array that a builtin gives. */
#if __STDC_VERSION__ >= 199901L
#define TEXT_OF(task) task->comm
#else
#define TEXT_OF(task) &task->comm
#endif
SEC("raw_tp") long plain(struct task_struct* task) {
  char comm[16];
  int pid;
  return bpf_core_read(&pid, sizeof(pid), &task->pid) +
         bpf_core_read_user(&pid, sizeof(pid), &task->mm->exe_file->f_flags) +
         bpf_core_read_str(comm, sizeof(comm), &task->comm) +
         bpf_core_read_user_str(comm, 7, TEXT_OF(task)) + pid + comm[3];
}

#define EACH_FIELD(read)                                                                           \
  (read(a) + read(b) * 3 + read(c) * 5 + read(d) * 7 + read(e) * 9 + read(f) * 11)
#define PROBED(field) BPF_CORE_READ_BITFIELD_PROBED(bits, field)
#define DIRECT(field) BPF_CORE_READ_BITFIELD(bits, field)
SEC("raw_tp") long long probed(struct bits* bits) {
  return EACH_FIELD(PROBED) + PROBED(before);
}
#if VERSION >= 102
SEC("raw_tp") long long direct(struct bits* bits) {
  return EACH_FIELD(DIRECT);
}
SEC("raw_tp") long long direct_inside(struct task_struct* task) {
  return BPF_CORE_READ_BITFIELD(&task->bits, c) + BPF_CORE_READ_BITFIELD_PROBED(task, bits.d);
}
#endif
