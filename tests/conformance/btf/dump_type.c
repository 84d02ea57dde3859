/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* dump_type: types as C. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "btf/dumped.h"

static const char* declaration(struct types types, int id,
                               const struct btf_dump_emit_type_decl_opts* opts, int result) {
  dumped[0] = '\0';
  CHECK_EQ(btf_dump__emit_type_decl(dump_of(types), (__u32)id, opts), result);
  return dumped;
}
static const char* declare(struct types types, int id, const char* name) {
  const struct btf_dump_emit_type_decl_opts opts = {.sz = sizeof(opts), .field_name = name};

  return declaration(types, id, &opts, 0);
}

static void a_struct_and_what_it_needs(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int alias = btf__add_typedef(types.btf, "number", number);
  const int other = btf__add_fwd(types.btf, "other", BTF_FWD_STRUCT);
  const int made = STRUCT(types, "s", 24, {"a", alias, 0, 0}, {"b", number, 32, 3},
                          {"o", btf__add_ptr(types.btf, other), 64, 0},
                          {"v", array_of(types, number, 2), 128, 0});

  CHECK_TEXT(type_text(types, made, 0),
             "typedef int number;\n\nstruct other;\n\nstruct s {\n\tnumber a;\n\tint b: 3;\n"
             "\tstruct other *o;\n\tint v[2];\n};\n\n");
  CHECK_TEXT(type_text(types, made, 0), "");
  free_types(types);
}

static void types_added_between_calls(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  int added;

  CHECK_TEXT(type_text(types, STRUCT(types, "s", 4, {"a", number, 0, 0}), 0),
             "struct s {\n\tint a;\n};\n\n");
  added = STRUCT(types, "t", 4, {"s", 2, 0, 0});
  CHECK_TEXT(type_text(types, added, 0), "struct t {\n\tstruct s s;\n};\n\n");
  free_types(types);
}

static void gaps_are_padded(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);

  CHECK_TEXT(type_text(types, STRUCT(types, "p", 16, {"a", number, 0, 0}, {"b", number, 96, 0}), 0),
             "struct p {\n\tint a;\n\tlong: 0;\n\tint: 32;\n\tint b;\n};\n\n");
  free_types(types);
}

static void names_twice_get_suffixes(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int one = STRUCT(types, "s", 4, {"a", number, 0, 0});
  const int two = STRUCT(types, "s", 4, {"b", number, 0, 0});

  CHECK_TEXT(type_text(types, one, 0), "struct s {\n\tint a;\n};\n\n");
  CHECK_TEXT(type_text(types, two, 0), "struct s___2 {\n\tint b;\n};\n\n");
  free_types(types);
}

static int enum_without_a_name(struct types types, const char* enumerator) {
  const int id = btf__add_enum(types.btf, NULL, 4);

  CHECK_EQ(btf__add_enum_value(types.btf, enumerator, 0), 0);
  return id;
}

static void enums_without_a_name(void) {
  struct types types = new_types();
  const int alone = enum_without_a_name(types, "ALONE");
  const int returned = enum_without_a_name(types, "RETURNED");
  const int taken = enum_without_a_name(types, "TAKEN");
  const int function = btf__add_func_proto(types.btf, returned);

  CHECK_EQ(btf__add_func_param(types.btf, "x", taken), 0);
  CHECK_TEXT(type_text(types, alone, 0), "enum {\n\tALONE = 0,\n};\n\n");
  CHECK_TEXT(type_text(types, taken, 0), "");
  CHECK_TEXT(type_text(types, function, 0), "enum {\n\tRETURNED = 0,\n};\n\n");
  CHECK_TEXT(type_text(types, returned, 0), "");
  free_types(types);
}

static void declarations(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int function = btf__add_func_proto(types.btf, number);
  const int pointer = btf__add_ptr(types.btf, function);
  const int table = array_of(types, pointer, 3);
  const struct btf_dump_emit_type_decl_opts shifted = {
      .sz = sizeof(shifted), .field_name = "f", .indent_level = 2, .strip_mods = true};
  const int constant = btf__add_const(types.btf, number);

  CHECK_TEXT(declare(types, table, "t"), "int (*t[3])(void)");
  CHECK_TEXT(declare(types, pointer, ""), "int (*)(void)");
  CHECK_TEXT(declare(types, constant, "c"), "const int c");
  CHECK_TEXT(declaration(types, constant, &shifted, 0), "int f");
  CHECK_TEXT(declaration(types, number, NULL, 0), "int");
  free_types(types);
}

