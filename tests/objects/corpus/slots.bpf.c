// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Maps that have content in .maps.
#include "row.h"

struct inner {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, int);
  __type(value, long);
};
struct inner first SEC(".maps"), second SEC(".maps");

#define OUTER(kind, key_type)                                                                      \
  struct {                                                                                         \
    __uint(type, kind);                                                                            \
    __uint(max_entries, 4);                                                                        \
    __type(key, key_type);                                                                         \
    __array(values, struct inner);                                                                 \
  } outer SEC(".maps")
#define TAILS                                                                                      \
  struct {                                                                                         \
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);                                                         \
    __uint(max_entries, 4);                                                                        \
    __uint(key_size, 4);                                                                           \
    __array(values, int(void*));                                                                   \
  } tails SEC(".maps")

#if defined(ROW_of_maps)
OUTER(BPF_MAP_TYPE_ARRAY_OF_MAPS, int) = {.values = {[1] = &second, [3] = &first}};
#elif defined(ROW_of_a_hash_of_maps)
OUTER(BPF_MAP_TYPE_HASH_OF_MAPS, int) = {.values = {[1] = &second}};
#elif defined(ROW_of_a_hash_with_long_keys)
OUTER(BPF_MAP_TYPE_HASH_OF_MAPS, long) = {.values = {[1] = &second}};
#elif defined(ROW_of_maps_with_data)
long data = 1;
OUTER(BPF_MAP_TYPE_ARRAY_OF_MAPS, int) = {.values = {[1] = (void*)&data}};
#elif defined(ROW_of_maps_beside_a_map)
OUTER(BPF_MAP_TYPE_ARRAY_OF_MAPS, int) = {.values = {[1] = (void*)&first + 8}};
#elif defined(ROW_of_programs)
SEC("socket") int tail(void* ctx) {
  return 1;
}
TAILS = {.values = {[2] = tail}};
#elif defined(ROW_of_programs_with_a_subprogram)
NOINLINE int helper(void* ctx) {
  return 1;
}
TAILS = {.values = {[2] = helper}};
#elif defined(ROW_of_programs_with_a_map)
TAILS = {.values = {[2] = (void*)&first}};
#elif defined(ROW_of_programs_within_a_program)
asm(".section socket,\"ax\",@progbits\n" FUNCTION(
    entry) "r0 = 1\nbehind: exit\n"
           ".globl behind\n.type behind, @notype\n.size entry, 16\n");
extern int behind(void* ctx);
TAILS = {.values = {[2] = behind}};
#elif defined(ROW_of_programs_with_a_called_function)
NOINLINE int helper(struct __sk_buff* ctx) {
  return ctx->len;
}
SEC("socket") int tail(struct __sk_buff* ctx) {
  return helper(ctx);
}
TAILS = {.values = {[2] = (void*)helper}};
#elif defined(ROW_of_programs_with_data)
long data = 1;
TAILS = {.values = {[2] = (void*)&data}};
#elif defined(ROW_of_another_kind)
int key;
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, int);
} other SEC(".maps") = {.key = &key};
#elif defined(ROW_map_before_the_values)
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __type(key, int);
  __array(values, struct inner);
} outer SEC(".maps") = {.key = (void*)&first};
#elif defined(ROW_program_before_the_values)
SEC("socket") int tail(void* ctx) {
  return 1;
}
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __type(key, int);
  __array(values, int(void*));
} tails SEC(".maps") = {.key = (void*)tail};
#elif defined(ROW_before_the_values)
int key;
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __type(key, int);
  __array(values, struct inner);
} outer SEC(".maps") = {.key = &key};
#endif

char _license[] SEC("license") = "GPL";
