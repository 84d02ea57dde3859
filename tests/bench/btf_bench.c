/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* btf_bench LIBRARY WORK FILE: does one piece of work on BTF once, with a libbpf, and prints how
 * many bytes were allocated at the most and how many blocks in all. Instructions are counted by
 * callgrind between the beginning and the end of `measured`. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "allocations.h"

/* The functions of the library. */
#define FUNCTIONS(X)                                                                               \
  X(btf__new_empty)                                                                                \
  X(btf__new_empty_split)                                                                          \
  X(btf__parse)                                                                                    \
  X(btf__load_vmlinux_btf)                                                                         \
  X(btf__type_cnt)                                                                                 \
  X(btf__type_by_id)                                                                               \
  X(btf__name_by_offset)                                                                           \
  X(btf__find_by_name_kind)                                                                        \
  X(btf__add_str)                                                                                  \
  X(btf__add_btf)                                                                                  \
  X(btf__add_struct)                                                                               \
  X(btf__add_field)                                                                                \
  X(btf__add_int)                                                                                  \
  X(btf__dedup)                                                                                    \
  X(btf__raw_data)                                                                                 \
  X(btf__set_endianness)                                                                           \
  X(btf__free)                                                                                     \
  X(btf_dump__new)                                                                                 \
  X(btf_dump__dump_type)                                                                           \
  X(btf_dump__free)
#include "work.h"

static const char* file;
static struct btf *read_one, *split, *made;
enum { kMost = 1000 };
static const char* names[kMost];
static uint32_t kinds[kMost];
static int name_count;

static void need(const void* pointer, const char* what) {
  if (pointer == NULL)
    fail(what);
}

static void prepare_read(void) {
  need(read_one = p_btf__parse(file, NULL), "btf__parse");
}

static void prepare_split(void) {
  prepare_read();
  need(split = p_btf__new_empty_split(read_one), "btf__new_empty_split");
}

static void prepare_empty(void) {
  prepare_read();
  need(made = p_btf__new_empty(), "btf__new_empty");
}

/* Names and kinds of `count` types from all over the file. */
static void prepare_names(int count) {
  struct btf* other;

  prepare_read();
  need(other = p_btf__parse(file, NULL), "btf__parse");
  const uint32_t end = p_btf__type_cnt(other);
  for (int number = 0; number < count; number++) {
    uint32_t id = (uint32_t)((uint64_t)end * (uint32_t)number / (uint32_t)count) + 1;
    const struct btf_type* type = p_btf__type_by_id(other, id);

    while (type != NULL && type->name_off == 0)
      type = p_btf__type_by_id(other, ++id);
    if (type == NULL)
      break;
    names[name_count] = p_btf__name_by_offset(other, type->name_off);
    kinds[name_count++] = type->info >> 24 & 0x1f;
  }
}

static void prepare_1_name(void) {
  prepare_names(3);
  name_count = 1;
  names[0] = names[1];
  kinds[0] = kinds[1];
}

static void prepare_100_names(void) {
  prepare_names(100);
}

static void prepare_1000_names(void) {
  prepare_names(1000);
}

static void prepare_miss(void) {
  prepare_read();
  names[0] = "a_name_that_no_type_has";
  kinds[0] = BTF_KIND_STRUCT;
  name_count = 1;
}

static void work_parse(void) {
  prepare_read();
}

static void work_parse_and_free(void) {
  p_btf__free(p_btf__parse(file, NULL));
}

static void work_load(void) {
  need(p_btf__load_vmlinux_btf(), "btf__load_vmlinux_btf");
}

static void work_load_and_find_10(void) {
  for (int turn = 0; turn < 10; turn++) {
    struct btf* const btf = p_btf__load_vmlinux_btf();

    if (p_btf__find_by_name_kind(btf, "task_struct", BTF_KIND_STRUCT) < 0)
      fail("btf__find_by_name_kind");
    p_btf__free(btf);
  }
}

static void work_find(void) {
  for (int number = 0; number < name_count; number++)
    if (p_btf__find_by_name_kind(read_one, names[number], kinds[number]) < 0 && name_count > 1)
      fail("btf__find_by_name_kind");
}

static void add_strings(int count) {
  char text[64];

  for (int number = 0; number < count; number++) {
    snprintf(text, sizeof(text), "a_new_string_%d", number);
    if (p_btf__add_str(split, text) < 0)
      fail("btf__add_str");
  }
}

static void work_add_1_string(void) {
  add_strings(1);
}

static void work_add_1000_strings(void) {
  add_strings(1000);
}

static void add_all(int times) {
  while (times-- > 0)
    if (p_btf__add_btf(made, read_one) < 0)
      fail("btf__add_btf");
}

