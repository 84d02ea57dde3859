/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* raw: BTF as bytes. */
#include "btf/raw.h"

#include <string.h>

struct raw raw_of(const __u32* types, unsigned count, const char* strings, unsigned string_bytes) {
  const __u32 type_bytes = count * (__u32)sizeof(__u32);
  const struct {
    __u16 magic;
    __u8 version, flags;
    __u32 words[5];
  } header = {0xeb9f, 1, 0, {RAW_HEADER, 0, type_bytes, type_bytes, string_bytes}};
  struct raw raw = {.size = RAW_HEADER + type_bytes + string_bytes};

  memcpy(raw.bytes, &header, sizeof(header));
  memcpy(raw.bytes + RAW_HEADER, types, type_bytes);
  memcpy(raw.bytes + RAW_HEADER + type_bytes, strings, string_bytes);
  return raw;
}

struct raw raw_with(struct raw raw, unsigned at, __u32 word) {
  memcpy(raw.bytes + at, &word, sizeof(word));
  return raw;
}

static void swap(unsigned char* first, unsigned char* last) {
  const unsigned char before = *first;

  *first = *last;
  *last = before;
}

struct raw raw_swapped(struct raw raw) {
  __u32 type_bytes;

  memcpy(&type_bytes, raw.bytes + RAW_TYPE_LEN_AT, sizeof(type_bytes));
  swap(raw.bytes, raw.bytes + 1);
  for (__u32 at = RAW_HEADER_SIZE_AT; at < RAW_HEADER + type_bytes; at += sizeof(__u32)) {
    swap(raw.bytes + at, raw.bytes + at + 3);
    swap(raw.bytes + at + 1, raw.bytes + at + 2);
  }
  return raw;
}

struct btf* raw_read(const struct raw* raw) {
  return btf__new(raw->bytes, raw->size);
}

void raw_refused(struct raw raw, int error) {
  CHECK_NULL(raw_read(&raw), error);
}
