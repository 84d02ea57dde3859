/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* dump_data: bytes as values of their type. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "btf/dumped.h"

#define STYLE(...)                                                                                 \
  &(const struct btf_dump_type_data_opts) {                                                        \
    .sz = sizeof(struct btf_dump_type_data_opts), __VA_ARGS__                                      \
  }

static void an_int(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int value = -7;

  CHECK_TEXT(data_text(types, number, &value, 4, NULL, 4), "(int)-7");
  CHECK_TEXT(data_text(types, number, &value, 4, STYLE(.skip_names = true), 4), "-7");
  CHECK_TEXT(data_text(types, number, &value, 3, NULL, -E2BIG), "");
  free_types(types);
}

static void a_struct_in_lines(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int made =
      STRUCT(types, "s", 12, {"a", number, 0, 0}, {"z", number, 32, 0}, {"b", number, 64, 0});
  const int data[] = {1, 0, 2};

  CHECK_TEXT(data_text(types, made, data, 12, STYLE(.indent_str = "  "), 12),
             "(struct s){\n  .a = (int)1,\n  .b = (int)2,\n}");
  CHECK_TEXT(data_text(types, made, data, 12, STYLE(.emit_zeroes = true, .compact = true), 12),
             "(struct s){.a = (int)1,.z = (int)0,.b = (int)2,}");
  CHECK_TEXT(data_text(types, made, data, 12, STYLE(.indent_level = 1), 12),
             "\t(struct s){\n\t\t.a = (int)1,\n\t\t.b = (int)2,\n\t}");
  CHECK_TEXT(data_text(types, made, data, 8, STYLE(.emit_zeroes = true), -E2BIG),
             "(struct s){\n\t.a = (int)1,\n\t.z = (int)0,\n");
  free_types(types);
}

static void characters(void) {
  struct types types = new_types();
  const int word = char_array(types, 4);

  CHECK_TEXT(data_text(types, word, "abc", 4, NULL, 4), "(char[4])['a','b','c',]");
  CHECK_TEXT(data_text(types, word, "a\x01z", 4, NULL, 4), "(char[4])['a',1,'z',]");
  free_types(types);
}

static void strings(void) {
  struct types types = new_types();
  const int word = char_array(types, 4);

  CHECK_TEXT(data_text(types, word, "abc", 4, STYLE(.emit_strings = true, .compact = true), 4),
             "(char[4])\"abc\"");
  CHECK_TEXT(data_text(types, word, "abcd", 4, STYLE(.emit_strings = true, .compact = true), 4),
             "(char[4])['a','b','c','d',]");
  free_types(types);
}

static void types_that_have_no_data(void) {
  struct types types = new_types();
  const int hidden = btf__add_fwd(types.btf, "hidden", BTF_FWD_STRUCT);
  char data[8] = {0};

  CHECK_TEXT(data_text(types, hidden, data, 8, NULL, -EINVAL), "");
  CHECK_TEXT(data_text(types, 0, data, 8, NULL, -EINVAL), "");
  CHECK_TEXT(data_text(types, 99, data, 8, NULL, -ENOENT), "");
  free_types(types);
}

static void a_struct_whose_first_member_is_zero(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int inner = STRUCT(types, "in", 8, {"a", number, 0, 0}, {"b", number, 32, 0});
  const int outer = STRUCT(types, "out", 12, {"x", number, 0, 0}, {"in", inner, 32, 0});
  const int data[] = {1, 0, 2};

  CHECK_TEXT(data_text(types, outer, data, 12, NULL, 12),
             differs() ? "(struct out){.x = (int)1,.in = (struct in){.b = (int)2,},}"
                       : "(struct out){.x = (int)1,}");
  free_types(types);
}

static void zeros_behind_characters(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int made = STRUCT(types, "s", 16, {"n", char_array(types, 4), 0, 0},
                          {"v", array_of(types, number, 3), 32, 0});
  const struct {
    char n[4];
    int v[3];
  } data = {"ab", {1, 0, 3}};

  CHECK_TEXT(data_text(types, made, &data, 16, NULL, 16),
             differs() ? "(struct s){.n = (char[4])['a','b',],.v = (int[3])[1,0,3,],}"
                       : "(struct s){.n = (char[4])['a','b',],.v = (int[3])[1,3,],}");
  free_types(types);
}