static void values_with_which_new_fails(void) {
  struct btf* btf = btf__new_empty();
  const struct btf_dump_opts empty = {.sz = 1};

  CHECK_NULL(btf_dump__new(btf, NULL, NULL, NULL), EINVAL);
  CHECK_NULL(btf_dump__new(btf, NULL, NULL, &empty), EINVAL);
  btf_dump__free(NULL);
  btf__free(btf);
}

static void ids_that_are_none(void) {
  struct types types = new_types();

  CHECK_FAILS(btf_dump__dump_type(dump_of(types), 1), EINVAL);
  CHECK_FAILS(btf_dump__dump_type(dump_of(types), UINT32_MAX), EINVAL);
  free_types(types);
}

static void void_alone(void) {
  struct types types = new_types();

  CHECK_EQ(btf_dump__dump_type(dump_of(types), 0), 0);
  free_types(types);
}

static void a_struct_within_itself(void) {
  struct types types = new_types();
  const int made = STRUCT(types, "s", 4, {"s", 1, 0, 0});

  CHECK_FAILS(btf_dump__dump_type(dump_of(types), (__u32)made), ELOOP);
  free_types(types);
}

static void a_declaration_of_no_type(void) {
  struct types types = new_types();

  CHECK_FAILS(btf_dump__emit_type_decl(dump_of(types), 1u << 30, NULL), EINVAL);
  free_types(types);
}

static void a_declaration_without_a_name(void) {
  struct types types = new_types();
  const int constant = btf__add_const(types.btf, signed_int(types, "int", 4));

  CHECK_TEXT(declare(types, constant, NULL), "const int");
  free_types(types);
}

static void a_typedef_of_itself(void) {
  struct types types = new_types();

  CHECK_EQ(btf__add_typedef(types.btf, "t", 1), 1);
  CHECK_FAILS(btf_dump__dump_type(dump_of(types), 1), ELOOP);
  free_types(types);
}

static void many_structs_in_each_other(void) {
  struct types types = new_types();
  int last = signed_int(types, "int", 4);

  for (int i = 0; i < 300000; i++) {
    const int outer = btf__add_struct(types.btf, NULL, 4);

    btf__add_field(types.btf, "m", last, 0, 0);
    last = outer;
  }
  last = btf__add_typedef(types.btf, "t", last);
  CHECK_EQ(btf_dump__dump_type(dump_of(types), (__u32)last), 0);
  free_types(types);
}

static void a_chain_of_a_million(void) {
  struct types types = new_types();
  int last = signed_int(types, "int", 4);

  for (int i = 0; i < 1000000; i++)
    last = btf__add_const(types.btf, last);
  last = btf__add_typedef(types.btf, "t", last);
  CHECK_EQ(btf_dump__dump_type(dump_of(types), (__u32)last), 0);
  free_types(types);
}

static void a_member_that_has_no_size(void) {
  struct types types = new_types();
  const int hidden = btf__add_fwd(types.btf, "hidden", BTF_FWD_STRUCT);
  const int number = signed_int(types, "int", 4);
  const int made = STRUCT(types, "s", 12, {"a", number, 0, 0}, {"h", hidden, 64, 0});

  CHECK(strstr(type_text(types, made, 0), "struct hidden h;") != NULL);
  free_types(types);
}

static void after_a_failure(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int good = STRUCT(types, "good", 4, {"a", number, 0, 0});
  const int bad = STRUCT(types, "bad", 8, {"g", good, 0, 0}, {"b", 3, 32, 0});

  CHECK_FAILS(btf_dump__dump_type(dump_of(types), (__u32)bad), ELOOP);
  CHECK_TEXT(type_text(types, good, 0), differs() ? "struct good {\n\tint a;\n};\n\n" : "");
  free_types(types);
}

static void a_tag_behind_const(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int tagged = btf__add_type_tag(types.btf, "user", number);
  const int pointer = btf__add_ptr(types.btf, btf__add_const(types.btf, tagged));

  CHECK_TEXT(declare(types, pointer, "v"),
             differs() ? "int const __attribute__((btf_type_tag(\"user\"))) *v"
                       : "intconst  __attribute__((btf_type_tag(\"user\"))) *v");
  free_types(types);
}

static void a_suffix_that_is_a_name(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int one = STRUCT(types, "s", 4, {"a", number, 0, 0});
  const int two = STRUCT(types, "s", 4, {"b", number, 0, 0});
  const int taken = STRUCT(types, "s___2", 4, {"c", number, 0, 0});

  type_text(types, one, 0);
  CHECK_TEXT(type_text(types, two, 0),
             differs() ? "struct s___3 {\n\tint b;\n};\n\n" : "struct s___2 {\n\tint b;\n};\n\n");
  CHECK_TEXT(type_text(types, taken, 0), "struct s___2 {\n\tint c;\n};\n\n");
  free_types(types);
}

