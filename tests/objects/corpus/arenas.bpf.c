// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Arenas, and variables in them.
#include "row.h"

#define ARENA(name, pages)                                                                         \
  struct {                                                                                         \
    __uint(type, 33); /* BPF_MAP_TYPE_ARENA */                                                     \
    __uint(map_flags, BPF_F_MMAPABLE);                                                             \
    __uint(max_entries, pages);                                                                    \
  } name SEC(".maps")

#if defined(ROW_one)
ARENA(arena, 2);
int variable SEC(".addr_space.1") = 1;
#elif defined(ROW_two)
ARENA(arena, 2);
ARENA(other, 2);
#elif defined(ROW_none)
int variable SEC(".addr_space.1") = 1;
#elif defined(ROW_none_beside_another_map)
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, int);
  __type(value, int);
} other SEC(".maps");
int variable SEC(".addr_space.1") = 1;
#elif defined(ROW_too_small)
ARENA(arena, 1);
int variable[1025] SEC(".addr_space.1") = {1};
#endif
