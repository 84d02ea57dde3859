/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* objects0: a program of libbpf 0.x's days that works with the object OBJECT, compiled with 0.3's
 * headers and linked to libbpf.so.0. Functions that are in libbpf 1.0 too and functions that it
 * removed take the same handles by turns. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "foreign.h"

enum { kSkip = 77 };

int main(void) {
  struct bpf_object* const object = bpf_object__open(OBJECT);
  struct btf* types = btf__new_empty();
  struct bpf_program* program;
  struct bpf_map* map;
  char raw[4096];
  __u32 size = 0;
  int error;

  CHECK(libbpf_get_error(object) == 0 && libbpf_get_error(types) == 0);
  if (failures != 0)
    return 1;
  /* Strictness that only 1.0 has: the error is in the pointer. */
  CHECK(libbpf_get_error(bpf_object__open("/nowhere.o")) == -ENOENT);

  program = bpf_program__next(NULL, object);
  CHECK(program != NULL && bpf_program__name(program) != NULL);
  CHECK(bpf_object__find_program_by_title(object, bpf_program__section_name(program)) == program);
  CHECK(strcmp(bpf_program__title(program, false), bpf_program__section_name(program)) == 0);
  CHECK(bpf_program__prev(program, object) == NULL);

  map = bpf_map__next(NULL, object);
  CHECK(map != NULL && bpf_object__find_map_by_name(object, bpf_map__name(map)) == map);
  CHECK(bpf_map__def(map)->max_entries == bpf_map__max_entries(map));
  CHECK(bpf_map__resize(map, 7) == 0 && bpf_map__max_entries(map) == 7);

  CHECK(btf__add_int(types, "int", 4, BTF_INT_SIGNED) == 1);
  CHECK(btf__add_ptr(types, 1) == 2 && btf__get_nr_types(types) == 2);
  CHECK(btf__type_by_id(types, 2) != NULL && btf__type_by_id(types, 2)->type == 1);
  CHECK(btf__dedup(types, NULL, NULL) == 0);
  CHECK(btf__get_raw_data(types, &size) != NULL && size > 0 && size <= sizeof(raw));
  memcpy(raw, btf__get_raw_data(types, &size), size);
  btf__free(types);
  types = btf__new(raw, size);
  CHECK(libbpf_get_error(types) == 0 && btf__get_nr_types(types) == 2);
  btf__free(types);
  CHECK(btf__get_nr_types(bpf_object__btf(object)) > 0);

  error = bpf_object__load(object);
  if (error == -EPERM)
    return kSkip;
  CHECK(error == 0);
  CHECK(bpf_map__fd(map) >= 0 && bpf_program__fd(program) >= 0);
  CHECK(bpf_program__nth_fd(program, 0) == bpf_program__fd(program));
  CHECK(bpf_object__unload(object) == 0);
  bpf_object__close(object);
  printf("%s\n", failures == 0 ? "each function of 0.x worked with its handles" : "failed");
  return failures != 0;
}
