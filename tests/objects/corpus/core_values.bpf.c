// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Values of CO-RE records: offsets, sizes, bit fields, signs, elements.
#include "row.h"

struct s {
  int a;
  unsigned b : 3, c : 7;
  int sg;
  unsigned u4;
  void* p;
  int arr[4];
  char name[8];
  struct {
    int x, y;
  } in;
} __attribute__((preserve_access_index));

#define INFO(kind, field) __builtin_preserve_field_info(((struct s*)0)->field, kind)

#if defined(ROW_offset_of_an_element)
#define USED INFO(0, arr[2])
#elif defined(ROW_offset_behind_the_length)
#define USED INFO(0, arr[5])
#elif defined(ROW_size_of_an_array)
#define USED INFO(1, arr)
#elif defined(ROW_size_of_an_element)
#define USED INFO(1, arr[1])
#elif defined(ROW_exists_within)
#define USED INFO(2, in.y)
#elif defined(ROW_exists_element)
#define USED INFO(2, arr[3])
#elif defined(ROW_signed_of_an_element)
#define USED INFO(3, arr[1])
#elif defined(ROW_size_of_the_type)
#define USED __builtin_preserve_type_info(*(struct s*)0, 1)
#elif defined(ROW_bits_offset)
#define USED INFO(0, c)
#elif defined(ROW_bits_size)
#define USED INFO(1, c)
#elif defined(ROW_bits_lshift)
#define USED INFO(4, c)
#elif defined(ROW_bits_rshift)
#define USED INFO(5, c)
#elif defined(ROW_bits_of_a_wide_unit)
#define USED INFO(4, b) + INFO(5, b) + INFO(0, b) + INFO(1, b)
#elif defined(ROW_shifts_of_no_bits)
#define USED INFO(4, sg) + INFO(5, sg)
#elif defined(ROW_signed)
#define USED INFO(3, sg)
#elif defined(ROW_unsigned)
#define USED INFO(3, u4)
#elif defined(ROW_offset_of_text)
#define USED INFO(0, name[3])
#elif defined(ROW_offset_of_the_second_struct)
#define USED __builtin_preserve_field_info(((struct s*)0)[2].a, 0)
#endif

SEC("raw_tp/sys_enter") long entry(void* ctx) {
  return USED;
}

char _license[] SEC("license") = "GPL";
