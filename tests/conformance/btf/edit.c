/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Adding types and strings, and copying them. */
#include <limits.h>
#include <string.h>

#include "btf/raw.h"

static struct btf* btf;

static int an_int(void) {
  return btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
}

static const struct btf_type* type(int id) {
  return btf__type_by_id(btf, (__u32)id);
}

static void ids_count_up(void) {
  btf = btf__new_empty();
  CHECK_EQ(btf__type_cnt(btf), 1);
  CHECK_EQ(an_int(), 1);
  CHECK_EQ(btf__add_ptr(btf, 1), 2);
  CHECK_EQ(btf__add_typedef(btf, "t", 99), 3);
  CHECK_EQ(btf__type_cnt(btf), 4);
  CHECK_EQ(type(3)->type, 99);
  CHECK_TEXT(btf__name_by_offset(btf, type(3)->name_off), "t");
  btf__free(btf);
}

static void values_that_are_refused(void) {
  btf = btf__new_empty();
  CHECK_FAILS(btf__add_int(btf, "", 4, 0), EINVAL);
  CHECK_FAILS(btf__add_int(btf, NULL, 4, 0), EINVAL);
  CHECK_FAILS(btf__add_int(btf, "i", 3, 0), EINVAL);
  CHECK_FAILS(btf__add_int(btf, "i", 32, 0), EINVAL);
  CHECK_FAILS(btf__add_int(btf, "i", 4, 8), EINVAL);
  CHECK_FAILS(btf__add_float(btf, "", 4), EINVAL);
  CHECK_FAILS(btf__add_float(btf, "f", 3), EINVAL);
  CHECK_FAILS(btf__add_ptr(btf, -1), EINVAL);
  CHECK_FAILS(btf__add_const(btf, -1), EINVAL);
  CHECK_FAILS(btf__add_volatile(btf, -1), EINVAL);
  CHECK_FAILS(btf__add_restrict(btf, -1), EINVAL);
  CHECK_FAILS(btf__add_typedef(btf, "", 0), EINVAL);
  CHECK_FAILS(btf__add_typedef(btf, "t", -1), EINVAL);
  CHECK_FAILS(btf__add_type_tag(btf, "", 0), EINVAL);
  CHECK_FAILS(btf__add_decl_tag(btf, "", 0, -1), EINVAL);
  CHECK_FAILS(btf__add_decl_tag(btf, "d", 0, -2), EINVAL);
  CHECK_FAILS(btf__add_array(btf, -1, 0, 1), EINVAL);
  CHECK_FAILS(btf__add_array(btf, 0, -1, 1), EINVAL);
  CHECK_FAILS(btf__add_enum(btf, "e", 3), EINVAL);
  CHECK_FAILS(btf__add_enum64(btf, "e", 16, false), EINVAL);
  CHECK_FAILS(btf__add_fwd(btf, "", BTF_FWD_STRUCT), EINVAL);
  CHECK_FAILS(btf__add_fwd(btf, "f", (enum btf_fwd_kind)3), EINVAL);
  CHECK_FAILS(btf__add_func(btf, "", BTF_FUNC_STATIC, 0), EINVAL);
  CHECK_FAILS(btf__add_func(btf, "f", (enum btf_func_linkage)3, 0), EINVAL);
  CHECK_FAILS(btf__add_func(btf, "f", BTF_FUNC_STATIC, -1), EINVAL);
  CHECK_FAILS(btf__add_func_proto(btf, -1), EINVAL);
  CHECK_FAILS(btf__add_var(btf, "", 0, 0), EINVAL);
  CHECK_FAILS(btf__add_var(btf, "v", 3, 0), EINVAL);
  CHECK_FAILS(btf__add_var(btf, "v", 0, -1), EINVAL);
  CHECK_FAILS(btf__add_datasec(btf, "", 0), EINVAL);
  CHECK_EQ(btf__type_cnt(btf), 1);
  btf__free(btf);
}

static void elements_of_nothing(void) {
  btf = btf__new_empty();
  CHECK_FAILS(btf__add_field(btf, "m", 0, 0, 0), EINVAL);
  an_int();
  CHECK_FAILS(btf__add_field(btf, "m", 1, 0, 0), EINVAL);
  CHECK_FAILS(btf__add_enum_value(btf, "v", 0), EINVAL);
  CHECK_FAILS(btf__add_enum64_value(btf, "v", 0), EINVAL);
  CHECK_FAILS(btf__add_func_param(btf, "p", 1), EINVAL);
  CHECK_FAILS(btf__add_datasec_var_info(btf, 1, 0, 4), EINVAL);
  btf__free(btf);
}

