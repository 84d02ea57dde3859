/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* linker: several objects become one. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "linker/made.h"

static struct linked linked;

static struct bpf_linker* linker_to(int fd) {
  return bpf_linker__new(path_of(fd), NULL);
}

static void arguments_of_new(void) {
  const struct bpf_linker_opts empty = {.sz = 1};

  CHECK_NULL(bpf_linker__new("/no/such/folder/file", NULL), ENOENT);
  CHECK_NULL(bpf_linker__new("/dev/null", (struct bpf_linker_opts*)&empty), EINVAL);
  bpf_linker__free(NULL);
}

static void arguments_of_new_fd(void) {
  CHECK_NULL(bpf_linker__new_fd(-1, NULL), EINVAL);
  CHECK_NULL(bpf_linker__new_fd(1000, NULL), EINVAL);
}

static void nothing_to_link(void) {
  link_all(&linked, NULL, 0, NULL);
  CHECK_EQ(linked.size, 304);
  CHECK(linked_section(&linked, ".symtab") != NULL);
}

static void after_finalize(void) {
  const int out = memory_file("", 0);
  struct bpf_linker* const linker = linker_to(out);

  CHECK_EQ(bpf_linker__finalize(linker), 0);
  CHECK_FAILS(bpf_linker__finalize(linker), EINVAL);
  CHECK_FAILS(bpf_linker__add_file(linker, "/dev/null", NULL), EINVAL);
  bpf_linker__free(linker);
  close(out);
}

static void files_that_are_none(void) {
  const struct bpf_linker_file_opts empty = {.sz = 1};
  const int out = memory_file("", 0);
  const int text = memory_file("this is no object", 17);
  struct bpf_linker* const linker = linker_to(out);

  CHECK_FAILS(bpf_linker__add_file(linker, "/no/such/file", NULL), ENOENT);
  CHECK_FAILS(bpf_linker__add_file(linker, "/dev/null", &empty), EINVAL);
  CHECK_FAILS(bpf_linker__add_file(linker, path_of(text), NULL), EINVAL);
  CHECK_EQ(bpf_linker__finalize(linker), 0);
  bpf_linker__free(linker);
  close(text);
  close(out);
}

static void descriptors_and_buffers(void) {
  char bytes[64] = "";
  const int out = memory_file("before", 6);
  struct bpf_linker* const linker = bpf_linker__new_fd(out, NULL);

  CHECK_FAILS(bpf_linker__add_fd(linker, -1, NULL), EINVAL);
  CHECK_FAILS(bpf_linker__add_fd(linker, 1000, NULL), EINVAL);
  CHECK_FAILS(bpf_linker__add_buf(linker, bytes, 0, NULL), EINVAL);
  CHECK_FAILS(bpf_linker__add_buf(linker, bytes, sizeof(bytes), NULL), EINVAL);
  CHECK_EQ(bpf_linker__finalize(linker), 0);
  bpf_linker__free(linker);
  CHECK_EQ(lseek(out, 0, SEEK_END), 304);
  close(out);
}

static int program(const char* name, int binding) {
  struct made* const made = made_new();

  made_function(made, ".text", name, binding);
  return made_file(made);
}

static int caller_of(const char* name) {
  struct made* const made = made_new();

  made_function(made, "xdp", "caller", STB_GLOBAL);
  made_extern(made, NULL, name);
  return made_file(made);
}

static void a_declaration_and_a_definition(void) {
  const int files[] = {caller_of("f"), program("f", STB_GLOBAL)};

  link_all(&linked, files, 2, NULL);
  CHECK_EQ(ELF64_ST_TYPE(linked_symbol(&linked, "f")->st_info), STT_FUNC);
  CHECK(linked_symbol(&linked, "f")->st_shndx != SHN_UNDEF);
}

static void weak_and_strong(void) {
  const int files[] = {program("f", STB_WEAK), program("f", STB_GLOBAL)};

  link_all(&linked, files, 2, NULL);
  CHECK_EQ(linked_section(&linked, ".text")->sh_size, 32);
  CHECK_EQ(linked_symbol(&linked, "f")->st_value, 16);
  CHECK_EQ(ELF64_ST_BIND(linked_symbol(&linked, "f")->st_info), STB_GLOBAL);
}

/* A weak definition that a file refers to by a declaration that is not weak counts as strong. */
static void weak_then_wanted_then_strong(void) {
  const int files[] = {program("f", STB_WEAK), caller_of("f"), program("f", STB_GLOBAL)};
  const int results[] = {0, 0, -EINVAL};
  const int others[] = {program("f", STB_WEAK), program("f", STB_GLOBAL), caller_of("f")};

  link_all(&linked, files, 3, results);
  link_all(&linked, others, 3, NULL);
}

static void two_definitions(void) {
  const int files[] = {program("f", STB_GLOBAL), program("f", STB_GLOBAL)};
  const int results[] = {0, -EINVAL};

  link_all(&linked, files, 2, results);
  CHECK_EQ(linked_section(&linked, ".text")->sh_size, differs() ? 16 : 32);
}

