/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Reading BTF from bytes, and looking at it. */
#include <string.h>

#include "btf/raw.h"

static void an_int(void) {
  const struct raw raw = RAW(AN_INT);
  struct btf* btf = raw_read(&raw);

  if (!CHECK(btf != NULL))
    return;
  CHECK_EQ(btf__type_cnt(btf), 2);
  CHECK_EQ(btf__type_by_id(btf, 1)->size, 4);
  CHECK_EQ(btf__type_by_id(btf, 0)->info, 0);
  CHECK_NULL(btf__type_by_id(btf, 2), EINVAL);
  CHECK_TEXT(btf__name_by_offset(btf, 1), "a");
  CHECK_TEXT(btf__str_by_offset(btf, 4), "c");
  CHECK_NULL(btf__name_by_offset(btf, RAW_STRING_END), EINVAL);
  CHECK(btf__base_btf(btf) == NULL);
  CHECK_EQ(btf__fd(btf), -1);
  btf__free(btf);
}

static void headers_that_are_none(void) {
  struct raw raw = RAW(AN_INT);

  raw.size = RAW_HEADER - 1;
  raw_refused(raw, EINVAL);
  raw = RAW(AN_INT);
  raw.bytes[0] = 0x9e;
  raw_refused(raw, EINVAL);
  raw = RAW(AN_INT);
  raw_refused(raw_with(raw, RAW_HEADER_SIZE_AT, raw.size + 1), EINVAL);
  raw_refused(raw_with(raw, RAW_STR_LEN_AT, RAW_STRING_END + 1), EINVAL);
  raw_refused(raw_with(raw, RAW_STR_LEN_AT, UINT32_MAX), EINVAL);
  raw_refused(raw_with(raw, RAW_STR_LEN_AT, 0), EINVAL);
  raw_refused(raw_with(raw, RAW_STR_LEN_AT, RAW_STRING_END - 1), EINVAL);
  raw_refused(raw_with(raw, RAW_TYPE_LEN_AT, 20), EINVAL);
  raw_refused(raw_with(raw, RAW_TYPE_OFF_AT, UINT32_MAX), EINVAL);
  raw_refused(raw_with(raw, RAW_TYPE_OFF_AT, 2), EINVAL);
}

static void types_that_do_not_fit(void) {
  raw_refused(RAW(1, INFO(BTF_KIND_INT, 0), 4), EINVAL);
  raw_refused(RAW(AN_INT, 1), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_STRUCT, 2), 4, 1, 0, 0), EINVAL);
  raw_refused(RAW(1, INFO(0, 0), 0), EINVAL);
  raw_refused(RAW(1, INFO(20, 0), 0), EINVAL);
}

static void words_that_mean_nothing(void) {
  raw_refused(RAW(RAW_STRING_END, INFO(BTF_KIND_INT, 0), 4, 32), EINVAL);
  raw_refused(RAW(0, INFO(BTF_KIND_PTR, 0), 2), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_TYPEDEF, 0), 2), EINVAL);
  raw_refused(RAW(0, INFO(BTF_KIND_ARRAY, 0), 0, 2, 0, 1), EINVAL);
  raw_refused(RAW(0, INFO(BTF_KIND_ARRAY, 0), 0, 0, 2, 1), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_STRUCT, 1), 4, RAW_STRING_END, 0, 0), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_UNION, 1), 4, 1, 2, 0), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_ENUM, 1), 4, RAW_STRING_END, 0), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_ENUM64, 1), 8, RAW_STRING_END, 0, 0), EINVAL);
  raw_refused(RAW(AN_INT, 1, INFO(BTF_KIND_FUNC, 0), 1), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_FUNC, 0), 0), EINVAL);
  raw_refused(RAW(0, INFO(BTF_KIND_FUNC_PROTO, 1), 0, 1, 2), EINVAL);
  raw_refused(RAW(0, INFO(BTF_KIND_FUNC_PROTO, 1), 0, RAW_STRING_END, 0), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_VAR, 0), 2, 0), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_DATASEC, 1), 4, 2, 0, 4), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_DECL_TAG, 0), 2, 0), EINVAL);
  raw_refused(RAW(1, INFO(BTF_KIND_TYPE_TAG, 0), 2), EINVAL);
}