static void bytes_behind_characters(void) {
  struct types types = new_types();
  const int byte = unsigned_int(types, "u8", 1);
  const int made = STRUCT(types, "s", 6, {"n", char_array(types, 4), 0, 0}, {"a", byte, 32, 0},
                          {"b", byte, 40, 0});
  const char data[] = {'a', 'b', 0, 0, 0, 7};

  CHECK_TEXT(data_text(types, made, data, 6, STYLE(.emit_zeroes = true, .compact = true), 6),
             differs() ? "(struct s){.n = (char[4])['a','b','\\0',],.a = (u8)'\\0',.b = (u8)7,}"
                       : "(struct s){.n = (char[4])['a','b','\\0',],.a = (u8)'\\0',.b = (u8)}");
  free_types(types);
}

static void a_string_in_a_struct(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int made = STRUCT(types, "s", 8, {"n", char_array(types, 4), 0, 0}, {"x", number, 32, 0});
  const struct {
    char n[4];
    int x;
  } data = {"abc", 1};

  CHECK_TEXT(data_text(types, made, &data, 8, STYLE(.emit_strings = true), 8),
             differs() ? "(struct s){\n\t.n = (char[4])\"abc\",\n\t.x = (int)1,\n}"
                       : "(struct s){\n\t.n = (char[4])\t\"abc\"\t.x = (int)1,\n}");
  free_types(types);
}

static int signed_enum(struct types types, const char* name) {
  const int id = btf__add_enum(types.btf, name, 4);

  CHECK_EQ(btf__add_enum_value(types.btf, "MINUS", -1), 0);
  CHECK_EQ(btf__add_enum_value(types.btf, "ONE", 1), 0);
  return id;
}

static void an_enum_without_a_name_for_it(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int made =
      STRUCT(types, "s", 8, {"e", signed_enum(types, "e"), 0, 0}, {"x", number, 32, 0});
  const int data[] = {7, 1};

  CHECK_TEXT(data_text(types, made, data, 8, NULL, 8),
             differs() ? "(struct s){.e = (enum e)7,.x = (int)1,}"
                       : "(struct s){.e = (enum e)7.x = (int)1,}");
  free_types(types);
}

static void an_enum_that_is_not_aligned(void) {
  struct types types = new_types();
  const int byte = unsigned_int(types, "u8", 1);
  const int made = STRUCT(types, "s", 5, {"b", byte, 0, 0}, {"e", signed_enum(types, "e"), 8, 0});
  const int one = 1;
  char data[8] __attribute__((aligned(8))) = {1};

  memcpy(data + 1, &one, sizeof(one));
  CHECK_TEXT(data_text(types, made, data, 5, NULL, 5),
             differs() ? "(struct s){.b = (u8)1,.e = (enum e)ONE,}" : "(struct s){.b = (u8)1,}");
  free_types(types);
}

static void an_enum_in_a_bit_field(void) {
  struct types types = new_types();
  const int number = unsigned_int(types, "unsigned int", 4);
  const int made = STRUCT(types, "s", 4, {"a", number, 0, 2}, {"e", signed_enum(types, "e"), 2, 2});
  const struct {
    unsigned int a : 2;
    signed int e : 2;
    unsigned int rest : 28;
  } data = {1, -1, 0};

  CHECK_TEXT(data_text(types, made, &data, 4, NULL, 4),
             differs() ? "(struct s){.a = (unsigned int)0x1,.e = (enum e)MINUS,}"
                       : "(struct s){.a = (unsigned int)0x1,.e = (enum e)3}");
  free_types(types);
}

static void a_bit_field_over_nine_bytes(void) {
  struct types types = new_types();
  const int number = unsigned_int(types, "u64", 8);
  const int made = STRUCT(types, "s", 9, {"a", number, 4, 61});
  /* The highest and the lowest of 61 bits, behind four others. */
  const bool is_little = *(const unsigned char*)&(const int){1} == 1;
  const unsigned char data[16] = {is_little ? 0x10 : 8, 0, 0, 0, 0, 0, 0, 0, is_little ? 1 : 0x80};

  CHECK_TEXT(data_text(types, made, data, 9, NULL, 9),
             differs() ? "(struct s){.a = (u64)0x1000000000000001,}" : "(struct s){}");
  free_types(types);
}

static void data_at_the_end_of_a_page(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int made = STRUCT(types, "s", 4, {"a", number, 0, 8}, {"b", number, 8, 24});
  char* const pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  munmap(pages + 4096, 4096);
  memset(pages + 4092, 1, 4);
  CHECK_TEXT(data_text(types, made, pages + 4092, 4, NULL, 4),
             "(struct s){.a = (int)0x1,.b = (int)0x10101,}");
  munmap(pages, 4096);
  free_types(types);
}