static void members(void) {
  btf = btf__new_empty();
  an_int();
  CHECK_EQ(btf__add_struct(btf, NULL, 8), 2);
  CHECK_EQ(btf__add_field(btf, "a", 1, 0, 0), 0);
  CHECK_EQ(btf_kflag(type(2)), 0);
  CHECK_EQ(btf__add_field(btf, NULL, 1, 32, 3), 0);
  CHECK_EQ(btf_kflag(type(2)), 1);
  CHECK_EQ(btf_vlen(type(2)), 2);
  CHECK_EQ(btf_member_bit_offset(type(2), 1), 32);
  CHECK_EQ(btf_member_bitfield_size(type(2), 1), 3);
  CHECK_FAILS(btf__add_field(btf, "b", 1, 33, 0), EINVAL);
  CHECK_FAILS(btf__add_field(btf, "b", 1, 32, 256), EINVAL);
  CHECK_FAILS(btf__add_field(btf, "b", 1, 0x1000000, 1), EINVAL);
  CHECK_FAILS(btf__add_field(btf, "b", -1, 0, 0), EINVAL);
  CHECK_EQ(btf__add_union(btf, "u", 4), 3);
  CHECK_FAILS(btf__add_field(btf, "b", 1, 8, 0), EINVAL);
  CHECK_EQ(btf__add_field(btf, "b", 1, 0, 0), 0);
  CHECK_EQ(btf_vlen(type(3)), 1);
  btf__free(btf);
}

static void a_member_far_away_in_a_struct_with_bit_fields(void) {
  btf = btf__new_empty();
  an_int();
  btf__add_struct(btf, "s", 0x400000);
  CHECK_EQ(btf__add_field(btf, "b", 1, 0, 3), 0);
  CHECK_EQ(btf__add_field(btf, "f", 1, 0x1000000, 0), differs() ? -EINVAL : 0);
  btf__free(btf);
}

static void enumerators(void) {
  btf = btf__new_empty();
  CHECK_EQ(btf__add_enum(btf, "e", 4), 1);
  CHECK_EQ(btf__add_enum_value(btf, "A", UINT_MAX), 0);
  CHECK_EQ(btf_kflag(type(1)), 0);
  CHECK_EQ(btf__add_enum_value(btf, "B", INT_MIN), 0);
  CHECK_EQ(btf_kflag(type(1)), 1);
  CHECK_FAILS(btf__add_enum_value(btf, "C", (__s64)UINT_MAX + 1), E2BIG);
  CHECK_FAILS(btf__add_enum_value(btf, "C", (__s64)INT_MIN - 1), E2BIG);
  CHECK_FAILS(btf__add_enum_value(btf, "", 0), EINVAL);
  CHECK_EQ(btf__add_enum64(btf, NULL, 8, true), 2);
  CHECK_EQ(btf__add_enum64_value(btf, "D", 0x500000006), 0);
  CHECK_EQ(btf_kflag(type(2)), 1);
  CHECK_EQ(btf_enum64(type(2))->val_lo32, 6);
  CHECK_EQ(btf_enum64(type(2))->val_hi32, 5);
  CHECK_EQ(btf__add_fwd(btf, "f", BTF_FWD_ENUM), 3);
  CHECK_EQ(btf_kind(type(3)), BTF_KIND_ENUM);
  CHECK_EQ(type(3)->size, 4);
  btf__free(btf);
}

static void functions_and_variables(void) {
  btf = btf__new_empty();
  an_int();
  CHECK_EQ(btf__add_func_proto(btf, 1), 2);
  CHECK_EQ(btf__add_func_param(btf, "p", 1), 0);
  CHECK_EQ(btf__add_func_param(btf, NULL, 0), 0);
  CHECK_EQ(btf_vlen(type(2)), 2);
  CHECK_EQ(btf__add_func(btf, "f", BTF_FUNC_GLOBAL, 2), 3);
  CHECK_EQ(btf_vlen(type(3)), BTF_FUNC_GLOBAL);
  CHECK_EQ(btf__add_var(btf, "v", BTF_VAR_GLOBAL_EXTERN, 1), 4);
  CHECK_EQ(btf_var(type(4))->linkage, BTF_VAR_GLOBAL_EXTERN);
  CHECK_EQ(btf__add_datasec(btf, ".data", 4), 5);
  CHECK_EQ(btf__add_datasec_var_info(btf, 4, 0, 4), 0);
  CHECK_EQ(btf_var_secinfos(type(5))->type, 4);
  CHECK_EQ(btf__add_decl_tag(btf, "d", 3, 1), 6);
  CHECK_EQ(btf_decl_tag(type(6))->component_idx, 1);
  btf__free(btf);
}