/* What is legal although it looks odd: types that follow, and types within themselves. */
static void words_that_are_legal(void) {
  const struct raw odd[] = {
      RAW(0, INFO(BTF_KIND_PTR, 0), 2, AN_INT),
      RAW(1, INFO(BTF_KIND_TYPEDEF, 0), 1),
      RAW(1, INFO(BTF_KIND_STRUCT, 1), 4, 1, 1, 0),
      RAW(0, INFO(BTF_KIND_FUNC_PROTO, 0), 0, 1, INFO(BTF_KIND_FUNC, 1), 1),
      RAW(4, INFO(BTF_KIND_INT, 0), 4, 32),
  };

  for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
    struct btf* btf = raw_read(&odd[i]);

    CHECK(btf != NULL);
    btf__free(btf);
  }
}

static void a_return_type_that_is_none(void) {
  const struct raw raw = RAW(0, INFO(BTF_KIND_FUNC_PROTO, 0), 99);

  if (differs()) {
    raw_refused(raw, EINVAL);
    return;
  }
  struct btf* btf = raw_read(&raw);

  CHECK(btf != NULL);
  btf__free(btf);
}

static void no_data(void) {
  CHECK_NULL(btf__new(NULL, RAW_HEADER), EINVAL);
}

static void a_short_header_of_a_split(void) {
  const struct raw whole = RAW(AN_INT);
  struct raw raw = raw_with(RAW(0, 0), RAW_HEADER_SIZE_AT, 8);
  struct btf* base = raw_read(&whole);

  raw = raw_with(raw_with(raw, RAW_TYPE_LEN_AT, 0), RAW_STR_OFF_AT, 0);
  raw = raw_with(raw, RAW_STR_LEN_AT, 0);
  struct btf* split = btf__new_split(raw.bytes, raw.size, base);

  CHECK_EQ(split == NULL, differs());
  btf__free(split);
  btf__free(base);
}

static void the_other_byte_order(void) {
  const struct raw native = RAW(AN_INT, 0, INFO(BTF_KIND_PTR, 0), 1);
  const struct raw foreign = raw_swapped(native);
  struct btf* btf = raw_read(&foreign);
  __u32 size = 0;

  if (!CHECK(btf != NULL))
    return;
  const enum btf_endianness order = btf__endianness(btf);

  CHECK_EQ(btf__type_by_id(btf, 1)->size, 4);
  CHECK_EQ(btf__type_by_id(btf, 2)->type, 1);
  const void* data = btf__raw_data(btf, &size);
  if (CHECK_EQ(size, foreign.size))
    CHECK(memcmp(data, foreign.bytes, size) == 0);
  CHECK_EQ(btf__set_endianness(btf, order == BTF_BIG_ENDIAN ? BTF_LITTLE_ENDIAN : BTF_BIG_ENDIAN),
           0);
  data = btf__raw_data(btf, &size);
  if (CHECK_EQ(size, native.size))
    CHECK(memcmp(data, native.bytes, size) == 0);
  CHECK_FAILS(btf__set_endianness(btf, (enum btf_endianness)2), EINVAL);
  btf__free(btf);
}

static void a_long_header_of_the_other_byte_order(void) {
  raw_refused(raw_with(raw_swapped(RAW(AN_INT)), RAW_HEADER_SIZE_AT, 23u << 24), ENOTSUP);
}

