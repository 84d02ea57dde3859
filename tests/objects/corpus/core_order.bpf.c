// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Two types of the kernel that may be meant: the order of the records decides.
#include "row.h"

struct amb {
  int x;
  int y;
} __attribute__((preserve_access_index));

#define OFFSET(field) __builtin_preserve_field_info(((struct amb*)0)->field, 0)

#if defined(ROW_second_alone)
#define USED OFFSET(y)
#elif defined(ROW_second_then_first)
#define USED OFFSET(y) + OFFSET(x) * 16
#elif defined(ROW_first_then_second)
#define USED OFFSET(x) * 16 + OFFSET(y)
#elif defined(ROW_exists_in_both)
#define USED __builtin_preserve_field_info(((struct amb*)0)->y, 2)
#elif defined(ROW_exists_in_one_then_offset)
#define USED __builtin_preserve_field_info(((struct amb*)0)->x, 2) + OFFSET(y) * 16
#elif defined(ROW_the_id_of_two)
#define USED __builtin_btf_type_id(*(struct amb*)0, 1)
#elif defined(ROW_the_size_of_two)
#define USED __builtin_preserve_type_info(*(struct amb*)0, 1)
#elif defined(ROW_whether_one_of_two_is_there)
#define USED __builtin_preserve_type_info(*(struct amb*)0, 0)
#endif

SEC("raw_tp/sys_enter") long entry(void* ctx) {
  return USED;
}

char _license[] SEC("license") = "GPL";
