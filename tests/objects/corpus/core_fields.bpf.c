// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which fields of the kernel are those of a program.
#include "row.h"

#define EXISTS(type, field) __builtin_preserve_field_info(((struct type*)0)->field, 2)
#define OFFSET(type, field) __builtin_preserve_field_info(((struct type*)0)->field, 0)

struct inner {
  int z;
};
struct another {
  int z;
};
enum e___flavor { E_FIRST = 3 };
enum else_where { ELSE };
typedef int own_int;

struct fields {
#if defined(ROW_struct_with_struct)
  struct another a_struct;
#define USED EXISTS(fields, a_struct)
#elif defined(ROW_struct_with_union)
  struct another a_union;
#define USED EXISTS(fields, a_union)
#elif defined(ROW_struct_with_pointer)
  struct another a_pointer;
#define USED EXISTS(fields, a_pointer)
#elif defined(ROW_pointer_with_pointer)
  int* a_pointer;
#define USED EXISTS(fields, a_pointer)
#elif defined(ROW_pointer_with_int)
  int* a_long;
#define USED EXISTS(fields, a_long)
#elif defined(ROW_float_with_float)
  double a_float;
#define USED EXISTS(fields, a_float)
#elif defined(ROW_float_with_int)
  float a_long;
#define USED EXISTS(fields, a_long)
#elif defined(ROW_int_with_int)
  unsigned char a_long;
#define USED EXISTS(fields, a_long)
#elif defined(ROW_int_with_bool)
  int a_bool;
#define USED EXISTS(fields, a_bool)
#elif defined(ROW_int_with_enum)
  int an_enum;
#define USED EXISTS(fields, an_enum)
#elif defined(ROW_enum_with_flavor)
  enum e___flavor an_enum;
#define USED EXISTS(fields, an_enum)
#elif defined(ROW_enum_with_another)
  enum else_where an_enum;
#define USED EXISTS(fields, an_enum)
#elif defined(ROW_enum_with_an_unnamed_one)
  enum else_where an_unnamed_enum;
#define USED EXISTS(fields, an_unnamed_enum)
#elif defined(ROW_unnamed_enum_with_one)
  enum { MINE } an_enum;
#define USED EXISTS(fields, an_enum)
#elif defined(ROW_array_of_another_length)
  int numbers[7];
#define USED EXISTS(fields, numbers)
#elif defined(ROW_array_of_another_type)
  int* numbers[3];
#define USED EXISTS(fields, numbers)
#elif defined(ROW_array_with_int)
  int a_long[2];
#define USED EXISTS(fields, a_long)
#elif defined(ROW_qualified)
  int qualified;
#define USED EXISTS(fields, qualified)
#elif defined(ROW_by_typedef)
  const own_int by_typedef;
#define USED EXISTS(fields, by_typedef)
#elif defined(ROW_within_unnamed_members)
  int deep;
  long deeper;
#define USED OFFSET(fields, deep) + OFFSET(fields, deeper)
#elif defined(ROW_out_of_unnamed_members)
  struct {
    struct {
      long a_long;
    };
  };
#define USED OFFSET(fields, a_long)
#elif defined(ROW_element_behind_the_end)
  int numbers[9];
#define USED EXISTS(fields, numbers[8])
#elif defined(ROW_element_of_elements)
  int matrix[2][3];
#define USED OFFSET(fields, matrix[1][2])
#elif defined(ROW_field_of_an_element)
  struct inner structs[2];
#define USED OFFSET(fields, structs[1].z)
#elif defined(ROW_element_of_a_flexible_array)
  long before;
  int flexible[];
#define USED OFFSET(fields, flexible[100])
#elif defined(ROW_flavor_of_a_field)
  long a_long___own;
#define USED EXISTS(fields, a_long___own)
#endif
} __attribute__((preserve_access_index));

SEC("raw_tp/sys_enter") long entry(void* ctx) {
  return USED;
}

char _license[] SEC("license") = "GPL";
