/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* results_of_maps. */
#include "results.h"

static void creating_maps(void) {
  section = "map_create";
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_ARRAY, 4, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_UNSPEC, 4, 8, 16, 0));
  CLOSED(map_of((enum bpf_map_type)99, 4, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 0, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 0, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 8, 0, 0));
  CLOSED(map_of(BPF_MAP_TYPE_ARRAY, 8, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 8, 16, 1U << 30));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 8, 16, BPF_F_RDONLY | BPF_F_WRONLY));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 1 << 30, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 1 << 20, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_ARRAY, 4, 1 << 20, 1 << 20, 0));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, "bad-name", 4, 8, 16, NULL));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, "dots.are_fine", 4, 8, 16, NULL));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, "a_name_of_more_than_15_letters", 4, 8, 16, NULL));
  CLOSED(
      bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                     WITH(bpf_map_create_opts, .map_flags = BPF_F_NUMA_NODE, .numa_node = 9999)));
  CLOSED(
      bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16, WITH(bpf_map_create_opts, .map_extra = 1)));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                        WITH(bpf_map_create_opts, .token_fd = 999)));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                        WITH(bpf_map_create_opts, .token_fd = 999, .map_flags = 1 << 16)));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                        WITH(bpf_map_create_opts, .value_type_btf_obj_fd = 999)));
  CLOSED(bpf_map_create(
      BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
      WITH(bpf_map_create_opts, .excl_prog_hash = return_0, .excl_prog_hash_size = 32)));
  CLOSED(bpf_map_create(
      BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
      WITH(bpf_map_create_opts, .excl_prog_hash = return_0, .excl_prog_hash_size = 31)));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                        WITH(bpf_map_create_opts, .inner_map_fd = 999)));
  CLOSED(bpf_map_create(
      BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
      WITH(bpf_map_create_opts, .btf_fd = 999, .btf_key_type_id = 1, .btf_value_type_id = 1)));
}

static const __u32 zero = 0, one = 1, two = 2, many = 999;
static __u64 value;
static __u32 next;

static void elements_of(int map) {
  CALL(bpf_map_lookup_elem(map, &one, &value));
  CALL(bpf_map_delete_elem(map, &one));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_EXIST));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_NOEXIST));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_NOEXIST));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_ANY));
  CALL(bpf_map_update_elem(map, &one, &value, 8));
  CALL(bpf_map_update_elem(map, &one, &value, 1ULL << 32));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_F_LOCK));
  CALL(bpf_map_update_elem(map, &many, &value, BPF_NOEXIST));
  CALL(bpf_map_update_elem(map, &many, &value, BPF_ANY));
  CALL(bpf_map_lookup_elem_flags(map, &one, &value, BPF_F_LOCK));
  CALL(bpf_map_lookup_elem_flags(map, &one, &value, 1));
  CALL(bpf_map_lookup_elem(map, &many, &value));
  CALL(bpf_map_get_next_key(map, NULL, &next));
  CALL(bpf_map_get_next_key(map, &two, &next));
  CALL(bpf_map_lookup_elem(map, NULL, &value));
  CALL(bpf_map_lookup_elem(map, &two, NULL));
  CALL(bpf_map_update_elem(map, &one, NULL, BPF_ANY));
  CALL(bpf_map_delete_elem_flags(map, &one, 1));
  CALL(bpf_map_lookup_and_delete_elem_flags(map, &one, &value, 1));
  CALL(bpf_map_lookup_and_delete_elem(map, &one, &value));
  CALL(bpf_map_lookup_and_delete_elem(map, &one, &value));
  CALL(bpf_map_delete_elem(map, &many));
}

