/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* open: opening objects, and what is in them then. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/conform.h"
#include "object/account.h"
#include "object/changed.h"
#include "object/expected.h"
#include "object/objects.h"

static void bad_arguments(void) {
  OPTS(bpf_object_open_opts, opts);
  const struct test_object* plain = test_object("plain.el");
  char long_path[5000];

  CHECK_NULL(bpf_object__open_file(NULL, NULL), EINVAL);
  CHECK_NULL(bpf_object__open("/no/such/file"), ENOENT);
  CHECK_NULL(bpf_object__open_mem(NULL, 10, NULL), EINVAL);
  CHECK_NULL(bpf_object__open_mem(plain->bytes, 0, NULL), EINVAL);
  opts.kernel_log_size = 10;
  CHECK_NULL(bpf_object__open_mem(plain->bytes, plain->size, &opts), EINVAL);
  opts.kernel_log_size = 0;
  memset(long_path, 'x', sizeof(long_path) - 1);
  long_path[sizeof(long_path) - 1] = '\0';
  opts.btf_custom_path = long_path;
  CHECK_NULL(bpf_object__open_mem(plain->bytes, plain->size, &opts), ENAMETOOLONG);
  bpf_object__close(NULL);
}

/* Each header field that a loader looks at, and its value in a file that is refused. */
static void bad_headers(void) {
  static const struct {
    unsigned at, size, value;
    int error;
  } rows[] = {
      {0, 1, 0, LIBBPF_ERRNO__FORMAT},      /* the magic number */
      {4, 1, 1, LIBBPF_ERRNO__FORMAT},      /* 32 bits */
      {5, 1, 7, LIBBPF_ERRNO__FORMAT},      /* no byte order */
      {16, 2, 2, LIBBPF_ERRNO__FORMAT},     /* an executable */
      {18, 2, 62, LIBBPF_ERRNO__FORMAT},    /* of an x86 */
      {0x3e, 2, 999, LIBBPF_ERRNO__FORMAT}, /* names in a section that is not there */
  };
  const struct test_object* plain = test_object("plain.el");
  unsigned char bytes[4096];

  for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    memcpy(bytes, plain->bytes, plain->size);
    memcpy(bytes + rows[i].at, &rows[i].value, rows[i].size);
    CHECK_NULL(bpf_object__open_mem(bytes, plain->size, NULL), rows[i].error);
  }
  CHECK_NULL(bpf_object__open_mem("x", 1, NULL), LIBBPF_ERRNO__FORMAT);
}

/* The same of headers of sections. */
static void bad_sections(void) {
  static const struct {
    const char *what, *section;
    size_t at;
    unsigned value;
    int error;
  } rows[] = {
      {"no symbols", ".symtab", offsetof(Elf64_Shdr, sh_type), SHT_PROGBITS, ENOENT},
      {"two tables of symbols", "license", offsetof(Elf64_Shdr, sh_type), SHT_SYMTAB,
       LIBBPF_ERRNO__FORMAT},
      {"symbols without names", ".symtab", offsetof(Elf64_Shdr, sh_link), 0, LIBBPF_ERRNO__FORMAT},
      {"names that are not there", ".symtab", offsetof(Elf64_Shdr, sh_link), 999,
       LIBBPF_ERRNO__FORMAT},
      {"relocations of another size", ".relsocket", offsetof(Elf64_Shdr, sh_entsize), 24,
       LIBBPF_ERRNO__FORMAT},
      {"relocations of nothing", ".relsocket", offsetof(Elf64_Shdr, sh_info), 999,
       LIBBPF_ERRNO__FORMAT},
      {"types without content", ".BTF", offsetof(Elf64_Shdr, sh_type), SHT_NOBITS,
       LIBBPF_ERRNO__FORMAT},
      {"content outside", "license", offsetof(Elf64_Shdr, sh_offset), 1U << 30,
       LIBBPF_ERRNO__FORMAT},
      {"a name outside", "license", offsetof(Elf64_Shdr, sh_name), 1U << 30, LIBBPF_ERRNO__FORMAT},
  };

  for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct changed changed = changed_from("calls.el");
    struct bpf_object* object;

    memcpy((char*)changed_section(&changed, rows[i].section) + rows[i].at, &rows[i].value,
           sizeof(rows[i].value));
    errno = 0;
    object = bpf_object__open_mem(changed.bytes, changed.size, NULL);
    check_equal(object ? 0 : errno, rows[i].error, rows[i].what, __FILE__, __LINE__);
    bpf_object__close(object);
    changed_free(&changed);
  }
}

