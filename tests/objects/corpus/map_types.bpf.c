// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which types of maps keep the types of key and value when they are made.
#include "row.h"

#define MAP(kind, entries, key_type, value_type)                                                   \
  struct {                                                                                         \
    __uint(type, kind);                                                                            \
    __uint(max_entries, entries);                                                                  \
    __type(key, key_type);                                                                         \
    __type(value, value_type);                                                                     \
  } m SEC(".maps")

#if defined(ROW_hash)
MAP(BPF_MAP_TYPE_HASH, 4, int, long);
#elif defined(ROW_array)
MAP(BPF_MAP_TYPE_ARRAY, 4, int, long);
#elif defined(ROW_percpu_hash)
MAP(BPF_MAP_TYPE_PERCPU_HASH, 4, int, long);
#elif defined(ROW_percpu_array)
MAP(BPF_MAP_TYPE_PERCPU_ARRAY, 4, int, long);
#elif defined(ROW_lru_hash)
MAP(BPF_MAP_TYPE_LRU_HASH, 4, int, long);
#elif defined(ROW_prog_array)
MAP(BPF_MAP_TYPE_PROG_ARRAY, 4, int, int);
#elif defined(ROW_perf_event_array)
MAP(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, int, int);
#elif defined(ROW_cgroup_array)
MAP(BPF_MAP_TYPE_CGROUP_ARRAY, 4, int, int);
#elif defined(ROW_stack_trace)
MAP(
    BPF_MAP_TYPE_STACK_TRACE, 4, int, struct { long at[10]; });
#elif defined(ROW_devmap)
MAP(BPF_MAP_TYPE_DEVMAP, 4, int, int);
#elif defined(ROW_devmap_hash)
MAP(BPF_MAP_TYPE_DEVMAP_HASH, 4, int, int);
#elif defined(ROW_cpumap)
MAP(BPF_MAP_TYPE_CPUMAP, 1, int, int);
#elif defined(ROW_xskmap)
MAP(BPF_MAP_TYPE_XSKMAP, 4, int, int);
#elif defined(ROW_sockmap)
MAP(BPF_MAP_TYPE_SOCKMAP, 4, int, int);
#elif defined(ROW_sockhash)
MAP(BPF_MAP_TYPE_SOCKHASH, 4, int, int);
#elif defined(ROW_queue)
MAP(BPF_MAP_TYPE_QUEUE, 4, int, int);
#elif defined(ROW_keyless_queue)
struct {
  __uint(type, BPF_MAP_TYPE_QUEUE);
  __uint(max_entries, 4);
  __type(value, int);
} m SEC(".maps");
#elif defined(ROW_keyless_stack)
struct {
  __uint(type, BPF_MAP_TYPE_STACK);
  __uint(max_entries, 4);
  __type(value, int);
} m SEC(".maps");
#elif defined(ROW_struct_of_a_hash)
MAP(
    BPF_MAP_TYPE_HASH, 4, struct { int a; }, struct { long b; });
#endif