static void elements(void) {
  int map;

  section = "hash";
  map = OPEN(map_of(BPF_MAP_TYPE_HASH, 4, 8, 2, BPF_F_NO_PREALLOC));
  elements_of(map);
  CALL(bpf_map_update_elem(map, &zero, &value, BPF_ANY));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_ANY));
  CALL(bpf_map_update_elem(map, &two, &value, BPF_ANY));
  CALL(bpf_map_freeze(map));
  CALL(bpf_map_freeze(map));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_ANY));
  CALL(bpf_map_lookup_elem(map, &one, &value));
  close(map);
  section = "array";
  map = OPEN(map_of(BPF_MAP_TYPE_ARRAY, 4, 8, 3, 0));
  elements_of(map);
  close(map);
  section = "lru";
  map = OPEN(map_of(BPF_MAP_TYPE_LRU_HASH, 4, 8, 16, 0));
  elements_of(map);
  close(map);
  for (int i = 0; i < 2; i++) {
    section = i == 0 ? "queue" : "stack";
    map = OPEN(map_of(i == 0 ? BPF_MAP_TYPE_QUEUE : BPF_MAP_TYPE_STACK, 0, 8, 2, 0));
    CALL(bpf_map_lookup_elem(map, NULL, &value));
    CALL(bpf_map_lookup_elem(map, &one, &value));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_ANY));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_NOEXIST));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_ANY));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_ANY));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_EXIST));
    CALL(bpf_map_get_next_key(map, NULL, &next));
    CALL(bpf_map_delete_elem(map, NULL));
    CALL(bpf_map_lookup_and_delete_elem(map, NULL, &value));
    close(map);
  }
  section = "elements";
  CALL(bpf_map_lookup_elem(-1, &one, &value));
  CALL(bpf_map_lookup_elem(0, &one, &value));
  CALL(bpf_map_freeze(0));
  map = OPEN(map_of(BPF_MAP_TYPE_HASH, 4, 8, 2, BPF_F_RDONLY));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_ANY));
  CALL(bpf_map_freeze(map));
  close(map);
  map = OPEN(map_of(BPF_MAP_TYPE_HASH, 4, 8, 2, BPF_F_WRONLY));
  CALL(bpf_map_lookup_elem(map, &one, &value));
  close(map);
}

enum { batch = 51 };
static __u32 keys[4 * batch];
static __u64 values[4 * batch];

/* BATCH shows how many were handled, too. */
#define BATCH(wanted, call)                                                                        \
  do {                                                                                             \
    __u32 count = wanted;                                                                          \
    CALL(call);                                                                                    \
    printf("%s: %s: count %u\n", section, #call, count);                                           \
  } while (0)

static void batches_of(int map) {
  __u32 cursor = 0, far = 1000000;

  for (__u32 i = 0; i < batch; i++)
    keys[i] = i;
  BATCH(batch, bpf_map_update_batch(map, keys, values, &count, NULL));
  BATCH(batch,
        bpf_map_update_batch(map, keys, values, &count, WITH(bpf_map_batch_opts, .elem_flags = 1)));
  BATCH(4 * batch, bpf_map_lookup_batch(map, NULL, &cursor, keys, values, &count, NULL));
  BATCH(0, bpf_map_lookup_batch(map, NULL, &cursor, keys, values, &count, NULL));
  BATCH(10, bpf_map_lookup_batch(map, &far, &cursor, keys, values, &count, NULL));
  BATCH(10, bpf_map_lookup_batch(map, NULL, NULL, keys, values, &count, NULL));
  BATCH(10, bpf_map_lookup_batch(map, NULL, &cursor, keys, values, &count,
                                 WITH(bpf_map_batch_opts, .flags = 1)));
  BATCH(10, bpf_map_lookup_batch(map, NULL, &cursor, keys, values, &count,
                                 WITH(bpf_map_batch_opts, .elem_flags = 1)));
  keys[0] = many;
  BATCH(1, bpf_map_delete_batch(map, keys, &count, NULL));
  BATCH(4 * batch, bpf_map_lookup_and_delete_batch(map, NULL, &cursor, keys, values, &count, NULL));
  BATCH(4 * batch, bpf_map_lookup_and_delete_batch(map, NULL, &cursor, keys, values, &count, NULL));
}

static void batches(void) {
  static const struct {
    const char* name;
    enum bpf_map_type type;
  } types[] = {{"batches of a hash", BPF_MAP_TYPE_HASH},
               {"batches of an array", BPF_MAP_TYPE_ARRAY}};

  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    int map;

    section = types[i].name;
    map = OPEN(map_of(types[i].type, 4, 8, batch, 0));
    batches_of(map);
    close(map);
  }
  section = "batches";
  BATCH(1, bpf_map_lookup_batch(-1, NULL, keys, keys, values, &count, NULL));
}

void results_of_maps(void) {
  creating_maps();
  elements();
  batches();
}
