// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// In which order functions stand behind the program that calls them.
#include "row.h"

#define LOCAL static NOINLINE
#define TAG(text) __attribute__((btf_decl_tag(text)))

#if defined(ROW_depth_first)
LOCAL int c(int x) {
  return x + 3;
}
LOCAL int b(int x) {
  return x * 2;
}
LOCAL int a(int x) {
  return b(x) + 1;
}
SEC("socket") int entry(struct __sk_buff* ctx) {
  return a(ctx->len) + c(ctx->len);
}
#elif defined(ROW_shared_by_two_programs)
LOCAL int shared(int x) {
  return x * 2;
}
SEC("socket") int first(struct __sk_buff* ctx) {
  return shared(ctx->len);
}
SEC("socket") int second(struct __sk_buff* ctx) {
  return shared(ctx->len) + shared(ctx->hash);
}
#elif defined(ROW_called_from_two)
LOCAL int low(int x) {
  return x * 2;
}
LOCAL int left(int x) {
  return low(x) + 1;
}
LOCAL int right(int x) {
  return low(x) + 2;
}
SEC("socket") int entry(struct __sk_buff* ctx) {
  return right(ctx->len) + left(ctx->hash);
}
#elif defined(ROW_with_data)
int data = 7;
LOCAL int helper(int x) {
  return data + x;
}
SEC("socket") int entry(struct __sk_buff* ctx) {
  return helper(ctx->len) + data;
}
#elif defined(ROW_not_called)
NOINLINE int helper(int x) {
  return x;
}
SEC("socket") int entry(struct __sk_buff* ctx) {
  return ctx->len;
}
#elif defined(ROW_exception_callback)
NOINLINE int callback(unsigned long cookie) {
  return cookie;
}
SEC("socket") TAG("exception_callback:callback") int entry(struct __sk_buff* ctx) {
  return ctx->len;
}
#elif defined(ROW_exception_callback_of_no_name)
SEC("socket") TAG("exception_callback:") int entry(struct __sk_buff* ctx) {
  return ctx->len;
}
#elif defined(ROW_exception_callback_missing)
SEC("socket") TAG("exception_callback:callback") int entry(struct __sk_buff* ctx) {
  return ctx->len;
}
#elif defined(ROW_exception_callback_static)
LOCAL int callback(unsigned long cookie) {
  return cookie + 1;
}
SEC("socket") TAG("exception_callback:callback") int entry(struct __sk_buff* ctx) {
  return callback(ctx->len);
}
#elif defined(ROW_exception_callbacks)
NOINLINE int callback(unsigned long cookie) {
  return cookie;
}
NOINLINE int other(unsigned long cookie) {
  return cookie;
}
SEC("socket")
TAG("exception_callback:callback")
TAG("exception_callback:other") int entry(struct __sk_buff* ctx) {
  return ctx->len;
}
#endif

char _license[] SEC("license") = "GPL";
