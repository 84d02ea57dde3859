// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which types of the kernel are those of a program, by kind.
#include "row.h"

#define EXISTS(type) __builtin_preserve_type_info(*(type*)0, 0)

#if defined(ROW_struct_of_other_members)
struct s {
  char one;
};
#define USED EXISTS(struct s)
#elif defined(ROW_struct_with_union)
struct u {
  int i;
};
#define USED EXISTS(struct u)
#elif defined(ROW_union)
union u {
  char i;
};
#define USED EXISTS(union u)
#elif defined(ROW_enum)
enum e { OTHER_NAME };
#define USED EXISTS(enum e)
#elif defined(ROW_typedef)
typedef long an_int;
#define USED EXISTS(an_int)
#elif defined(ROW_typedef_of_a_struct)
struct x {
  int y;
};
typedef struct x an_int;
#define USED EXISTS(an_int)
#elif defined(ROW_typedef_missing)
typedef int no_such_typedef;
#define USED EXISTS(no_such_typedef)
#elif defined(ROW_prototype)
struct s;
typedef int (*a_callback)(struct s*, long);
#define USED EXISTS(a_callback)
#elif defined(ROW_prototype_of_another_pointer)
struct t;
typedef int (*a_callback)(struct t*, unsigned char);
#define USED EXISTS(a_callback)
#elif defined(ROW_prototype_of_another_kind)
typedef int (*a_callback)(long, long);
#define USED EXISTS(a_callback)
#elif defined(ROW_prototype_of_fewer_parameters)
struct s;
typedef int (*a_callback)(struct s*);
#define USED EXISTS(a_callback)
#elif defined(ROW_prototype_of_another_result)
struct s;
typedef void (*a_callback)(struct s*, long);
#define USED EXISTS(a_callback)
#elif defined(ROW_flavor)
struct s___own___flavor {
  int x;
};
struct s___own {
  int x;
};
#define USED EXISTS(struct s___own) + EXISTS(struct s___own___flavor) * 2
#elif defined(ROW_no_flavor)
struct s____own {
  int x;
};
struct s___ {
  int x;
};
#define USED EXISTS(struct s____own) + EXISTS(struct s___) * 2
#endif

SEC("raw_tp/sys_enter") long entry(void* ctx) {
  return USED;
}

char _license[] SEC("license") = "GPL";
