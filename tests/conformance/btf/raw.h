/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* raw: BTF as bytes that a case writes word by word. */
#ifndef RINGSIDE_CONFORM_BTF_RAW_H
#define RINGSIDE_CONFORM_BTF_RAW_H

#include "harness/conform.h"

/* A header of 24 bytes, types and strings. */
struct raw {
  _Alignas(8) unsigned char bytes[256];
  __u32 size;
};
enum {
  RAW_HEADER = 24,
  RAW_HEADER_SIZE_AT = 4,
  RAW_TYPE_OFF_AT = 8,
  RAW_TYPE_LEN_AT = 12,
  RAW_STR_OFF_AT = 16,
  RAW_STR_LEN_AT = 20
};

/* RAW is the BTF of these words; its strings are "", "a" at 1 and "bc" at 3. */
#define RAW(...)                                                                                   \
  raw_of((const __u32[]){__VA_ARGS__}, sizeof((const __u32[]){__VA_ARGS__}) / sizeof(__u32),       \
         "\0a\0bc", sizeof("\0a\0bc"))
struct raw raw_of(const __u32* types, unsigned count, const char* strings, unsigned string_bytes);
#define RAW_STRING_END 6u

/* The second word of a type. */
#define INFO(kind_, elements_) ((__u32)(kind_) << 24 | (__u32)(elements_))
#define AN_INT 1, INFO(BTF_KIND_INT, 0), 4, 32

/* The same with a word of the header changed; raw_swapped: in the other byte order, which must have
 * nothing but words before the strings. */
struct raw raw_with(struct raw raw, unsigned at, __u32 word);
struct raw raw_swapped(struct raw raw);

/* raw_read is btf__new. raw_refused: it fails with this error. */
struct btf* raw_read(const struct raw* raw);
void raw_refused(struct raw raw, int error);

#endif /* RINGSIDE_CONFORM_BTF_RAW_H */
