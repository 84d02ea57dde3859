/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* linker: where variables, maps and functions of the kernel are, as symbols and as BTF has them. */
#include "linker/made.h"

static struct linked linked;

static int variable(const char* section, const char* name, int binding) {
  struct made* const made = made_new();

  made_variable(made, section, name, binding);
  return made_file(made);
}

static void where_a_strong_variable_is(void) {
  const int files[] = {variable(".data", "v", STB_WEAK), variable(".data", "v", STB_GLOBAL)};

  link_all(&linked, files, 2, NULL);
  CHECK_EQ(linked_symbol(&linked, "v")->st_value, 8);
  CHECK_EQ(linked_offset(&linked, ".data", "v"), differs() ? 8 : 0);
}

/* The type of a map, as SEC(".maps") has it: each number is the length of an array. */
static int map_type(struct made* made) {
  static const struct {
    const char* name;
    unsigned number;
  } members[] = {
      {"type", BPF_MAP_TYPE_ARRAY}, {"key_size", 4}, {"value_size", 4}, {"max_entries", 1}};
  int pointers[4];
  int type;

  for (unsigned i = 0; i < 4; i++)
    pointers[i] = btf__add_ptr(
        made->btf, btf__add_array(made->btf, made->number, made->number, members[i].number));
  type = btf__add_struct(made->btf, NULL, 32);
  for (unsigned i = 0; i < 4; i++)
    btf__add_field(made->btf, members[i].name, pointers[i], 64 * i, 0);
  return type;
}

static int declared_map(const char* name) {
  struct made* const made = made_new();
  const int variable = btf__add_var(made->btf, name, BTF_VAR_GLOBAL_EXTERN, map_type(made));

  made_function(made, "xdp", "reader", STB_GLOBAL);
  made_symbol(made, name, STB_GLOBAL, STT_NOTYPE, SHN_UNDEF, 0, 0);
  btf__add_datasec(made->btf, ".maps", 0);
  btf__add_datasec_var_info(made->btf, variable, 0, 32);
  return made_file(made);
}

static int second_map(const char* name) {
  static const unsigned char zeros[64];
  struct made* const made = made_new();
  const unsigned maps = made_section(made, ".maps", SHF_ALLOC | SHF_WRITE, zeros, sizeof(zeros));
  const int type = map_type(made);
  const int first = btf__add_var(made->btf, "first", BTF_VAR_GLOBAL_ALLOCATED, type);
  const int second = btf__add_var(made->btf, name, BTF_VAR_GLOBAL_ALLOCATED, type);

  btf__add_datasec(made->btf, ".maps", sizeof(zeros));
  btf__add_datasec_var_info(made->btf, first, 0, 32);
  btf__add_datasec_var_info(made->btf, second, 32, 32);
  made_symbol(made, "first", STB_GLOBAL, STT_OBJECT, maps, 0, 32);
  made_symbol(made, name, STB_GLOBAL, STT_OBJECT, maps, 32, 32);
  return made_file(made);
}

static void where_a_declared_map_is(void) {
  const int files[] = {declared_map("m"), second_map("m")};

  link_all(&linked, files, 2, NULL);
  CHECK_EQ(linked_symbol(&linked, "m")->st_value, 32);
  CHECK_EQ(linked_offset(&linked, ".maps", "first"), 0);
  CHECK_EQ(linked_offset(&linked, ".maps", "m"), differs() ? 32 : 0);
}

/* As a map has it whose slots have values: it is larger than its type. */
static int larger_than_its_type(void) {
  static const int values[3] = {1, 2, 3};
  struct made* const made = made_new();
  const unsigned data = made_section(made, ".data", SHF_ALLOC | SHF_WRITE, values, sizeof(values));
  const int variable = btf__add_var(made->btf, "v", BTF_VAR_GLOBAL_ALLOCATED, made->number);

  btf__add_datasec(made->btf, ".data", sizeof(values));
  btf__add_datasec_var_info(made->btf, variable, 0, sizeof(values));
  made_symbol(made, "v", STB_GLOBAL, STT_OBJECT, data, 0, sizeof(values));
  return made_file(made);
}

static int declared_variable(const char* section, const char* name) {
  struct made* const made = made_new();

  made_function(made, "xdp", "reader", STB_GLOBAL);
  made_extern(made, section, name);
  return made_file(made);
}

static void the_size_of_one_file(void) {
  const int file = larger_than_its_type();

  link_all(&linked, &file, 1, NULL);
  CHECK_EQ(linked_size(&linked, ".data", "v"), 12);
}

