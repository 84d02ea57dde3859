/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Programs whose results show what the macros give at run time. Each is run once, as a raw
 * tracepoint with the context {1, 2, ... 12} in the high and low halves of its numbers;
 * values_test.py knows what stands in `results` then. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "GPL";

/* As run.c reads it: all of its section. */
struct output {
  __u64 results[32];
  char text[64];
};
struct output output SEC(".data.output");
#define results output.results
#define text output.text

SEC("raw_tp")
int BPF_PROG(arguments, int a, __u8 b, __s64 c, void* d, short e, unsigned f, long g, char h, int i,
             int j, int k, __u64 l) {
  results[0] = a;
  results[1] = b;
  results[2] = c;
  results[3] = (__u64)d;
  results[4] = e;
  results[5] = f;
  results[6] = g;
  results[7] = h;
  results[8] = i;
  results[9] = j;
  results[10] = k;
  results[11] = l;
  return ctx[1] & 0xff;
}

struct four {
  short a, b;
};
struct sixteen {
  __u64 a, b;
};
SEC("raw_tp")
int BPF_PROG2(structs, struct four, a, struct sixteen, b, int, c, struct sixteen, d, char, e) {
  results[0] = a.a;
  results[1] = a.b;
  results[2] = b.a;
  results[3] = b.b;
  results[4] = c;
  results[5] = d.a;
  results[6] = d.b;
  results[7] = e;
  return 0;
}

/* struct bits of vmlinux.h as the compiler lays it out, without CO-RE; and its bytes. */
union as_in_c {
  struct {
    int before;
    unsigned int a : 1;
    unsigned int b : 7;
    int c : 3;
    long long d : 33;
    unsigned char e : 2;
    short f : 9;
  } bits;
  struct bits core;
  __u64 words[2];
} start, macros, plain;
_Static_assert(sizeof(start) == sizeof(start.words), "all bytes are compared");

/* A field after it was written: as the two ways to read it see it, and as C does; and whether all
 * of the struct is as if C had written it. */
#define WRITE(at, field, value)                                                                    \
  ({                                                                                               \
    macros = plain = start;                                                                        \
    BPF_CORE_WRITE_BITFIELD(&macros.core, field, value);                                           \
    plain.bits.field = value;                                                                      \
    results[at] = BPF_CORE_READ_BITFIELD(&macros.core, field);                                     \
    results[at + 1] = BPF_CORE_READ_BITFIELD_PROBED(&macros.core, field);                          \
    results[at + 2] = (long long)plain.bits.field;                                                 \
    results[at + 3] = macros.words[0] == plain.words[0] && macros.words[1] == plain.words[1];      \
  })
static __always_inline int write_each(long long number) {
  WRITE(0, a, number);
  WRITE(4, b, number + 99);
  WRITE(8, c, -number - 1);
  WRITE(12, d, -number * 1000000);
  WRITE(16, e, number + 1);
  WRITE(20, f, number - 200);
  return 0;
}
SEC("raw_tp") int bit_fields(unsigned long long* ctx) {
  return write_each((int)ctx[0]);
}
SEC("raw_tp") int bit_fields_among_ones(unsigned long long* ctx) {
  __builtin_memset(&start, 0xff, sizeof(start));
  return write_each((int)ctx[0]);
}

struct node {
  struct node* next;
  const int value;
  char name[8];
  int row[3];
};
struct node nodes[3] = {{.value = 10, .name = "first", .row = {1, 2, 3}},
                        {.value = 20, .name = "second", .row = {4, 5, 6}},
                        {.value = 30, .name = "third", .row = {7, 8, 9}}};
SEC("raw_tp") int chains(void* ctx) {
  struct node* node = nodes;
  char name[8] = "";
  int value = 0;
  nodes[0].next = &nodes[1];
  nodes[1].next = &nodes[2];
  results[0] = BPF_CORE_READ(node, value);
  results[1] = BPF_CORE_READ(node, next, next, value);
  results[2] = BPF_CORE_READ(node, next, row[2]);
  results[3] = BPF_PROBE_READ(node, next, next, row[0]);
  results[4] = BPF_CORE_READ_INTO(&value, node, next, value);
  results[5] = value;
  results[6] = BPF_CORE_READ_STR_INTO(&name, node, next, next, name);
  __builtin_memcpy(text, name, sizeof(name));
  /* A pointer that leads nowhere: the value is 0, the error is that of the last read. */
  results[7] = BPF_CORE_READ(node, next, next, next, value);
  results[8] = BPF_CORE_READ_INTO(&value, node, next, next, next, next, value);
  results[9] = BPF_PROBE_READ_USER_INTO(&value, node, value);
  return ctx == 0;
}

