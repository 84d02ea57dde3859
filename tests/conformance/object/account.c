/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Objects as text. Nothing in here needs a case: tests/conformance/corpus.c has it, too. */
#define _GNU_SOURCE
#include "object/account.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/conform.h"
#include "object/objects.h"

enum { most_text = 1 << 15 };

static char text[most_text];
static size_t length;

static void begin(void) {
  length = 0;
  text[0] = '\0';
}

__attribute__((format(printf, 1, 2))) static void add(const char* format, ...) {
  va_list args;

  va_start(args, format);
  length += (size_t)vsnprintf(text + length, sizeof(text) - length, format, args);
  va_end(args);
  if (length >= sizeof(text))
    abort();
}

static void add_maps(const struct bpf_object* object, const char* before) {
  const struct bpf_map* map = NULL;

  while ((map = bpf_object__next_map(object, map))) {
    const bool by_cpu = bpf_map__type(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY &&
                        bpf_map__max_entries(map) == (__u32)libbpf_num_possible_cpus();
    char entries[16] = "cpus";

    if (!by_cpu)
      snprintf(entries, sizeof(entries), "%u", bpf_map__max_entries(map));
    add("%s%s type=%d key=%u value=%u max=%s flags=%#x ids=%u,%u%s%s\n", before, bpf_map__name(map),
        (int)bpf_map__type(map), bpf_map__key_size(map), bpf_map__value_size(map), entries,
        bpf_map__map_flags(map), bpf_map__btf_key_type_id(map), bpf_map__btf_value_type_id(map),
        bpf_map__is_internal(map) ? " internal" : "", bpf_map__autocreate(map) ? "" : " off");
  }
}

static void add_programs(const struct bpf_object* object, const char* before) {
  struct bpf_program* program = NULL;

  while ((program = bpf_object__next_program(object, program)))
    add("%s%s section=%s type=%d attach=%d insns=%zu%s\n", before, bpf_program__name(program),
        bpf_program__section_name(program), (int)bpf_program__type(program),
        (int)bpf_program__expected_attach_type(program), bpf_program__insn_cnt(program),
        bpf_program__autoload(program) ? "" : " off");
}

/* name_of_fd is the map of a descriptor, which an object that failed to load has closed. */
static const char* name_of_fd(const struct bpf_object* object, int fd) {
  const struct bpf_map* map = NULL;

  while ((map = bpf_object__next_map(object, map)))
    if (fd >= 0 && bpf_map__fd(map) == fd)
      return bpf_map__name(map);
  return "<map>";
}

/* word_for is what stands for a number that is another one each time, or on another kernel; NULL
 * if the number itself does. */
static const char* word_for(const struct bpf_object* object, const struct bpf_insn* insn) {
  if (insn->code == (BPF_LD | BPF_IMM | BPF_DW)) {
    if (insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE)
      return name_of_fd(object, insn->imm);
    if (insn->src_reg == BPF_PSEUDO_BTF_ID && insn->imm != 0)
      return "<type>";
  }
  if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL && insn->imm > 0)
    return "<function>";
  return NULL;
}

static void add_code(const struct bpf_object* object, const struct bpf_program* program,
                     bool has_addresses) {
  const struct bpf_insn* insns = bpf_program__insns(program);
  const size_t count = bpf_program__insn_cnt(program);

  for (size_t i = 0; i < count; i++) {
    const struct bpf_insn* insn = &insns[i];
    const char* word = word_for(object, insn);
    const bool is_wide = insn->code == (BPF_LD | BPF_IMM | BPF_DW) && i + 1 < count;

    if (has_addresses && is_wide && insn->src_reg == 0 && insns[i + 1].imm < 0) {
      add("%02x%x%x%04hx <address>\n", insn->code, insn->dst_reg, insn->src_reg, insn->off);
      i++;
    } else if (word) {
      add("%02x%x%x%04hx %s\n", insn->code, insn->dst_reg, insn->src_reg, insn->off, word);
    } else {
      add("%02x%x%x%04hx %x\n", insn->code, insn->dst_reg, insn->src_reg, insn->off,
          (unsigned)insn->imm);
    }
  }
}

const char* maps_text(const struct bpf_object* object) {
  begin();
  add_maps(object, "");
  return text;
}

const char* programs_text(const struct bpf_object* object) {
  begin();
  add_programs(object, "");
  return text;
}

const char* code_text(const struct bpf_object* object, const struct bpf_program* program) {
  begin();
  add_code(object, program, false);
  return text;
}

static void add_sections_of_types(const struct bpf_object* object) {
  const struct btf* types = bpf_object__btf(object);

  for (__u32 id = 1; types && id < btf__type_cnt(types); id++) {
    const struct btf_type* type = btf__type_by_id(types, id);
    const struct btf_var_secinfo* variables = btf_var_secinfos(type);

    if (!btf_is_datasec(type) || strcmp(btf__name_by_offset(types, type->name_off), "license") == 0)
      continue;
    add("types of %s: %u bytes\n", btf__name_by_offset(types, type->name_off), type->size);
    for (unsigned i = 0; i < btf_vlen(type); i++) {
      const struct btf_type* variable = btf__type_by_id(types, variables[i].type);
      add("  %s kind=%u at %u: %u bytes", btf__name_by_offset(types, variable->name_off),
          btf_kind(variable), variables[i].offset, variables[i].size);
      if (btf_is_var(variable))
        add(", linkage %u", btf_var(variable)->linkage);
      add("\n");
    }
  }
}

