/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* objects: where loading objects differs from the stock library on purpose. */
#include "object/objects.h"
#include "harness/conform.h"

static void inner_map_stays(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* inner = bpf_map__inner_map(map_of(object, "outer"));

  CHECK_EQ(bpf_object__load(object), 0);
  if (differs()) {
    CHECK(bpf_map__inner_map(map_of(object, "outer")) == inner);
    CHECK_EQ(bpf_map__max_entries(inner), 2);
  } else {
    CHECK(bpf_map__inner_map(map_of(object, "outer")) == NULL);
  }
  bpf_object__close(object);
}

static void left_out_has_no_descriptor(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(object, "events");

  CHECK_EQ(bpf_map__set_autocreate(map, false), 0);
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK(differs() ? bpf_map__fd(map) == -1 : bpf_map__fd(map) >= 0);
  bpf_object__close(object);
}

static void prepare_null(void) {
  CHECK_FAILS(bpf_object__prepare(NULL), EINVAL);
}

static void empty_tail_call_slot(void) {
  struct bpf_object* object = open_object("maps.el", NULL);

  CHECK_EQ(bpf_program__set_autoload(program_of(object, "tail"), false), 0);
  CHECK_EQ(bpf_object__load(object), differs() ? 0 : -EBADF);
  bpf_object__close(object);
}

CASES(objects) = {
#define CASE(name_, ...)                                                                           \
  { .name = "objects." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(inner_map_stays, "bpf_map__inner_map", .needs = NEEDS_LIVE,
         .difference = "inner-map-stays"),
    CASE(left_out_has_no_descriptor, "bpf_map__set_autocreate", .needs = NEEDS_LIVE, .since = "1.4",
         .difference = "no-placeholder-descriptors"),
    CASE(prepare_null, "bpf_object__prepare", .since = "1.6", .difference = "prepare-null",
         .stock_outcome = CRASHES),
    CASE(empty_tail_call_slot, "bpf_program__set_autoload", .needs = NEEDS_LIVE,
         .difference = "empty-tail-call-slot"),
    {.name = NULL},
#undef CASE
};