static void the_size_where_another_file_declares_it(void) {
  const int files[] = {larger_than_its_type(), declared_variable(".data", "v")};
  const int others[] = {declared_variable(".data", "v"), larger_than_its_type()};

  link_all(&linked, files, 2, NULL);
  CHECK_EQ(linked_size(&linked, ".data", "v"), differs() ? 12 : 4);
  link_all(&linked, others, 2, NULL);
  CHECK_EQ(linked_size(&linked, ".data", "v"), differs() ? 12 : 4);
}

static void a_function_of_the_kernel(void) {
  struct made* const made = made_new();
  int file, function;

  made_function(made, "xdp", "caller", STB_GLOBAL);
  made_symbol(made, "kernel_function", STB_GLOBAL, STT_NOTYPE, SHN_UNDEF, 0, 0);
  function = btf__add_func(made->btf, "kernel_function", BTF_FUNC_EXTERN,
                           btf__add_func_proto(made->btf, made->number));
  btf__add_datasec(made->btf, ".ksyms", 0);
  btf__add_datasec_var_info(made->btf, function, 0, 0);
  file = made_file(made);
  link_all(&linked, &file, 1, NULL);
  CHECK_EQ(linked_offset(&linked, ".ksyms", "kernel_function"), 0);
  CHECK_EQ(linked_size(&linked, ".ksyms", "kernel_function"), 0);
}

static void a_weak_variable_of_another_section(void) {
  const int files[] = {variable(".data.one", "v", STB_GLOBAL), variable(".data", "v", STB_WEAK)};
  const int results[] = {0, differs() ? 0 : -EINVAL};

  link_all(&linked, files, 2, results);
  CHECK_EQ(linked_offset(&linked, ".data.one", "v"), 0);
}

static void an_extern_that_stays_undefined(void) {
  struct made* const made = made_new();
  int file;

  made_variable(made, ".data", "there", STB_GLOBAL);
  made_extern(made, ".data.other", "wanted");
  file = made_file(made);
  link_all(&linked, &file, 1, NULL);
  CHECK_EQ(linked_symbol(&linked, "wanted")->st_shndx, SHN_UNDEF);
}

/* As clang has it: the DATASEC of defined variables lists the extern one too. */
static void an_extern_beside_a_definition(void) {
  struct made* const made = made_new();
  const int value = 7;
  const unsigned data = made_section(made, ".data", SHF_ALLOC | SHF_WRITE, &value, sizeof(value));
  const int there = btf__add_var(made->btf, "there", BTF_VAR_GLOBAL_ALLOCATED, made->number);
  const int wanted = btf__add_var(made->btf, "wanted", BTF_VAR_GLOBAL_EXTERN, made->number);
  int file;

  btf__add_datasec(made->btf, ".data", 4);
  btf__add_datasec_var_info(made->btf, there, 0, 4);
  btf__add_datasec_var_info(made->btf, wanted, 0, 4);
  made_symbol(made, "there", STB_GLOBAL, STT_OBJECT, data, 0, 4);
  made_symbol(made, "wanted", STB_GLOBAL, STT_NOTYPE, SHN_UNDEF, 0, 0);
  file = made_file(made);
  link_all(&linked, &file, 1, NULL);
  CHECK((linked_symbol(&linked, "wanted")->st_shndx == SHN_UNDEF) == differs());
}

static int kernels_symbol(void) {
  struct made* const made = made_new();

  made_function(made, "xdp", "caller", STB_GLOBAL);
  made_extern(made, ".ksyms", "v");
  return made_file(made);
}

static void a_definition_of_what_the_kernel_has(void) {
  const int files[] = {kernels_symbol(), variable(".data", "v", STB_GLOBAL)};
  const int results[] = {0, -EINVAL};

  link_all(&linked, files, 2, results);
}

CASES(linker_variables) = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "linker." #name_, .function = "bpf_linker__" #function_, .body = name_, __VA_ARGS__ }
    CASE(where_a_strong_variable_is, add_file, .difference = "linker-winner-offset"),
    CASE(where_a_declared_map_is, add_file, .difference = "linker-winner-offset"),
    CASE(the_size_of_one_file, add_file),
    CASE(the_size_where_another_file_declares_it, add_file,
         .difference = "linker-size-of-definition"),
    CASE(a_function_of_the_kernel, add_file, .since = "1.5"),
    CASE(a_weak_variable_of_another_section, add_file, .difference = "linker-weak-elsewhere"),
    CASE(an_extern_that_stays_undefined, add_file),
    CASE(an_extern_beside_a_definition, add_file, .difference = "linker-undefined-stays"),
    CASE(a_definition_of_what_the_kernel_has, add_file, .difference = "linker-kernel-symbols",
         .stock_outcome = CRASHES),
    {.name = NULL},
#undef CASE
};