static void work_add_all(void) {
  add_all(1);
}

static void work_dedup(void) {
  if (p_btf__dedup(read_one, NULL) != 0)
    fail("btf__dedup");
}

static void dedup_copies(int times) {
  prepare_empty();
  add_all(times);
  if (p_btf__dedup(made, NULL) != 0)
    fail("btf__dedup");
}

static void work_dedup_2(void) {
  dedup_copies(2);
}

static void work_dedup_3(void) {
  dedup_copies(3);
}

static void work_foreign(void) {
  uint32_t size;

  p_btf__set_endianness(read_one, BTF_BIG_ENDIAN);
  need(p_btf__raw_data(read_one, &size), "btf__raw_data");
}

/* The text is not made: what formatting costs is the program's. */
static void take_text(void* pieces, const char* format, va_list arguments) {
  (void)format;
  (void)arguments;
  ++*(long*)pieces;
}

static void make_text(void* pieces, const char* format, va_list arguments) {
  char text[4096];

  vsnprintf(text, sizeof(text), format, arguments);
  ++*(long*)pieces;
}

static void dump_all(btf_dump_printf_fn_t take) {
  long pieces = 0;
  struct btf_dump* const dump = p_btf_dump__new(read_one, take, &pieces, NULL);

  need(dump, "btf_dump__new");
  for (uint32_t id = 1; id < p_btf__type_cnt(read_one); id++)
    if (p_btf_dump__dump_type(dump, id) != 0)
      fail("btf_dump__dump_type");
  if (pieces == 0)
    fail("btf_dump__dump_type");
  p_btf_dump__free(dump);
}

static void work_dump(void) {
  dump_all(take_text);
}

static void work_dump_and_format(void) {
  dump_all(make_text);
}

static void prepare_nothing(void) {}

enum { kStructs = 10000 };
static char struct_names[kStructs][16];

static void prepare_int(void) {
  need(made = p_btf__new_empty(), "btf__new_empty");
  p_btf__add_int(made, "int", 4, 0);
  for (int number = 0; number < kStructs; number++)
    snprintf(struct_names[number], sizeof(struct_names[number]), "struct_%d", number);
}

static void work_add_structs(void) {
  for (int number = 0; number < kStructs; number++)
    if (p_btf__add_struct(made, struct_names[number], 12) < 0 ||
        p_btf__add_field(made, "first", 1, 0, 0) < 0 ||
        p_btf__add_field(made, "second", 1, 32, 0) < 0 ||
        p_btf__add_field(made, "third", 1, 64, 0) < 0)
      fail("btf__add_struct");
}

static const struct {
  const char* name;
  void (*prepare)(void);
  void (*work)(void);
} works[] = {
    {"parse the file", prepare_nothing, work_parse},
    {"parse it and free it", prepare_nothing, work_parse_and_free},
    {"load vmlinux", prepare_nothing, work_load},
    {"10 times load, find, free", prepare_nothing, work_load_and_find_10},
    {"find by name and kind, the first", prepare_1_name, work_find},
    {"find 100", prepare_100_names, work_find},
    {"find 1000", prepare_1000_names, work_find},
    {"find what is not there", prepare_miss, work_find},
    {"add 1 string to a split BTF", prepare_split, work_add_1_string},
    {"add 1000 strings to a split BTF", prepare_split, work_add_1000_strings},
    {"add all types to an empty BTF", prepare_empty, work_add_all},
    {"dedup", prepare_read, work_dedup},
    {"parse, add twice, dedup", prepare_nothing, work_dedup_2},
    {"parse, add 3 times, dedup", prepare_nothing, work_dedup_3},
    {"raw data in the other order", prepare_read, work_foreign},
    {"add 10000 structs of 3 members", prepare_int, work_add_structs},
    {"dump all types as C", prepare_read, work_dump},
    {"dump all types as C, formatted", prepare_read, work_dump_and_format},
};

__attribute__((noinline)) static void measured(void (*work)(void)) {
  counting = true;
  work();
  counting = false;
}

int main(int argc, char** argv) {
  const size_t count = sizeof(works) / sizeof(works[0]);

  if (argc == 2 && strcmp(argv[1], "--list") == 0) {
    for (size_t number = 0; number < count; number++)
      puts(works[number].name);
    return 0;
  }
  if (argc != 4)
    fail("btf_bench LIBRARY WORK FILE");
  load_library(argv[1]);
  file = argv[3];
  for (size_t number = 0; number < count; number++)
    if (strcmp(works[number].name, argv[2]) == 0) {
      works[number].prepare();
      measured(works[number].work);
      printf("%ld %ld\n", most_bytes, blocks);
      return 0;
    }
  fail(argv[2]);
}