static void first_symbol_that_is_not_local(void) {
  const int file = program("f", STB_GLOBAL);

  link_all(&linked, &file, 1, NULL);
  CHECK_EQ(linked_section(&linked, ".symtab")->sh_info, differs() ? 1 : 0);
}

static int function_behind_its_file(const char* source, const char* name) {
  struct made* const made = made_new();

  made_symbol(made, source, STB_LOCAL, STT_FILE, SHN_ABS, 0, 0);
  made_function(made, ".text", name, STB_GLOBAL);
  return made_file(made);
}

static void local_symbols_of_two_files(void) {
  const int files[] = {function_behind_its_file("one.c", "f"),
                       function_behind_its_file("other.c", "g")};

  link_all(&linked, files, 2, NULL);
  CHECK_EQ(linked_section(&linked, ".symtab")->sh_info, differs() ? 3 : 0);
  CHECK((linked_symbol(&linked, "other.c") < linked_symbol(&linked, "f")) == differs());
  CHECK(linked_symbol(&linked, "one.c") < linked_symbol(&linked, "other.c"));
  CHECK(linked_symbol(&linked, "f") < linked_symbol(&linked, "g"));
}

static void null_arguments(void) {
  const int out = memory_file("", 0);
  struct bpf_linker* const linker = linker_to(out);

  CHECK_NULL(bpf_linker__new(NULL, NULL), EINVAL);
  CHECK_FAILS(bpf_linker__add_file(linker, NULL, NULL), EINVAL);
  CHECK_FAILS(bpf_linker__add_file(NULL, "/dev/null", NULL), EINVAL);
  CHECK_FAILS(bpf_linker__finalize(NULL), EINVAL);
  bpf_linker__free(linker);
  close(out);
}

static void the_output_as_an_input(void) {
  const int file = program("f", STB_GLOBAL);
  struct bpf_linker* const linker = linker_to(file);

  CHECK_FAILS(bpf_linker__add_file(linker, path_of(file), NULL), EINVAL);
  CHECK_WARNED("is the output as well");
  bpf_linker__free(linker);
  close(file);
}

static int reader_of_its_license(const char* section, const char* relocations) {
  static const unsigned char load[24] = {0x18, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x95};
  struct made* const made = made_new();
  const unsigned license = made_section(made, "license", SHF_ALLOC | SHF_WRITE, "GPL", 4);
  const int type = btf__add_var(made->btf, "_license", BTF_VAR_GLOBAL_ALLOCATED,
                                btf__add_array(made->btf, made->number, made->number, 1));
  unsigned code;

  btf__add_datasec(made->btf, "license", 4);
  btf__add_datasec_var_info(made->btf, type, 0, 4);
  code = made_section(made, section, SHF_ALLOC | SHF_EXECINSTR, load, sizeof(load));
  made_relocation(made, relocations, code, 0,
                  made_symbol(made, "_license", STB_GLOBAL, STT_OBJECT, license, 0, 4), 1);
  return made_file(made);
}

static void code_that_reads_its_license(void) {
  const int files[] = {reader_of_its_license("xdp", ".relxdp"),
                       reader_of_its_license("tc", ".reltc")};
  const Elf64_Rel* entry;

  link_all(&linked, files, 2, NULL);
  entry = (const void*)(linked.bytes + linked_section(&linked, ".reltc")->sh_offset);
  CHECK((ELF64_R_SYM(entry->r_info) != 0) == differs());
}

static void licenses_that_differ(void) {
  struct made* const one = made_new();
  struct made* const other = made_new();
  const int results[] = {0, -EINVAL};
  int files[2];

  made_section(one, "license", SHF_ALLOC, "GPL", 4);
  made_section(other, "license", SHF_ALLOC, "BSD", 4);
  files[0] = made_file(one);
  files[1] = made_file(other);
  link_all(&linked, files, 2, results);
}

CASES(linker) = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "linker." #name_, .function = "bpf_linker__" #function_, .body = name_, __VA_ARGS__ }
    CASE(arguments_of_new, new),
    CASE(arguments_of_new_fd, new_fd, .since = "1.6"),
    CASE(nothing_to_link, finalize),
    CASE(after_finalize, finalize),
    CASE(files_that_are_none, add_file, .since = "1.6"),
    CASE(descriptors_and_buffers, add_buf, .since = "1.6"),
    CASE(a_declaration_and_a_definition, add_file),
    CASE(weak_and_strong, add_file),
    CASE(weak_then_wanted_then_strong, add_file),
    CASE(licenses_that_differ, add_file),
    CASE(two_definitions, add_file, .difference = "linker-all-or-nothing"),
    CASE(first_symbol_that_is_not_local, finalize, .difference = "linker-symbol-info"),
    CASE(local_symbols_of_two_files, finalize, .difference = "linker-symbol-info"),
    CASE(null_arguments, new, .difference = "linker-null", .stock_outcome = CRASHES),
    CASE(the_output_as_an_input, add_file, .since = "1.6"),
    CASE(code_that_reads_its_license, add_file, .difference = "linker-license"),
    {.name = NULL},
#undef CASE
};
