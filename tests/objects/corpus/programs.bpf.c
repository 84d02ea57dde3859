// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which functions are programs, and in which order.
#include "row.h"

#if defined(ROW_in_order)
SEC("xdp") int last_of_the_file(void* ctx) {
  return 1;
}
SEC("socket") int second(void* ctx) {
  return 2;
}
SEC("socket") int third(void* ctx) {
  return 3;
}
SEC("xdp") int fourth(void* ctx) {
  return 4;
}
#elif defined(ROW_symbols_in_another_order)
asm(".section socket,\"ax\",@progbits\n"
    ".globl second\n.globl first\n.type second, @function\n.type first, @function\n"
    "first: r0 = 1\nexit\n"
    "second: r0 = 2\nexit\n"
    ".size second, 16\n.size first, 16\n");
#elif defined(ROW_left_out)
SEC("?socket") int left_out(void* ctx) {
  return 1;
}
#elif defined(ROW_of_unknown_section)
SEC("my_own_section") int entry(void* ctx) {
  return 1;
}
#elif defined(ROW_static)
static SEC("socket") __attribute__((used)) int entry(void* ctx) {
  return 1;
}
#elif defined(ROW_in_text_alone)
int entry(void* ctx) {
  return 1;
}
#elif defined(ROW_in_text_beside_another)
NOINLINE int helper(int x) {
  return x + 1;
}
SEC("socket") int entry(struct __sk_buff* ctx) {
  return helper(ctx->len);
}
#elif defined(ROW_hidden_helper)
__hidden NOINLINE int helper(int x) {
  return x + 1;
}
SEC("socket") int entry(struct __sk_buff* ctx) {
  return helper(ctx->len);
}
#elif defined(ROW_weak_helper)
__weak NOINLINE int helper(int x) {
  return x + 1;
}
SEC("socket") int entry(struct __sk_buff* ctx) {
  return helper(ctx->len);
}
#elif defined(ROW_weak)
SEC("socket") __weak int entry(void* ctx) {
  return 1;
}
#elif defined(ROW_of_no_bytes)
asm(".section socket,\"ax\",@progbits\n" FUNCTION(entry) "r0 = 1\nexit\n.size entry, 0\n");
#elif defined(ROW_of_12_bytes)
asm(".section socket,\"ax\",@progbits\n" FUNCTION(entry) "r0 = 1\nexit\n.size entry, 12\n");
#elif defined(ROW_at_4_bytes)
asm(".section socket,\"ax\",@progbits\n.long 0\n" FUNCTION(entry) "r0 = 1\nexit\n.long 0\n"
                                                                  ".size entry, 16\n");
#elif defined(ROW_behind_its_section)
asm(".section socket,\"ax\",@progbits\n" FUNCTION(entry) "r0 = 1\nexit\n.size entry, 64\n");
#elif defined(ROW_code_of_no_function)
asm(".section socket,\"ax\",@progbits\nr0 = 7\nexit\n" FUNCTION(entry) "r0 = 1\nexit\n"
                                                                       ".size entry, 16\n");
#elif defined(ROW_aliases)
asm(".section socket,\"ax\",@progbits\n" FUNCTION(
    entry) "r0 = 1\nexit\n.size entry, 16\n"
           ".globl other\n.type other, @function\n.set other, entry\n.size other, 16\n");
#elif defined(ROW_three_aliases)
asm(".section socket,\"ax\",@progbits\n" FUNCTION(
    entry) "r0 = 1\nexit\n.size entry, 16\n"
           ".globl another\n.type another, @function\n.set another, entry\n.size another, 16\n"
           ".globl third\n.type third, @function\n.set third, entry\n.size third, 8\n" FUNCTION(
               last) "r0 = 2\nexit\n.size last, 16\n");
#elif defined(ROW_not_a_function)
asm(".section socket,\"ax\",@progbits\n.globl entry\nentry: r0 = 1\nexit\n.size entry, 16\n");
#endif

char _license[] SEC("license") = "GPL";
