// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// How .maps defines maps.
#include "row.h"

struct inner {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, int);
  __type(value, long);
};
typedef int (*eleven)[11];
typedef int* pointer_to_int;
typedef struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 3);
  __type(key, int);
  __type(value, long);
} definition;

#if defined(ROW_a_definition_by_typedef)
definition m SEC(".maps");
#elif defined(ROW_not_a_struct)
int m SEC(".maps");
#elif defined(ROW_a_static_one)
static definition m SEC(".maps");
SEC("socket") int entry(void* ctx) {
  int key = 0;
  return bpf_map_lookup_elem(&m, &key) != 0;
}
char _license[] SEC("license") = "GPL";
#elif defined(ROW_a_long_name)
definition a_name_of_more_than_15_letters SEC(".maps");
#elif defined(ROW_several)
definition second SEC(".maps"), first SEC(".maps");
int data = 1;
#else
struct {
#if defined(ROW_each_number)
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 100);
  __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE);
  __uint(numa_node, 0);
  __uint(key_size, 8);
  __uint(value_size, 24);
#elif defined(ROW_numbers_by_typedef)
  __uint(type, BPF_MAP_TYPE_ARRAY);
  eleven max_entries;
  __type(key, int);
  __type(value, int);
#elif defined(ROW_key_and_value)
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4);
  __type(
      key, struct {
        int a;
        int b;
      });
  __type(value, struct inner);
#elif defined(ROW_no_type)
  __uint(max_entries, 4);
#elif defined(ROW_type_0)
  __uint(type, 0);
#elif defined(ROW_number_not_a_pointer)
  int type;
#elif defined(ROW_number_not_an_array)
  int* type;
#elif defined(ROW_unknown_member)
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(size, 4);
#elif defined(ROW_relaxed_unknown_member)
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __uint(key_size, 4);
  __uint(value_size, 4);
  __uint(size, 4);
  int other;
#elif defined(ROW_key_of_another_size)
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(key_size, 8);
  __type(key, int);
#elif defined(ROW_key_size_of_another_key)
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, int);
  __uint(key_size, 8);
#elif defined(ROW_value_of_another_size)
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(value_size, 8);
  __type(value, int);
#elif defined(ROW_value_size_of_another_value)
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(value, int);
  __uint(value_size, 8);
#elif defined(ROW_sizes_and_types_agree)
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4);
  __uint(key_size, 4);
  __type(key, int);
  __type(value, long);
  __uint(value_size, 8);
#elif defined(ROW_key_of_no_size)
  __uint(type, BPF_MAP_TYPE_HASH);
  void* key;
#elif defined(ROW_value_of_no_size)
  __uint(type, BPF_MAP_TYPE_HASH);
  struct nowhere* value;
#elif defined(ROW_key_by_typedef)
  __uint(type, BPF_MAP_TYPE_HASH);
  pointer_to_int key;
#elif defined(ROW_pinning_0)
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, int);
  __type(value, long);
  __uint(pinning, LIBBPF_PIN_NONE);
#elif defined(ROW_pinning_2)
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(pinning, 2);
#elif defined(ROW_extra_number)
  __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
  __uint(max_entries, 4);
  __uint(value_size, 4);
  __uint(map_extra, 3);
#elif defined(ROW_extra_enum)
  __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
  __uint(max_entries, 4);
  __uint(value_size, 4);
  __ulong(map_extra, 3);
#elif defined(ROW_extra_enum_of_two)
  __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
  enum { two_a, two_b } map_extra;
#elif defined(ROW_ring_of_5000)
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 5000);
#elif defined(ROW_ring_of_12288)
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 12288);
#elif defined(ROW_ring_of_4096)
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
#elif defined(ROW_ring_of_0)
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 0);
#elif defined(ROW_user_ring_of_5000)
  __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
  __uint(max_entries, 5000);
#elif defined(ROW_map_of_maps)
  __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, int);
  __array(values, struct inner);
#elif defined(ROW_programs_by_name)
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __type(key, int);
  __array(values, int(void*));
#elif defined(ROW_values_and_their_size)
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, int);
  __uint(value_size, 4);
  __array(values, struct inner);
#elif defined(ROW_values_and_another_size)
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, int);
  __uint(value_size, 8);
  __array(values, struct inner);
#elif defined(ROW_values_of_a_hash)
  __uint(type, BPF_MAP_TYPE_HASH);
  __array(values, struct inner);
#elif defined(ROW_values_before_the_type)
  struct inner* values[0];
#elif defined(ROW_values_not_last)
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  struct inner* values[0];
  __uint(max_entries, 4);
#elif defined(ROW_values_of_one_element)
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  struct inner* values[1];
#elif defined(ROW_values_of_ints)
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __array(values, int);
#elif defined(ROW_programs_by_a_struct)
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __array(values, struct inner);
#elif defined(ROW_maps_by_a_prototype)
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __array(values, int(void*));
#elif defined(ROW_values_within_values)
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __array(
      values, struct {
        __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
        __array(values, struct inner);
      });
#elif defined(ROW_pinning_within_values)
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __array(
      values, struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(pinning, LIBBPF_PIN_BY_NAME);
      });
#elif defined(ROW_perf_events)
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 4);
#endif
} m SEC(".maps");
#endif
