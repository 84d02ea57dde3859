// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The kernel's types, as the rows of the other core_ files find them. No program is in here.
#if defined(ROW_types)
#include <stdbool.h>

struct s {
  long pad;
  int a;
  long c2 : 5;
  unsigned long b : 30;
  unsigned c : 9;
  struct {
    int y, x;
  } in;
  int sg;
  unsigned long u4;
  void* p;
  long arr[6];
  char name[16];
};
enum e { E_FIRST = 3, E_NEGATIVE = -6, E_LAST = 7 };
typedef int an_int;
typedef int (*a_callback)(struct s*, long);
union u {
  int i;
  long l;
};

/* Two that are meant by the name amb. */
struct amb___1 {
  int x;
  char pad[4];
  int y;
};
struct amb {
  int pad;
  int y;
};

struct inner {
  int z;
};
enum other_enum { OTHER };
struct fields {
  struct inner a_struct;
  union u a_union;
  struct inner* a_pointer;
  void* a_void;
  float a_float;
  double a_double;
  long a_long;
  enum e an_enum;
  enum { UNNAMED } an_unnamed_enum;
  int numbers[3];
  struct inner structs[2];
  int matrix[2][3];
  struct {
    int within;
    union {
      int deep;
      long deeper;
    };
  };
  const volatile int qualified;
  an_int by_typedef;
  bool a_bool;
  int flexible[];
};

struct sizes {
  unsigned short shorter;
  unsigned long from_bool;
  unsigned from_char;
  short signed_shorter;
  long signed_longer;
  struct inner* pointer;
  unsigned long array[3];
  unsigned bits : 9;
  unsigned same;
  int into_signed;
  struct inner to_struct;
};
struct far_away {
  char before[40000];
  int field;
};

struct list {
  struct list *next, *prev;
};
struct more {
  int extra;
  unsigned number;
  struct list list;
  struct inner* pointer;
  enum e e;
  long array[4];
  int (*call)(struct inner*, int);
};
struct names {
  long long number;
};
enum wide { WIDE_ONE = 1, WIDE_BIG = 0x80000000 };

struct all {
  struct s s;
  enum e e;
  an_int an_int;
  a_callback a_callback;
  union u u;
  struct amb___1 amb_1;
  struct amb amb;
  struct sizes sizes;
  struct more more;
  enum wide wide;
  enum other_enum other_enum;
  struct names names;
} all;
/* Of what a member points to, BTF would have the name alone. */
struct fields fields;
struct far_away far_away;
#endif
