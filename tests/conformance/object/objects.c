/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* objects: where loading objects differs from the stock library on purpose. */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "harness/conform.h"
#include "object/objects.h"

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

static void switched_on_late(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_program* program = program_of(object, "entry");

  CHECK_EQ(bpf_program__set_autoload(program, false), 0);
  CHECK_EQ(bpf_object__prepare(object), 0);
  CHECK_EQ(bpf_program__set_autoload(program, true), 0);
  if (differs()) {
    CHECK_EQ(bpf_object__load(object), 0);
    CHECK(bpf_program__fd(program) >= 0);
  } else {
    CHECK(bpf_object__load(object) < 0);
  }
  bpf_object__close(object);
}

static void exclusive_program_null(void) {
  struct bpf_object* object = open_object("maps.el", NULL);

  CHECK_EQ(bpf_map__set_exclusive_program(map_of(object, "typed"), NULL), 0);
  bpf_object__close(object);
}

static void initial_value_without_size(void) {
  struct bpf_object* object = open_object("data.el", NULL);
  struct bpf_map* map = map_of(object, ".data.own");
  size_t size = 0;

  CHECK(bpf_map__initial_value(map, NULL) == bpf_map__initial_value(map, &size));
  CHECK_EQ(size, 8);
  bpf_object__close(object);
}

static void no_folder_for_programs(void) {
  struct bpf_object* object = open_object("maps.el", NULL);

  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(bpf_object__pin_programs(object, NULL), -EINVAL);
  CHECK_EQ(rmdir("(null)"), differs() ? -1 : 0);
  bpf_object__close(object);
}

static void large_log_buffer(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_program* program = program_of(object, "entry");
  const size_t too_large = (size_t)UINT32_MAX + 1;
  char log[8];

  CHECK_EQ(bpf_program__set_log_buf(program, log, too_large), differs() ? -EINVAL : 0);
  CHECK_EQ(bpf_program__set_log_buf(program, log, sizeof(log)), differs() ? 0 : -EINVAL);
  bpf_object__close(object);
}

static void prepare_of_other_order(void) {
  struct bpf_object* object = open_object("plain.eb", NULL);

  CHECK_EQ(bpf_object__prepare(object), differs() ? -LIBBPF_ERRNO__ENDIAN : 0);
  bpf_object__close(object);
}

static void symbol_of_no_program(void) {
  struct bpf_object* object = open_object("missing.el", NULL);

  CHECK_EQ(bpf_program__set_autoload(program_of(object, "entry"), false), 0);
  CHECK_EQ(bpf_object__load(object), differs() ? 0 : -ESRCH);
  bpf_object__close(object);
}

static void data_too_small(void) {
  struct bpf_object* object = open_object("data.el", NULL);

  CHECK_EQ(bpf_map__set_value_size(map_of(object, ".data"), 2), differs() ? -EINVAL : 0);
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
    CASE(switched_on_late, "bpf_object__prepare", .needs = NEEDS_LIVE, .since = "1.6",
         .difference = "switched-on-after-prepare"),
    CASE(exclusive_program_null, "bpf_map__set_exclusive_program", .since = "1.7",
         .difference = "exclusive-program-null", .stock_outcome = CRASHES),
    CASE(initial_value_without_size, "bpf_map__initial_value", .since = "1.5",
         .difference = "initial-value-without-size", .stock_outcome = CRASHES),
    CASE(no_folder_for_programs, "bpf_object__pin_programs", .needs = NEEDS_LIVE, .since = "1.5",
         .difference = "no-folder-for-programs"),
    CASE(large_log_buffer, "bpf_program__set_log_buf", .since = "1.5",
         .difference = "large-log-buffer"),
    CASE(prepare_of_other_order, "bpf_object__prepare", .needs = NEEDS_LIVE, .since = "1.6",
         .difference = "prepare-checks-order"),
    CASE(symbol_of_no_program, "bpf_object__load", .needs = NEEDS_LIVE, .since = "1.5",
         .difference = "symbol-of-no-program"),
    CASE(data_too_small, "bpf_map__set_value_size", .since = "1.5", .difference = "data-too-small"),
    {.name = NULL},
#undef CASE
};