enum an_enum___with_more {
  AN_ENUM_A___with_more = 4,
  AN_ENUM_C___with_more = 9,
};
SEC("raw_tp") int types(void* ctx) {
  struct task_struct* task = ctx;
  results[0] = bpf_core_field_exists(task->pid);
  results[1] = bpf_core_field_size(task->comm);
  results[2] = bpf_core_field_offset(struct task_struct, tgid);
  results[3] = bpf_core_type_exists(struct task_struct);
  results[4] = bpf_core_type_size(struct bits);
  results[5] = bpf_core_enum_value(enum an_enum, AN_ENUM_B);
  results[6] = bpf_core_enum_value_exists(enum an_enum, AN_ENUM_A);
  results[7] = bpf_core_type_id_local(struct bits) == bpf_core_type_id_kernel(struct bits);
  results[8] = offsetof(struct task_struct, tgid);
  results[9] = (void*)container_of(&task->tgid, struct task_struct, tgid) == ctx;
  return 0;
}

SEC("raw_tp") int orders(unsigned long long* ctx) {
  results[0] = bpf_htons((__u16)ctx[1]);
  results[1] = bpf_ntohl((__u32)ctx[1]);
  results[2] = bpf_cpu_to_be64(ctx[1]);
  results[3] = bpf_htons(0x1234);
  results[4] = bpf_htonl(0x12345678);
  results[5] = bpf_be64_to_cpu(0x0102030405060708ULL);
  return 0;
}

SEC("raw_tp") int printed(unsigned long long* ctx) {
  results[0] = BPF_SNPRINTF(text, sizeof(text), "none");
  results[1] = BPF_SNPRINTF(text, sizeof(text), "%d", (int)ctx[0]);
  results[2] = BPF_SNPRINTF(text, sizeof(text), "%d %lld %s %x %d %d %d %d %d %d %d %d",
                            (int)ctx[0], -5LL, "words", 255, 5, 6, 7, 8, 9, 10, 11, -12);
  results[3] = bpf_printk("ringside %d", 1);
  results[4] = bpf_printk("ringside %d %d %d %d", 1, 2, 3, 4);
  return 0;
}

SEC("raw_tp") int loops(unsigned long long* ctx) {
  int i = 0, j, sum = 0;
  bpf_for(i, 2, 7) sum += i;
  results[0] = sum;
  bpf_for(i, 0, 5) {
    if (i == 1)
      continue;
    bpf_for(j, i, 100) {
      if (j > 3)
        break;
      results[1]++;
    }
  }
  results[2] = i;
  bpf_repeat(9) results[3]++;
  bpf_for(i, 5, 5) results[4]++;
  return ctx == 0;
}

extern void bpf_iter_num_missing(void) __ksym __weak;
SEC("raw_tp") int symbols(void* ctx) {
  results[0] = bpf_ksym_exists(bpf_iter_num_new);
  results[1] = bpf_ksym_exists(bpf_iter_num_missing);
  if (results[1])
    bpf_iter_num_missing();
  return ctx == 0;
}

SEC("raw_tp") int jumped_to(void* ctx) {
  results[1] = 77;
  return ctx == 0 ? 1 : 78;
}
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __uint(key_size, sizeof(int));
  __array(values, int(void* ctx));
} programs SEC(".maps") = {.values = {[2] = (void*)&jumped_to}};
SEC("raw_tp") int jumps(void* ctx) {
  results[0] = 76;
  bpf_tail_call_static(ctx, &programs, 3);
  results[2] = 79;
  bpf_tail_call_static(ctx, &programs, 2);
  results[3] = 80;
  return 0;
}