static void a_split_goes_on_where_its_base_ends(void) {
  const struct raw whole = RAW(AN_INT);
  const struct raw more = RAW(RAW_STRING_END + 1, INFO(BTF_KIND_TYPEDEF, 0), 1);
  struct btf* base = raw_read(&whole);
  struct btf* split = btf__new_split(more.bytes, more.size, base);

  if (!CHECK(split != NULL))
    return;
  CHECK(btf__base_btf(split) == base);
  CHECK_EQ(btf__type_cnt(split), 3);
  CHECK(btf__type_by_id(split, 1) == btf__type_by_id(base, 1));
  CHECK_TEXT(btf__name_by_offset(split, btf__type_by_id(split, 2)->name_off), "a");
  CHECK_NULL(btf__name_by_offset(split, 2 * RAW_STRING_END), EINVAL);
  CHECK_EQ(btf__find_by_name(split, "a"), 1);
  CHECK_EQ(btf__find_by_name_kind(split, "a", BTF_KIND_TYPEDEF), 2);
  btf__free(split);
  btf__free(base);
}

static void names_that_are_looked_for(void) {
  const struct raw raw =
      RAW(0, INFO(BTF_KIND_PTR, 0), 0, AN_INT, 1, INFO(BTF_KIND_TYPEDEF, 0), 2, AN_INT);
  struct btf* btf = raw_read(&raw);

  CHECK_EQ(btf__find_by_name(btf, "a"), 2);
  CHECK_EQ(btf__find_by_name_kind(btf, "a", BTF_KIND_TYPEDEF), 3);
  CHECK_FAILS(btf__find_by_name_kind(btf, "a", BTF_KIND_STRUCT), ENOENT);
  CHECK_FAILS(btf__find_by_name(btf, "c"), ENOENT);
  CHECK_FAILS(btf__find_by_name(btf, "bc"), ENOENT);
  CHECK_EQ(btf__find_by_name(btf, ""), 1);
  CHECK_EQ(btf__find_by_name(btf, "void"), 0);
  CHECK_EQ(btf__find_by_name_kind(btf, "no such name", BTF_KIND_UNKN), 0);
  btf__free(btf);
}

static void a_name_of_any_kind(void) {
  const struct raw raw = RAW(AN_INT);
  struct btf* btf = raw_read(&raw);

  CHECK_EQ(btf__find_by_name_kind(btf, "a", UINT32_MAX), 1);
  btf__free(btf);
}

static void no_name(void) {
  const struct raw raw = RAW(AN_INT);
  struct btf* btf = raw_read(&raw);

  CHECK_FAILS(btf__find_by_name(btf, NULL), EINVAL);
  btf__free(btf);
}

static void sizes_and_targets(void) {
  const struct raw raw =
      RAW(AN_INT, 1, INFO(BTF_KIND_TYPEDEF, 0), 1, 0, INFO(BTF_KIND_ARRAY, 0), 0, 2, 1, 3, 0,
          INFO(BTF_KIND_PTR, 0), 3, 1, INFO(BTF_KIND_FWD, 0), 0, 0, INFO(BTF_KIND_CONST, 0), 5);
  struct btf* btf = raw_read(&raw);

  CHECK_EQ(btf__set_pointer_size(btf, 4), 0);
  CHECK_EQ(btf__pointer_size(btf), 4);
  CHECK_EQ(btf__resolve_size(btf, 2), 4);
  CHECK_EQ(btf__resolve_size(btf, 3), 12);
  CHECK_EQ(btf__resolve_size(btf, 4), 4);
  CHECK_FAILS((int)btf__resolve_size(btf, 0), EINVAL);
  CHECK_FAILS((int)btf__resolve_size(btf, 6), EINVAL);
  CHECK_EQ(btf__resolve_type(btf, 2), 1);
  CHECK_EQ(btf__resolve_type(btf, 3), 3);
  CHECK_FAILS(btf__resolve_type(btf, 6), EINVAL);
  CHECK_EQ(btf__align_of(btf, 3), 4);
  CHECK_EQ(btf__align_of(btf, 4), 4);
  CHECK_EQ(btf__align_of(btf, 5), 0);
  CHECK_FAILS(btf__set_pointer_size(btf, 5), EINVAL);
  btf__free(btf);
}

