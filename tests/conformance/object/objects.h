/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* objects: the BPF objects of tests/objects, which the program carries with it. */
#ifndef RINGSIDE_CONFORM_OBJECTS_H
#define RINGSIDE_CONFORM_OBJECTS_H

#include <stddef.h>

struct bpf_map;
struct bpf_object;
struct bpf_object_open_opts;
struct bpf_program;

struct test_object {
  const char* name; /* "maps.el"; NULL behind the last one */
  const void* bytes;
  size_t size;
};
extern const struct test_object test_objects[];

/* test_object finds one by its name. It must be there. */
const struct test_object* test_object(const char* name);

/* open_object opens one. Its name is the part before the dot, unless options say otherwise. */
struct bpf_object* open_object(const char* name, struct bpf_object_open_opts* opts);

/* map_of and program_of are those of a name, which must be there. */
struct bpf_map* map_of(const struct bpf_object* object, const char* name);
struct bpf_program* program_of(const struct bpf_object* object, const char* name);

#endif /* RINGSIDE_CONFORM_OBJECTS_H */