static int next_descriptor(void) {
  const int fd = open("/dev/null", O_RDONLY);

  close(fd);
  return fd;
}

static void not_a_file(void) {
  const int before = next_descriptor();

  CHECK_NULL(bpf_object__open("/"), LIBBPF_ERRNO__LIBELF);
  if (CHECK_EQ(next_descriptor() == before, differs()) && !differs())
    close(before);
}

static void cut_short(void) {
  const struct test_object* maps = test_object("maps.el");

  for (size_t size = 1; size < maps->size; size += 64)
    CHECK_NULL(bpf_object__open_mem(maps->bytes, size, NULL), LIBBPF_ERRNO__FORMAT);
}

static void names(void) {
  OPTS(bpf_object_open_opts, opts, .object_name = "a.name_of_20_letters");
  const struct test_object* plain = test_object("plain.el");
  char path[64], expected[64];
  struct bpf_object* object = bpf_object__open_mem(plain->bytes, plain->size, &opts);

  CHECK_TEXT(bpf_object__name(object), "a.name_of_20_le");
  bpf_object__close(object);
  object = bpf_object__open_mem(plain->bytes, plain->size, NULL);
  snprintf(expected, sizeof(expected), "%lx-%lx", (unsigned long)plain->bytes,
           (unsigned long)plain->size);
  expected[15] = '\0';
  CHECK_TEXT(bpf_object__name(object), expected);
  bpf_object__close(object);

  snprintf(path, sizeof(path), "/tmp/conform_%d.bpf.o", getpid());
  const int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
  CHECK_EQ(write(fd, plain->bytes, plain->size), plain->size);
  close(fd);
  object = bpf_object__open(path);
  snprintf(expected, sizeof(expected), "conform_%d", getpid());
  CHECK_TEXT(bpf_object__name(object), expected);
  bpf_object__close(object);
  unlink(path);
}

/* What is in each object, in both byte orders. */
static const struct {
  const char *name, *maps, *programs;
} contents[] = {
    {"plain", "", PLAIN_PROGRAMS},
    {"maps", MAPS_MAPS, MAPS_PROGRAMS},
    {"data", DATA_MAPS, DATA_PROGRAMS},
    {"calls", NULL, CALLS_PROGRAMS},
    {"externs", EXTERNS_MAPS, EXTERNS_PROGRAMS},
    {"struct_ops", STRUCT_OPS_MAPS, STRUCT_OPS_PROGRAMS},
    {"core", CORE_MAPS, NULL},
};

static void check_contents(const char* order) {
  char name[32];

  for (unsigned i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
    snprintf(name, sizeof(name), "%s.%s", contents[i].name, order);
    struct bpf_object* object = open_object(name, NULL);
    if (contents[i].maps)
      CHECK_TEXT(maps_text(object), contents[i].maps);
    if (contents[i].programs)
      CHECK_TEXT(programs_text(object), contents[i].programs);
    bpf_object__close(object);
  }
}

static void what_is_in_them(void) {
  check_contents("el");
}

static void what_is_in_foreign_ones(void) {
  check_contents("eb");
}

static void foreign_ones_do_not_load(void) {
  struct bpf_object* object = open_object("maps.eb", NULL);

  CHECK_FAILS(bpf_object__load(object), LIBBPF_ERRNO__ENDIAN);
  CHECK_EQ(bpf_map__set_max_entries(map_of(object, "sized"), 5), 0);
  bpf_object__close(object);
}

