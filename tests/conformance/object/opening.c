/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Opening objects, and finding what is in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/conform.h"
#include "object/objects.h"

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
