// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What instructions refer to.
#include "row.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, int);
  __type(value, long);
} first SEC(".maps"), second SEC(".maps");

static NOINLINE int local(int x) {
  return x + 3;
}
NOINLINE int global(int x) {
  return x + 5;
}

#define CODE ".section socket,\"ax\",@progbits\n"
#define END "r0 = 0\nexit\n.size entry, .-entry\n"

#if defined(ROW_maps)
SEC("socket") int entry(void* ctx) {
  int key = 1;
  return bpf_map_lookup_elem(&first, &key) == bpf_map_lookup_elem(&second, &key);
}
#elif defined(ROW_calls)
SEC("socket") int entry(struct __sk_buff* ctx) {
  return local(ctx->len) + global(ctx->len);
}
#elif defined(ROW_addresses_of_functions)
static long each(void* map, int* key, long* value, void* ctx) {
  return 0;
}
__hidden long each_global(void* map, int* key, long* value, void* ctx) {
  return 1;
}
SEC("socket") int entry(void* ctx) {
  bpf_for_each_map_elem(&first, each, 0, 0);
  bpf_for_each_map_elem(&first, each_global, 0, 0);
  return 0;
}
#elif defined(ROW_data)
int data = 1, zero;
const volatile int rodata = 2;
static int own[3] = {1, 2, 3};
SEC("socket") int entry(struct __sk_buff* ctx) {
  own[1] += ctx->len;
  return data + zero + rodata + own[2];
}
#elif defined(ROW_a_map_beside_its_start)
SEC("socket") int entry(void* ctx) {
  int key = 1;
  return bpf_map_lookup_elem((void*)&first + 8, &key) != 0;
}
#elif defined(ROW_data_of_no_map)
int own SEC("own_section") = 1;
SEC("socket") int entry(void* ctx) {
  return own;
}
#elif defined(ROW_no_load_and_no_call)
asm(CODE FUNCTION(entry) ".quad first\n" END);
#elif defined(ROW_between_instructions)
asm(CODE FUNCTION(entry) ".long 0\n.quad first\n.long 0\n" END);
#elif defined(ROW_in_no_function)
asm(CODE "r1 = first ll\n" FUNCTION(entry) END);
#elif defined(ROW_in_aliases)
asm(CODE FUNCTION(entry) "r1 = first ll\n" END);
asm(".globl other\n.type other, @function\n.set other, entry\n.size other, 32\n");
#elif defined(ROW_an_absolute_symbol)
asm(".globl number\n.set number, 5\n" CODE FUNCTION(entry) "r1 = number ll\n" END);
#elif defined(ROW_a_common_symbol)
asm(".comm shared, 8, 8\n" CODE FUNCTION(entry) "r1 = shared ll\n" END);
#elif defined(ROW_a_call_of_another_program)
SEC("socket") NOINLINE int other(struct __sk_buff* ctx) {
  return ctx->len;
}
SEC("socket") int entry(struct __sk_buff* ctx) {
  return other(ctx);
}
#elif defined(ROW_the_address_of_another_program)
SEC("socket") int other(void* ctx) {
  return 1;
}
SEC("socket") int entry(void* ctx) {
  return bpf_for_each_map_elem(&first, other, 0, 0);
}
#elif defined(ROW_a_call_of_a_map)
asm(CODE FUNCTION(entry) "call first\n" END);
#elif defined(ROW_a_call_between_functions)
asm(".text\n.globl within\n" FUNCTION(
    whole) "r0 = 1\nwithin: exit\n.size whole, 16\n" CODE FUNCTION(entry) "call within\n" END);
#elif defined(ROW_a_call_of_no_instruction)
asm(".text\n.globl within\n" FUNCTION(whole) "r0 = 1\nexit\n.size whole, 16\n"
                                             ".set within, whole + 4\n" CODE FUNCTION(
                                                 entry) "call within\n" END);
#elif defined(ROW_a_load_without_a_second_half)
asm(CODE FUNCTION(other) ".quad 0\nr0 = 0\nexit\n.size other, .-other\n" FUNCTION(
    entry) "r0 = 0\n"
           "r1 = first ll\n"
           ".size entry, 16\n");
#endif

char _license[] SEC("license") = "GPL";