static void an_array_of_too_many(void) {
  const struct raw raw = RAW(AN_INT, 0, INFO(BTF_KIND_ARRAY, 0), 0, 1, 1, 0x40000000);
  struct btf* btf = raw_read(&raw);

  CHECK_FAILS((int)btf__resolve_size(btf, 2), E2BIG);
  btf__free(btf);
}

static void the_size_of_a_loop(void) {
  const struct raw raw = RAW(1, INFO(BTF_KIND_TYPEDEF, 0), 1);
  struct btf* btf = raw_read(&raw);

  CHECK_FAILS((int)btf__resolve_size(btf, 1), EINVAL);
  CHECK_FAILS(btf__resolve_type(btf, 1), EINVAL);
  btf__free(btf);
}

static void the_alignment_of_a_loop(void) {
  const struct raw raw = RAW(1, INFO(BTF_KIND_TYPEDEF, 0), 1);
  struct btf* btf = raw_read(&raw);

  errno = 0;
  CHECK_EQ(btf__align_of(btf, 1), 0);
  CHECK_EQ(errno, EINVAL);
  btf__free(btf);
}

static void the_alignment_of_a_struct_within_itself(void) {
  const struct raw raw = RAW(1, INFO(BTF_KIND_STRUCT, 1), 4, 1, 1, 0);
  struct btf* btf = raw_read(&raw);

  CHECK_EQ(btf__align_of(btf, 1), 0);
  btf__free(btf);
}

static void the_size_of_pointers_is_that_of_long(void) {
  const char strings[] = "\0long unsigned int";
  const __u32 types[] = {1, INFO(BTF_KIND_INT, 0), 4, 32};
  const struct raw raw = raw_of(types, 4, strings, sizeof(strings));
  const struct raw other = RAW(AN_INT);
  struct btf* btf = raw_read(&raw);

  CHECK_EQ(btf__pointer_size(btf), 4);
  btf__free(btf);
  btf = raw_read(&other);
  CHECK_EQ(btf__pointer_size(btf), 0);
  btf__free(btf);
}

CASES(types) = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "types." #name_, .function = "btf__" #function_, .body = name_, __VA_ARGS__ }
    CASE(an_int, new),
    CASE(headers_that_are_none, new),
    CASE(types_that_do_not_fit, new),
    CASE(words_that_mean_nothing, new, .since = "1.3"),
    CASE(words_that_are_legal, new),
    CASE(a_return_type_that_is_none, new, .since = "1.3", .difference = "read-all-is-checked"),
    CASE(a_short_header_of_a_split, new_split, .since = "1.4", .difference = "read-short-headers"),
    CASE(no_data, new, .difference = "read-null", .stock_outcome = CRASHES),
    CASE(the_other_byte_order, raw_data),
    CASE(a_long_header_of_the_other_byte_order, new),
    CASE(a_split_goes_on_where_its_base_ends, new_split, .since = "1.4"),
    CASE(names_that_are_looked_for, find_by_name_kind),
    CASE(a_name_of_any_kind, find_by_name_kind, .since = "1.7"),
    CASE(no_name, find_by_name, .difference = "read-null", .stock_outcome = CRASHES),
    CASE(sizes_and_targets, resolve_size),
    CASE(an_array_of_too_many, resolve_size),
    CASE(the_size_of_a_loop, resolve_type),
    CASE(the_alignment_of_a_loop, align_of, .difference = "read-loops-end", .stock_outcome = HANGS),
    CASE(the_alignment_of_a_struct_within_itself, align_of, .difference = "read-loops-end",
         .stock_outcome = CRASHES),
    CASE(the_size_of_pointers_is_that_of_long, pointer_size),
    {.name = NULL},
#undef CASE
};