static void strings_are_there_once(void) {
  btf = btf__new_empty();
  const int first = btf__add_str(btf, "first");

  CHECK_EQ(btf__add_str(btf, ""), 0);
  CHECK_EQ(btf__add_str(btf, "first"), first);
  CHECK(btf__add_str(btf, "irst") != first + 1);
  CHECK_EQ(btf__find_str(btf, "first"), first);
  CHECK_EQ(btf__find_str(btf, ""), 0);
  CHECK_FAILS(btf__find_str(btf, "second"), ENOENT);
  CHECK_EQ(an_int(), 1);
  CHECK_EQ(btf__find_str(btf, "int"), type(1)->name_off);
  btf__free(btf);
}

static void no_string(void) {
  btf = btf__new_empty();
  CHECK_FAILS(btf__add_str(btf, NULL), EINVAL);
  btf__free(btf);
}

static void a_split_takes_the_strings_of_its_base(void) {
  struct btf* base = btf = btf__new_empty();

  an_int();
  btf = btf__new_empty_split(base);
  CHECK_EQ(btf__add_str(btf, "int"), type(1)->name_off);
  CHECK_EQ(btf__add_ptr(btf, 1), 2);
  CHECK_EQ(btf__type_cnt(base), 2);
  CHECK_EQ(btf__type_cnt(btf), 3);
  btf__free(btf);
  btf__free(base);
}

static void a_base_stays_as_it_is(void) {
  const struct raw raw = RAW(AN_INT);
  struct btf* base = raw_read(&raw);
  const struct btf_type* const before = btf__type_by_id(base, 1);

  btf = btf__new_empty_split(base);
  CHECK(btf__add_str(btf, "new") > 0);
  CHECK_EQ(btf__type_by_id(base, 1) == before, differs());
  btf__free(btf);
  btf__free(base);
}

static void looking_for_a_string_changes_nothing(void) {
  const struct raw raw = RAW(AN_INT);

  btf = raw_read(&raw);
  const struct btf_type* const before = type(1);

  CHECK_EQ(btf__find_str(btf, "a"), 1);
  CHECK_EQ(type(1) == before, differs());
  btf__free(btf);
}

static void a_copy_of_a_type(void) {
  struct btf* from = btf = btf__new_empty();

  an_int();
  btf__add_struct(btf, "s", 4);
  btf__add_field(btf, "m", 1, 0, 0);
  btf = btf__new_empty();
  CHECK_EQ(btf__add_type(btf, from, btf__type_by_id(from, 2)), 1);
  CHECK_TEXT(btf__name_by_offset(btf, type(1)->name_off), "s");
  CHECK_TEXT(btf__name_by_offset(btf, btf_members(type(1))->name_off), "m");
  CHECK_EQ(btf_members(type(1))->type, 1);
  btf__free(btf);
  btf__free(from);
}

static void copies_of_all_types(void) {
  struct btf* from = btf = btf__new_empty();

  an_int();
  btf__add_ptr(btf, 1);
  btf__add_str(btf, "not used");
  btf = btf__new_empty();
  btf__add_float(btf, "float", 4);
  CHECK_EQ(btf__add_btf(btf, from), 2);
  CHECK_EQ(btf__type_cnt(btf), 4);
  CHECK_TEXT(btf__name_by_offset(btf, type(2)->name_off), "int");
  CHECK_EQ(type(3)->type, 2);
  CHECK_FAILS(btf__find_str(btf, "not used"), ENOENT);
  btf__free(from);
  from = btf__new_empty();
  CHECK_EQ(btf__add_btf(btf, from), 4);
  btf__free(from);
  btf__free(btf);
}

static void types_of_another_base(void) {
  struct btf* base = btf__new_empty();
  struct btf* split = btf__new_empty_split(base);

  btf = btf__new_empty();
  CHECK_FAILS(btf__add_btf(btf, split), ENOTSUP);
  btf__free(btf);
  btf__free(split);
  btf__free(base);
}

