// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Where BTF says that variables are.
#include "row.h"

#if defined(ROW_of_each_linkage)
int second = 2, first = 1;
static volatile int own = 3;
__hidden int hidden = 4;
__weak int weak = 5;
#define USED own + hidden + weak + first + second
#elif defined(ROW_static_alone)
static volatile int own = 3;
#define USED own
#elif defined(ROW_hidden_alone)
__hidden int hidden = 3;
#define USED hidden
#elif defined(ROW_texts)
#define USED bpf_printk("text %s", "other")
#elif defined(ROW_aligned)
char a = 1;
long b = 2;
char c[3] = {3};
short d __attribute__((aligned(64))) = 4;
#define USED a + b + c[1] + d
#elif defined(ROW_odd_names)
int odd SEC(".data.a b-c") = 1;
int zero SEC(".bss.a_long_section");
const int table SEC(".rodata.long_tables") = 2;
#define USED odd + zero + table
#endif

SEC("socket") int entry(void* ctx) {
  return USED;
}

char _license[] SEC("license") = "GPL";
