/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* .BTF.ext: which bytes are one, and its bytes in both orders. */
#include <string.h>

#include "harness/conform.h"

/* One function record and one line record, in a section each. */
struct ext {
  __u16 magic;
  __u8 version, flags;
  __u32 header_size, functions_at, functions_size, lines_at, lines_size;
  __u32 function_size, function_section, functions, function_offset, function_type;
  __u32 line_size, line_section, lines, line_offset, line_file, line_text, line_column;
};

static struct ext whole(void) {
  return (struct ext){.magic = 0xeb9f,
                      .version = 1,
                      .header_size = 24,
                      .functions_at = 0,
                      .functions_size = 20,
                      .lines_at = 20,
                      .lines_size = 28,
                      .function_size = 8,
                      .function_section = 1,
                      .functions = 1,
                      .function_type = 1,
                      .line_size = 16,
                      .line_section = 1,
                      .lines = 1};
}

static struct btf_ext* read_ext(const struct ext* ext) {
  return btf_ext__new((const __u8*)ext, sizeof(*ext));
}

static void refused(struct ext ext, int error) {
  CHECK_NULL(read_ext(&ext), error);
}

static void records(void) {
  const struct ext ext = whole();
  struct btf_ext* made = read_ext(&ext);
  __u32 size = 0;

  if (!CHECK(made != NULL))
    return;
  const void* data = btf_ext__get_raw_data(made, &size);

  if (CHECK_EQ(size, sizeof(ext)))
    CHECK(memcmp(data, &ext, size) == 0);
  btf_ext__free(made);
  btf_ext__free(NULL);
}

static void bytes_that_are_none(void) {
  struct ext ext = whole();

  CHECK_NULL(btf_ext__new((const __u8*)&ext, 7), EINVAL);
  CHECK_NULL(btf_ext__new((const __u8*)&ext, 24), EINVAL);
#define REFUSED(member_, value_, error_)                                                           \
  ext = whole();                                                                                   \
  ext.member_ = value_;                                                                            \
  refused(ext, error_)
  REFUSED(magic, 0xeb9e, EINVAL);
  REFUSED(version, 2, ENOTSUP);
  REFUSED(flags, 1, ENOTSUP);
  REFUSED(header_size, 20, EINVAL);
  REFUSED(header_size, sizeof(ext) + 1, EINVAL);
  REFUSED(functions_at, 2, EINVAL);
  REFUSED(functions_at, 0xfffffffc, EINVAL);
  REFUSED(functions_size, 2, EINVAL);
  REFUSED(functions_size, 16, EINVAL);
  REFUSED(functions_size, 24, EINVAL);
  REFUSED(lines_size, 32, EINVAL);
  REFUSED(function_size, 4, EINVAL);
  REFUSED(function_size, 10, EINVAL);
  REFUSED(functions, 0, EINVAL);
  REFUSED(functions, 2, EINVAL);
  REFUSED(functions, 0x20000001, EINVAL);
  REFUSED(line_size, 12, EINVAL);
#undef REFUSED
}

static void parts_that_are_absent(void) {
  struct ext ext = whole();

  ext.functions_size = ext.lines_size = 0;
  struct btf_ext* made = read_ext(&ext);

  CHECK(made != NULL);
  btf_ext__free(made);
}

/* The types of two functions are also the size of the line records, and how many there are. */
static void parts_that_overlap(void) {
  struct ext ext = whole();

  ext.functions_size = 7 * sizeof(__u32);
  ext.functions = 2;
  ext.function_type = 16;
  ext.line_section = 1;
  ext.lines_at = 4 * sizeof(__u32);
  ext.lines_size = 7 * sizeof(__u32);
  if (differs()) {
    refused(ext, EINVAL);
    return;
  }
  struct btf_ext* const made = read_ext(&ext);

  CHECK(made != NULL);
  btf_ext__free(made);
}

static void the_other_byte_order(void) {
  const struct ext ext = whole();
  struct btf_ext* made = read_ext(&ext);
  const enum btf_endianness order = btf_ext__endianness(made);
  __u32 size = 0;

  CHECK_FAILS(btf_ext__set_endianness(made, (enum btf_endianness)2), EINVAL);
  CHECK_EQ(
      btf_ext__set_endianness(made, order == BTF_BIG_ENDIAN ? BTF_LITTLE_ENDIAN : BTF_BIG_ENDIAN),
      0);
  const void* data = btf_ext__raw_data(made, &size);
  struct btf_ext* again = btf_ext__new(data, size);

  if (CHECK(again != NULL))
    CHECK(btf_ext__endianness(again) != order);
  btf_ext__free(again);
  btf_ext__free(made);
}

CASES(ext) = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "ext." #name_, .function = "btf_ext__" #function_, .body = name_, __VA_ARGS__ }
    CASE(records, get_raw_data),
    CASE(bytes_that_are_none, new, .since = "1.4"),
    CASE(parts_that_are_absent, new),
    CASE(parts_that_overlap, new, .difference = "read-ext-overlap"),
    CASE(the_other_byte_order, set_endianness, .since = "1.5"),
    {.name = NULL},
#undef CASE
};