/* What was printed, and all memory that there was when the first piece had been. */
struct starving {
  char text[512];
  struct block {
    struct block* next;
  } * blocks;
  struct rlimit limit;
};

static void take_all(struct starving* starving) {
  const struct rlimit nothing = {0, starving->limit.rlim_max};
  const size_t most = 256 << 20;
  size_t taken = 0;
  struct block* block;

  setrlimit(RLIMIT_AS, &nothing);
  for (size_t size = 1 << 16; size >= 16; size -= size > 1024 ? size / 2 : 16)
    while ((block = malloc(size)) != NULL) {
      block->next = starving->blocks;
      starving->blocks = block;
      if ((taken += size) > most)
        skip("memory has no limit here");
    }
}

static void give_back(struct starving* starving) {
  setrlimit(RLIMIT_AS, &starving->limit);
  for (struct block *block = starving->blocks, *next; block; block = next) {
    next = block->next;
    free(block);
  }
}

__attribute__((format(printf, 2, 0))) static void
gather_and_starve(void* context, const char* format, va_list args) {
  struct starving* const starving = context;
  const size_t length = strlen(starving->text);

  vsnprintf(starving->text + length, sizeof(starving->text) - length, format, args);
  if (!starving->blocks)
    take_all(starving);
}

/* Memory ends when the first piece of text is there. */
static void without_memory(void) {
  struct types types = new_types();
  const int number = signed_int(types, "int", 4);
  const int one = STRUCT(types, "s", 4, {"a", number, 0, 0});
  const int two = STRUCT(types, "s", 4, {"b", number, 0, 0});
  const int both = STRUCT(types, "both", 8, {"one", one, 0, 0}, {"two", two, 32, 0});
  struct starving starving = {.text = ""};
  struct btf_dump* dump;

  skip_under_valgrind();
  getrlimit(RLIMIT_AS, &starving.limit);
  dump = btf_dump__new(types.btf, gather_and_starve, &starving, NULL);
  const int error = btf_dump__dump_type(dump, (__u32)both);

  give_back(&starving);
  /* Without an error all must be there. The stock library leaves out what it had no memory for. */
  const bool is_whole = strcmp(starving.text, "struct s {\n\tint a;\n};\n\n"
                                              "struct s___2 {\n\tint b;\n};\n\n"
                                              "struct both {\n\tstruct s one;\n"
                                              "\tstruct s___2 two;\n};\n\n") == 0;

  if (differs())
    CHECK(error == -ENOMEM || (error == 0 && is_whole));
  else
    CHECK(error == 0 && !is_whole);
  btf_dump__free(dump);
  free_types(types);
}

CASES(dump_type) = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "dump." #name_, .function = "btf_dump__" #function_, .body = name_, __VA_ARGS__ }
    CASE(a_struct_and_what_it_needs, dump_type),
    CASE(types_added_between_calls, dump_type),
    CASE(gaps_are_padded, dump_type),
    CASE(names_twice_get_suffixes, dump_type),
    CASE(enums_without_a_name, dump_type),
    CASE(declarations, emit_type_decl, .since = "1.5"),
    CASE(values_with_which_new_fails, new),
    CASE(ids_that_are_none, dump_type),
    CASE(a_struct_within_itself, dump_type),
    CASE(a_declaration_of_no_type, emit_type_decl, .difference = "dump-bad-input",
         .stock_outcome = CRASHES),
    CASE(a_declaration_without_a_name, emit_type_decl, .difference = "dump-bad-input",
         .stock_outcome = CRASHES),
    CASE(a_typedef_of_itself, dump_type, .difference = "dump-bad-input", .stock_outcome = CRASHES),
    CASE(a_chain_of_a_million, dump_type),
    CASE(many_structs_in_each_other, dump_type, .difference = "dump-depth",
         .stock_outcome = CRASHES),
    CASE(void_alone, dump_type, .difference = "dump-bad-input", .stock_outcome = CRASHES),
    CASE(a_member_that_has_no_size, dump_type, .difference = "dump-bad-input",
         .stock_outcome = CRASHES),
    CASE(without_memory, dump_type, .difference = "dump-no-memory"),
    CASE(after_a_failure, dump_type, .difference = "dump-no-trace"),
    CASE(a_tag_behind_const, emit_type_decl, .difference = "dump-tag-behind-const"),
    CASE(a_suffix_that_is_a_name, dump_type, .difference = "dump-free-suffix"),
    {.name = NULL},
#undef CASE
};