static void lines_behind_a_cut_array(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int inner = STRUCT(types, "in", 8, {"a", number, 0, 0}, {"b", number, 32, 0});
  const int made = STRUCT(types, "s", 16, {"v", array_of(types, inner, 2), 0, 0});
  const int data[] = {1, 2, 3};

  CHECK_TEXT(data_text(types, made, data, 12, STYLE(.indent_str = " "), 16),
             differs() ? "(struct s){\n .v = (struct in[2])[\n  {\n   .a = 1,\n   .b = 2,\n  },\n"
                         "  {\n   .a = 3,\n ],\n}"
                       : "(struct s){\n .v = (struct in[2])[\n  {\n   .a = 1,\n   .b = 2,\n  },\n"
                         "  {\n   .a = 3,\n  ],\n },\n");
  free_types(types);
}

static void types_added_between_calls(void) {
  struct types types = new_types();
  const struct btf_dump* const dump = dump_of(types);
  const int number = signed_int(types, "int", 4);
  const int value = 1;
  const int added = STRUCT(types, "s", 4, {"a", number, 0, 0});

  CHECK(dump == dump_of(types));
  CHECK_TEXT(data_text(types, added, &value, 4, NULL, 4), "(struct s){.a = (int)1,}");
  free_types(types);
}

/* decimal_comma makes a locale whose decimal point is a comma that of the process. It is what
 * localedef(1) makes of LC_NUMERIC, since a machine may have no other locale than C. */
static void decimal_comma(void) {
  static const struct {
    __u32 magic, fields, offsets[6];
    char point[2], separator, grouping;
    __u32 wide_point, wide_separator;
    char codeset[16];
  } comma = {0x20031114, 6, {32, 34, 35, 36, 40, 44}, ",", '\0', '\0', ',', 0, "ANSI_X3.4-1968"};
  char folder[] = "/tmp/ringside-locale-XXXXXX", name[64], path[96];

  if (!mkdtemp(folder))
    skip("no temporary folder can be made");
  snprintf(name, sizeof(name), "%s/comma", folder);
  snprintf(path, sizeof(path), "%s/LC_NUMERIC", name);
  mkdir(name, 0700);
  FILE* const file = fopen(path, "w");

  if (file) {
    fwrite(&comma, 1, sizeof(comma), file);
    fclose(file);
  }
  setenv("LOCPATH", folder, 1);
  setlocale(LC_NUMERIC, "comma");
  unlink(path);
  rmdir(name);
  rmdir(folder);
  if (strcmp(localeconv()->decimal_point, ",") != 0)
    skip("this C library takes no locale of a test's own");
}

static void a_float_in_another_locale(void) {
  struct types types = new_types();
  const double value = 1.5;

  decimal_comma();
  CHECK_TEXT(data_text(types, btf__add_float(types.btf, "double", 8), &value, 8, NULL, 8),
             differs() ? "(double)1.500000" : "(double)1,500000");
  setlocale(LC_NUMERIC, "C");
  free_types(types);
}

CASES(dump_data) = {
#define CASE(name_, ...)                                                                           \
  { .name = "data." #name_, .function = "btf_dump__dump_type_data", .body = name_, __VA_ARGS__ }
    CASE(an_int),
    CASE(a_struct_in_lines),
    CASE(characters, .since = "1.5"),
    CASE(strings, .since = "1.6"),
    CASE(types_that_have_no_data),
    CASE(a_struct_whose_first_member_is_zero, .difference = "data-what-is-zero"),
    CASE(zeros_behind_characters, .since = "1.5", .difference = "data-what-is-zero"),
    CASE(bytes_behind_characters, .since = "1.5", .difference = "data-behind-characters"),
    CASE(a_string_in_a_struct, .since = "1.6", .difference = "data-strings-in-place"),
    CASE(an_enum_without_a_name_for_it, .difference = "data-enums"),
    CASE(an_enum_that_is_not_aligned, .difference = "data-enums"),
    CASE(an_enum_in_a_bit_field, .difference = "data-enums"),
    CASE(a_bit_field_over_nine_bytes, .since = "1.3", .difference = "data-wide-bit-fields"),
    CASE(data_at_the_end_of_a_page, .since = "1.3", .difference = "data-within-size",
         .stock_outcome = CRASHES),
    CASE(types_added_between_calls, .difference = "data-of-new-types", .stock_outcome = CRASHES),
    CASE(lines_behind_a_cut_array, .difference = "data-level-after-error"),
    CASE(a_float_in_another_locale, .difference = "data-locale"),
    {.name = NULL},
#undef CASE
};