/* What stands between the sections of what was read is gone in what was changed. */
static void gaps_between_sections(void) {
  struct raw raw = RAW(AN_INT);
  __u32 size = 0;

  memmove(raw.bytes + RAW_HEADER + 20, raw.bytes + RAW_HEADER + 16, RAW_STRING_END);
  raw = raw_with(raw, RAW_STR_OFF_AT, 20);
  raw.size += 4;
  btf = raw_read(&raw);
  if (!CHECK(btf != NULL))
    return;
  CHECK_EQ(btf__add_ptr(btf, 1), 2);
  const void* data = btf__raw_data(btf, &size);
  struct btf* again = btf__new(data, size);

  CHECK_EQ(again != NULL, differs());
  btf__free(again);
  btf__free(btf);
}

static void what_is_read_again_is_the_same(void) {
  __u32 size = 0;

  btf = btf__new_empty();
  an_int();
  const void* data = btf__raw_data(btf, &size);

  CHECK(btf__raw_data(btf, &size) == data);
  struct btf* again = btf__new(data, size);

  if (CHECK(again != NULL))
    CHECK_EQ(btf__type_cnt(again), 2);
  btf__free(again);
  btf__free(btf);
}

static void equal_types_become_one(void) {
  btf = btf__new_empty();
  an_int();
  btf__add_ptr(btf, 3);
  an_int();
  btf__add_ptr(btf, 1);
  CHECK_EQ(btf__dedup(btf, NULL), 0);
  CHECK_EQ(btf__type_cnt(btf), 3);
  CHECK_EQ(type(2)->type, 1);
  btf__free(btf);
}

static void types_that_refer_to_themselves(void) {
  btf = btf__new_empty();
  btf__add_ptr(btf, 2);
  btf__add_ptr(btf, 1);
  CHECK_FAILS(btf__dedup(btf, NULL), ELOOP);
  btf__free(btf);
}

static void a_far_type_word_of_a_forward(void) {
  const struct raw raw = RAW(1, INFO(BTF_KIND_FWD, 0), 0x7000000);

  btf = raw_read(&raw);
  CHECK_EQ(btf__dedup(btf, NULL), 0);
  btf__free(btf);
}

static void another_order(void) {
  __u32 ids[] = {0, 2, 1};

  btf = btf__new_empty();
  an_int();
  btf__add_ptr(btf, 1);
  CHECK_FAILS(btf__permute(btf, ids, 2, NULL), EINVAL);
  ids[2] = 2;
  CHECK_FAILS(btf__permute(btf, ids, 3, NULL), EINVAL);
  ids[2] = 1;
  CHECK_EQ(btf__permute(btf, ids, 3, NULL), 0);
  CHECK_EQ(btf_kind(type(1)), BTF_KIND_PTR);
  CHECK_EQ(type(1)->type, 2);
  btf__free(btf);
}

static void an_order_that_is_null(void) {
  btf = btf__new_empty();
  an_int();
  CHECK_FAILS(btf__permute(btf, NULL, 2, NULL), EINVAL);
  btf__free(btf);
}

CASES(edit) = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "edit." #name_, .function = "btf__" #function_, .body = name_, __VA_ARGS__ }
    CASE(ids_count_up, add_typedef),
    CASE(values_that_are_refused, add_int),
    CASE(elements_of_nothing, add_field),
    CASE(members, add_field),
    CASE(a_member_far_away_in_a_struct_with_bit_fields, add_field,
         .difference = "edit-far-members"),
    CASE(enumerators, add_enum_value),
    CASE(functions_and_variables, add_func),
    CASE(strings_are_there_once, add_str),
    CASE(no_string, add_str, .difference = "read-null", .stock_outcome = CRASHES),
    CASE(a_split_takes_the_strings_of_its_base, new_empty_split),
    CASE(a_base_stays_as_it_is, add_str, .difference = "edit-base-untouched"),
    CASE(looking_for_a_string_changes_nothing, find_str, .difference = "edit-base-untouched"),
    CASE(a_copy_of_a_type, add_type),
    CASE(copies_of_all_types, add_btf),
    CASE(types_of_another_base, add_btf),
    CASE(gaps_between_sections, raw_data, .difference = "edit-gaps"),
    CASE(what_is_read_again_is_the_same, raw_data),
    CASE(equal_types_become_one, dedup),
    CASE(types_that_refer_to_themselves, dedup),
    CASE(a_far_type_word_of_a_forward, dedup, .difference = "read-all-is-checked",
         .stock_outcome = CRASHES),
    CASE(another_order, permute, .since = "1.7"),
    CASE(an_order_that_is_null, permute, .since = "1.7", .difference = "read-null",
         .stock_outcome = CRASHES),
    {.name = NULL},
#undef CASE
};
