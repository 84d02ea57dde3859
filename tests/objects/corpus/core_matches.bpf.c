// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which types of the kernel match those of a program. build.py makes the questions TYPE_MATCHES.
#include "row.h"

#define MATCHES(type) __builtin_preserve_type_info(*(type*)0, 0)

struct inner {
  int z;
};
struct list {
  struct list *next, *prev;
};

#if defined(ROW_the_same)
#define USED MATCHES(struct list)
#elif defined(ROW_some_members)
struct more {
  struct inner* pointer;
  unsigned number;
};
#define USED MATCHES(struct more)
#elif defined(ROW_a_member_missing)
struct more {
  struct inner* other;
};
#define USED MATCHES(struct more)
#elif defined(ROW_a_flavor_of_a_member)
struct more {
  unsigned number___own;
};
#define USED MATCHES(struct more)
#elif defined(ROW_int_of_another_size)
struct more {
  unsigned short number;
};
#define USED MATCHES(struct more)
#elif defined(ROW_int_of_another_name)
struct names {
  long number;
};
#define USED MATCHES(struct names)
#elif defined(ROW_int_of_another_sign)
struct more {
  int number;
};
#define USED MATCHES(struct more)
#elif defined(ROW_struct_for_an_int)
struct more {
  struct inner number;
};
#define USED MATCHES(struct more)
#elif defined(ROW_behind_a_pointer)
struct other;
struct more___a {
  struct inner___own* pointer;
};
#define USED MATCHES(struct more___a)
#elif defined(ROW_another_behind_a_pointer)
struct more {
  struct another* pointer;
};
#define USED MATCHES(struct more)
#elif defined(ROW_an_array)
struct more___b {
  struct list list;
  enum e { E_FIRST = 1 } e;
};
#define USED MATCHES(struct more___b)
#elif defined(ROW_an_array_of_another_length)
struct more {
  long array[5];
};
#define USED MATCHES(struct more)
#elif defined(ROW_a_function)
struct more {
  int (*call)(struct inner*, int);
};
#define USED MATCHES(struct more)
#elif defined(ROW_a_function_of_another_parameter)
struct more {
  int (*call)(struct inner*, struct inner*);
};
#define USED MATCHES(struct more)
#elif defined(ROW_an_enum)
enum e { E_LAST = 1, E_FIRST = 2 };
#define USED MATCHES(enum e)
#elif defined(ROW_an_enum_of_another_name)
enum e { E_OTHER = 1 };
#define USED MATCHES(enum e)
#elif defined(ROW_an_enum_of_more_names)
enum e { E_FIRST, E_NEGATIVE, E_LAST, E_ONE_MORE };
#define USED MATCHES(enum e)
#elif defined(ROW_a_union)
union u {
  int i;
};
#define USED MATCHES(union u)
#elif defined(ROW_missing)
struct missing {
  int x;
};
#define USED MATCHES(struct missing)
#endif

SEC("raw_tp/sys_enter") long entry(void* ctx) {
  return USED;
}

char _license[] SEC("license") = "GPL";