static void iteration(void) {
  struct bpf_object* object = open_object("data.el", NULL);
  struct bpf_object* other = open_object("maps.el", NULL);
  struct bpf_object* without = open_object("plain.el", NULL);
  struct bpf_map *first = bpf_object__next_map(object, NULL), *last;
  struct bpf_program* program = bpf_object__next_program(object, NULL);

  CHECK(bpf_object__prev_map(object, first) == NULL);
  last = bpf_object__prev_map(object, NULL);
  CHECK_TEXT(bpf_map__name(last), ".data.grows");
  CHECK(bpf_object__next_map(object, last) == NULL);
  CHECK_NULL(bpf_object__next_map(NULL, NULL), EINVAL);
  CHECK_NULL(bpf_object__next_map(other, first), EINVAL);
  CHECK(bpf_object__next_map(without, NULL) == NULL);
  CHECK(bpf_object__next_program(object, program) == NULL);
  CHECK(bpf_object__prev_program(object, NULL) == program);
  CHECK_NULL(bpf_object__next_program(other, program), EINVAL);
  bpf_object__close(object);
  bpf_object__close(other);
  bpf_object__close(without);
}

static void finding(void) {
  struct bpf_object* object = open_object("data.el", NULL);

  CHECK(bpf_object__find_map_by_name(object, ".data") == map_of(object, "data.data"));
  CHECK(bpf_object__find_map_by_name(object, ".bss") == map_of(object, "data.bss"));
  CHECK(bpf_object__find_map_by_name(object, ".data.own") != NULL);
  CHECK_NULL(bpf_object__find_map_by_name(object, "data"), ENOENT);
  CHECK_NULL(bpf_object__find_map_by_name(object, "nothing"), ENOENT);
  CHECK_NULL(bpf_object__find_program_by_name(object, "nothing"), ENOENT);
  CHECK_EQ(bpf_object__find_map_fd_by_name(object, ".data"), -1);
  CHECK_FAILS(bpf_object__find_map_fd_by_name(object, "nothing"), EINVAL);
  bpf_object__close(object);
}

static void of_the_object(void) {
  struct bpf_object* object = open_object("data.el", NULL);

  CHECK_NULL(bpf_object__name(NULL), EINVAL);
  CHECK_EQ(bpf_object__kversion(NULL), 0);
  CHECK(bpf_object__kversion(object) != 0);
  CHECK_EQ(bpf_object__set_kversion(object, 0x50607), 0);
  CHECK_EQ(bpf_object__kversion(object), 0x50607);
  CHECK(bpf_object__btf(object) != NULL);
  CHECK_EQ(bpf_object__btf_fd(object), -1);
  bpf_object__close(object);
  object = open_object("plain.el", NULL);
  errno = 7;
  CHECK(bpf_object__btf(object) == NULL);
  CHECK_EQ(errno, 7);
  CHECK_EQ(bpf_object__btf_fd(object), -1);
  bpf_object__close(object);
}

CASES(object_open) = {
#define CASE(name_, ...)                                                                           \
  { .name = "open." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(bad_arguments, "bpf_object__open_mem"),
    CASE(bad_headers, "bpf_object__open_mem"),
    CASE(bad_sections, "bpf_object__open_mem"),
    CASE(not_a_file, "bpf_object__open", .difference = "folder-is-closed"),
    CASE(cut_short, "bpf_object__open_mem"),
    CASE(names, "bpf_object__name"),
    CASE(what_is_in_them, "bpf_object__open_mem", .since = "1.5"),
    CASE(what_is_in_foreign_ones, "bpf_object__open_mem", .since = "1.5"),
    CASE(foreign_ones_do_not_load, "bpf_object__load", .needs = NEEDS_LIVE, .since = "1.5"),
    CASE(iteration, "bpf_object__next_map", .since = "1.5"),
    CASE(finding, "bpf_object__find_map_by_name"),
    CASE(of_the_object, "bpf_object__kversion"),
    {.name = NULL},
#undef CASE
};
