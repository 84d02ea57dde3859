/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* arena: the variables that programs share with user space in an arena. */
#include <string.h>

#include "harness/conform.h"
#include "harness/kernel.h"
#include "object/objects.h"

/* first_in_arena is the address of the arena's first variable, of which the program has kept the
 * second one's. */
static const int* first_in_arena(const struct bpf_object* object) {
  OPTS(bpf_test_run_opts, opts);
  const long* seen = bpf_map__initial_value(map_of(object, ".bss"), &(size_t){0});

  CHECK_EQ(bpf_prog_test_run_opts(bpf_program__fd(program_of(object, "entry")), &opts), 0);
  return (const int*)*seen - 1;
}

static void variables(void) {
  struct bpf_object *object = open_object("arena.el", NULL), *other_object;
  struct bpf_map* map = map_of(object, "arena");
  const int other[] = {1, 44, 333};
  size_t size = 0;
  int* image = bpf_map__initial_value(map, &size);
  const int* live;

  CHECK_EQ(size, sizeof(other));
  CHECK_EQ(image[1], 22);
  CHECK_EQ(bpf_map__set_initial_value(map, other, sizeof(other)), 0);
  CHECK_FAILS(bpf_map__set_initial_value(map, other, sizeof(other) - 1), EINVAL);
  CHECK_EQ(bpf_object__load(object), 0);
  image = bpf_map__initial_value(map, &size);
  CHECK_EQ(size, sizeof(other));
  live = first_in_arena(object);
  CHECK(image == live || kernel_since("7.2")); /* which variables_at_its_end is about */
  CHECK(memcmp(live, other, sizeof(other)) == 0);
  other_object = open_object("arena.el", NULL);
  CHECK_EQ(bpf_map__reuse_fd(map_of(other_object, "arena"), bpf_map__fd(map)), 0);
  CHECK_EQ(bpf_object__load(other_object), 0);
  CHECK_EQ(live[1], 44);
  bpf_object__close(other_object);
  bpf_object__close(object);
}

/* A kernel that takes any offset into an arena has its variables at the end. */
static void variables_at_its_end(void) {
  struct bpf_object* object = open_object("arena.el", NULL);
  const int* live;

  CHECK_EQ(bpf_object__load(object), 0);
  live = first_in_arena(object);
  CHECK_EQ(bpf_map__initial_value(map_of(object, "arena"), &(size_t){0}) == live, differs());
  bpf_object__close(object);
}

CASES(object_arena) = {
#define CASE(name_, ...)                                                                           \
  { .name = "arena." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(variables, "bpf_map__initial_value", .needs = NEEDS_LIVE, .since = "1.5", .kernel = "6.9"),
    CASE(variables_at_its_end, "bpf_map__initial_value", .needs = NEEDS_LIVE, .since = "1.7",
         .kernel = "7.2", .difference = "variables-of-an-arena"),
    {.name = NULL},
#undef CASE
};
