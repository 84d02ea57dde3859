/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Opening objects, and what can be seen of them as text. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/conform.h"
#include "object/objects.h"

enum { most_text = 1 << 15 };

static char text[most_text];
static size_t length;

__attribute__((format(printf, 1, 2))) static void add(const char* format, ...) {
  va_list args;

  va_start(args, format);
  length += (size_t)vsnprintf(text + length, sizeof(text) - length, format, args);
  va_end(args);
  if (length >= sizeof(text))
    abort();
}

const struct test_object* test_object(const char* name) {
  const struct test_object* found = test_objects;

  while (strcmp(found->name, name) != 0)
    found++;
  return found;
}

struct bpf_object* open_object(const char* name, struct bpf_object_open_opts* opts) {
  const struct test_object* found = test_object(name);
  struct bpf_object_open_opts own = {.sz = sizeof(own)};
  struct bpf_object* object;
  char object_name[16];

  if (!opts)
    opts = &own;
  if (!opts->object_name) {
    snprintf(object_name, sizeof(object_name), "%.*s", (int)strcspn(name, "."), name);
    opts->object_name = object_name;
  }
  object = bpf_object__open_mem(found->bytes, found->size, opts);
  if (!CHECK(object != NULL))
    exit(1);
  return object;
}

struct bpf_map* map_of(const struct bpf_object* object, const char* name) {
  struct bpf_map* map = bpf_object__find_map_by_name(object, name);

  if (!CHECK(map != NULL))
    exit(1);
  return map;
}

struct bpf_program* program_of(const struct bpf_object* object, const char* name) {
  struct bpf_program* program = bpf_object__find_program_by_name(object, name);

  if (!CHECK(program != NULL))
    exit(1);
  return program;
}

const char* maps_text(const struct bpf_object* object) {
  const struct bpf_map* map = NULL;

  length = 0;
  text[0] = '\0';
  while ((map = bpf_object__next_map(object, map)))
    add("%s type=%d key=%u value=%u max=%u flags=%#x ids=%u,%u%s%s\n", bpf_map__name(map),
        (int)bpf_map__type(map), bpf_map__key_size(map), bpf_map__value_size(map),
        bpf_map__max_entries(map), bpf_map__map_flags(map), bpf_map__btf_key_type_id(map),
        bpf_map__btf_value_type_id(map), bpf_map__is_internal(map) ? " internal" : "",
        bpf_map__autocreate(map) ? "" : " off");
  return text;
}

const char* programs_text(const struct bpf_object* object) {
  struct bpf_program* program = NULL;

  length = 0;
  text[0] = '\0';
  while ((program = bpf_object__next_program(object, program)))
    add("%s section=%s type=%d attach=%d insns=%zu%s\n", bpf_program__name(program),
        bpf_program__section_name(program), (int)bpf_program__type(program),
        (int)bpf_program__expected_attach_type(program), bpf_program__insn_cnt(program),
        bpf_program__autoload(program) ? "" : " off");
  return text;
}

static const char* name_of_fd(const struct bpf_object* object, int fd) {
  const struct bpf_map* map = NULL;

  while ((map = bpf_object__next_map(object, map)))
    if (fd >= 0 && bpf_map__fd(map) == fd)
      return bpf_map__name(map);
  return NULL;
}

const char* code_text(const struct bpf_object* object, const struct bpf_program* program) {
  const struct bpf_insn* insns = bpf_program__insns(program);
  const size_t count = bpf_program__insn_cnt(program);

  length = 0;
  text[0] = '\0';
  for (size_t i = 0; i < count; i++) {
    const struct bpf_insn* insn = &insns[i];
    const bool is_map =
        insn->code == (BPF_LD | BPF_IMM | BPF_DW) &&
        (insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE);
    const char* name = is_map ? name_of_fd(object, insn->imm) : NULL;

    if (name)
      add("%02x%x%x%04hx %s\n", insn->code, insn->dst_reg, insn->src_reg, insn->off, name);
    else
      add("%02x%x%x%04hx %x\n", insn->code, insn->dst_reg, insn->src_reg, insn->off,
          (unsigned)insn->imm);
  }
  return text;
}
