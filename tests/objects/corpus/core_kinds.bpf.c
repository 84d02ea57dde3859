// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Each kind of CO-RE record, with a target and without one.
#include "row.h"

#define PRESERVED __attribute__((preserve_access_index))

struct s {
  int a;
  unsigned b : 3, c : 7;
} PRESERVED;
struct s___missing {
  int a_missing;
  unsigned bits_missing : 3;
} PRESERVED;
struct missing {
  int a;
} PRESERVED;
enum e { E_FIRST = 1, E_NEGATIVE = -5, E_MISSING = 9 };
enum missing_enum { MISSING_FIRST };
enum wide { WIDE_BIG = 0x80000000 };

#define FIELD(kind, type, field) __builtin_preserve_field_info(((struct type*)0)->field, kind)
#define TYPE(type, kind) __builtin_preserve_type_info(*(type*)0, kind)
#define VALUE(type, name, kind) __builtin_preserve_enum_value(*(type*)name, kind)

#if defined(ROW_field_byte_offset)
#define USED FIELD(0, s, a)
#elif defined(ROW_field_byte_offset_missing)
#define USED FIELD(0, s___missing, a_missing)
#elif defined(ROW_field_byte_size)
#define USED FIELD(1, s, a)
#elif defined(ROW_field_byte_size_missing)
#define USED FIELD(1, s___missing, a_missing)
#elif defined(ROW_field_exists)
#define USED FIELD(2, s, a)
#elif defined(ROW_field_exists_missing)
#define USED FIELD(2, s___missing, a_missing)
#elif defined(ROW_field_signed)
#define USED FIELD(3, s, a)
#elif defined(ROW_field_signed_missing)
#define USED FIELD(3, s___missing, a_missing)
#elif defined(ROW_field_lshift)
#define USED FIELD(4, s, c)
#elif defined(ROW_field_lshift_missing)
#define USED FIELD(4, s___missing, bits_missing)
#elif defined(ROW_field_rshift)
#define USED FIELD(5, s, c)
#elif defined(ROW_field_rshift_missing)
#define USED FIELD(5, s___missing, bits_missing)
#elif defined(ROW_type_id_local)
#define USED __builtin_btf_type_id(*(struct s*)0, 0)
#elif defined(ROW_type_id_local_missing)
#define USED __builtin_btf_type_id(*(struct missing*)0, 0)
#elif defined(ROW_type_id_target)
#define USED __builtin_btf_type_id(*(struct s*)0, 1)
#elif defined(ROW_type_id_target_missing)
#define USED __builtin_btf_type_id(*(struct missing*)0, 1)
#elif defined(ROW_type_exists)
#define USED TYPE(struct s, 0)
#elif defined(ROW_type_exists_missing)
#define USED TYPE(struct missing, 0)
#elif defined(ROW_type_size)
#define USED TYPE(struct s, 1)
#elif defined(ROW_type_size_missing)
#define USED TYPE(struct missing, 1)
#elif defined(ROW_enumval_exists)
#define USED VALUE(enum e, E_FIRST, 0)
#elif defined(ROW_enumval_exists_missing)
#define USED VALUE(enum e, E_MISSING, 0)
#elif defined(ROW_enumval_value)
#define USED VALUE(enum e, E_NEGATIVE, 1)
#elif defined(ROW_enumval_value_without_sign)
#define USED VALUE(enum wide, WIDE_BIG, 1)
#elif defined(ROW_enumval_value_missing)
#define USED VALUE(enum e, E_MISSING, 1)
#elif defined(ROW_enum_missing)
#define USED VALUE(enum missing_enum, MISSING_FIRST, 1)
#endif

SEC("raw_tp/sys_enter") long entry(void* ctx) {
  return USED;
}

char _license[] SEC("license") = "GPL";