static void add_config(const struct bpf_object* object) {
  const struct bpf_map* map = bpf_object__find_map_by_name(object, ".kconfig");
  unsigned char value[256];
  const __u32 key = 0;

  if (!map || bpf_map__value_size(map) > sizeof(value) ||
      bpf_map_lookup_elem(bpf_map__fd(map), &key, value) != 0)
    return;
  for (__u32 i = 0; i < bpf_map__value_size(map); i++)
    add("%s%02x", i == 0 ? "config " : "", value[i]);
  add("\n");
}

/* of_table: the row is one of this file of tests/objects/corpus, or of those that begin so. */
static bool of_table(const struct test_object* row, const char* table) {
  return strncmp(row->name, table, strlen(table)) == 0;
}

/* file_of makes a file without a name, for options that want a path. */
static int file_of(const struct test_object* object) {
  const int fd = memfd_create("object", MFD_CLOEXEC);
  const size_t size = object->size;
  const long written = write(fd, object->bytes, size);

  if (written < 0 || (size_t)written != size)
    abort();
  return fd;
}

/* has_code: the instructions are those that the kernel gets. After a failure they are not, but for
 * those of CO-RE records and those of programs that the kernel has refused. */
static bool has_code(const struct test_object* row, int loaded) {
  return loaded == 0 || !(of_table(row, "calls/") || of_table(row, "struct_ops/"));
}

static struct bpf_object* open_row(const struct test_object* row, const char* target) {
  OPTS(bpf_object_open_opts, opts, .object_name = "packet_counter", .btf_custom_path = target);
  struct bpf_object* object;
  struct bpf_map* map = NULL;

  opts.relaxed_maps = of_table(row, "maps/relaxed_");
  object = bpf_object__open_mem(row->bytes, row->size, &opts);
  while (object && (map = bpf_object__next_map(object, map)))
    if (strcmp(bpf_map__name(map), "off") == 0)
      bpf_map__set_autocreate(map, false);
  return object;
}

static void add_opened(const struct test_object* row, struct bpf_object* object) {
  struct bpf_program* program = NULL;
  int loaded = 0;

  if (of_table(row, "sections/bare_version"))
    add("version %#x\n", bpf_object__kversion(object));
  add_maps(object, "map ");
  add_programs(object, "program ");
  add_sections_of_types(object);
  if (is_native(row)) {
    loaded = bpf_object__load(object);
    /* Not each kernel lets programs use its variables. */
    if (of_table(row, "symbols/typed."))
      add("load\n");
    else
      add("load %d\n", loaded);
    add_maps(object, "loaded ");
    if (of_table(row, "externs/"))
      add_config(object);
  }
  while (has_code(row, loaded) && (program = bpf_object__next_program(object, program))) {
    add("code of %s\n", bpf_program__name(program));
    add_code(object, program, of_table(row, "symbols/untyped."));
  }
}

static void add_account(const struct test_object* row) {
  const int target = of_table(row, "core_") ? file_of(test_object("core_target/types.el")) : -1;
  struct bpf_object* object;
  char path[32];

  snprintf(path, sizeof(path), "/proc/self/fd/%d", target);
  object = open_row(row, target < 0 ? NULL : path);
  add("open %d\n", object ? 0 : -errno);
  if (object)
    add_opened(row, object);
  bpf_object__close(object);
  if (target >= 0)
    close(target);
}

/* What a configuration may say, each beginning with the name of a variable of kconfig/types. */
static const char* const config_texts[] = {
    "BOOL=y",
    "BOOL=n",
    "BOOL=m",
    "BOOL=1",
    "BOOL=\"y\"",
    "TRISTATE=n",
    "TRISTATE=y",
    "TRISTATE=m",
    "TRISTATE=1",
    "CHAR=y",
    "CHAR=m",
    "CHAR=97",
    "CHAR=-1",
    "CHAR=300",
    "U8=255",
    "U8=256",
    "U8=-1",
    "U8=n",
    "S8=-128",
    "S8=-129",
    "S8=m",
    "U16=65535",
    "U16=65536",
    "U16=y",
    "S16=-32768",
    "S16=32768",
    "U32=0xffffffff",
    "U32=4294967296",
    "S32=-2147483648",
    "S32=2147483648",
    "S32=010",
    "U64=18446744073709551615",
    "U64=18446744073709551616",
    "U64=0x10",
    "S64=-1",
    "S64=9223372036854775807",
    "S32=5 ",
    "S32=5x",
    "S32=",
    "S32",
    "S32=\"5\"",
    "TEXT=\"abc\"",
    "TEXT=\"abcdefgh\"",
    "TEXT=\"\"",
    "TEXT=\"abc",
    "TEXT=\"a\\\"b\"",
    "TEXT=abc",
    "TEXT=5",
    "BOOL=yes",
    "BOOL=y\nCONFIG_BOOL=n",
    "BOOL=y\nCONFIG_OTHER=?",
    "BOOL=y\n# CONFIG_CHAR is not set\n\n CONFIG_CHAR=?",
};

static void add_configurations(const struct test_object* row) {
  char config[128];

  for (unsigned i = 0; i < sizeof(config_texts) / sizeof(config_texts[0]); i++) {
    OPTS(bpf_object_open_opts, opts, .object_name = "packet_counter", .kconfig = config);
    snprintf(config, sizeof(config), "CONFIG_%s\n", config_texts[i]);
    struct bpf_object* object = bpf_object__open_mem(row->bytes, row->size, &opts);
    if (!object)
      abort();
    add("config |CONFIG_%s|\nload %d\n", config_texts[i], bpf_object__load(object));
    add_config(object);
    bpf_object__close(object);
  }
}

const char* account_of(const struct test_object* row) {
  begin();
  add_account(row);
  if (strcmp(row->name, "kconfig/types.el") == 0)
    add_configurations(row);
  return text;
}
