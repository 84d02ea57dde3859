// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// More maps and programs than descriptors find room for on the stack of a BPF program.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define MAP(n)                                                                                     \
  struct {                                                                                         \
    __uint(type, BPF_MAP_TYPE_ARRAY);                                                              \
    __uint(max_entries, 1 + 0##n);                                                                 \
    __type(key, int);                                                                              \
    __type(value, int);                                                                            \
  } m##n SEC(".maps")
#define MAPS(n)                                                                                    \
  MAP(n##0);                                                                                       \
  MAP(n##1);                                                                                       \
  MAP(n##2);                                                                                       \
  MAP(n##3);                                                                                       \
  MAP(n##4);                                                                                       \
  MAP(n##5);                                                                                       \
  MAP(n##6);                                                                                       \
  MAP(n##7)

#define PROGRAM(n)                                                                                 \
  SEC("socket") int p##n(void* ctx) {                                                              \
    int key = 0;                                                                                   \
    int* value = bpf_map_lookup_elem(&m##n, &key);                                                 \
    return value ? 0##n : -1;                                                                      \
  }
#define PROGRAMS(n)                                                                                \
  PROGRAM(n##0);                                                                                   \
  PROGRAM(n##1);                                                                                   \
  PROGRAM(n##2);                                                                                   \
  PROGRAM(n##3);                                                                                   \
  PROGRAM(n##4);                                                                                   \
  PROGRAM(n##5);                                                                                   \
  PROGRAM(n##6);                                                                                   \
  PROGRAM(n##7)

MAPS(1);
MAPS(2);
MAPS(3);
MAPS(4);
MAPS(5);
MAPS(6);
MAPS(7);
MAPS(10);
MAPS(11);

PROGRAMS(1);
PROGRAMS(2);
PROGRAMS(3);
PROGRAMS(4);
PROGRAMS(5);

char _license[] SEC("license") = "GPL";
