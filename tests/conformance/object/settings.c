/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* settings: what can be set of maps and programs before they are loaded, and what can not. */
#include <string.h>

#include "harness/conform.h"
#include "object/objects.h"

static void of_maps(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(object, "sized");

  CHECK_EQ(bpf_map__set_type(map, BPF_MAP_TYPE_HASH), 0);
  CHECK_EQ(bpf_map__type(map), BPF_MAP_TYPE_HASH);
  CHECK_EQ(bpf_map__set_key_size(map, 8), 0);
  CHECK_EQ(bpf_map__key_size(map), 8);
  CHECK_EQ(bpf_map__set_value_size(map, 16), 0);
  CHECK_EQ(bpf_map__value_size(map), 16);
  CHECK_EQ(bpf_map__set_max_entries(map, 5000), 0);
  CHECK_EQ(bpf_map__max_entries(map), 5000);
  CHECK_EQ(bpf_map__set_map_flags(map, BPF_F_NO_PREALLOC), 0);
  CHECK_EQ(bpf_map__map_flags(map), BPF_F_NO_PREALLOC);
  CHECK_EQ(bpf_map__set_numa_node(map, 1), 0);
  CHECK_EQ(bpf_map__numa_node(map), 1);
  CHECK_EQ(bpf_map__set_map_extra(map, 1), 0);
  CHECK_EQ(bpf_map__map_extra(map), 1);
  CHECK_EQ(bpf_map__set_ifindex(map, 1), 0);
  CHECK_EQ(bpf_map__ifindex(map), 1);
  CHECK_EQ(bpf_map__set_autocreate(map, false), 0);
  CHECK(!bpf_map__autocreate(map));
  CHECK(!bpf_map__is_pinned(map));
  CHECK_EQ(bpf_map__fd(map), -1);
  CHECK_FAILS(bpf_map__fd(NULL), EINVAL);
  CHECK(bpf_map__name(NULL) == NULL);
  CHECK_EQ(bpf_map__btf_key_type_id(NULL), 0);
  bpf_object__close(object);
}

static void of_rings(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(object, "ring");

  CHECK_EQ(bpf_map__set_max_entries(map, 12288), 0);
  CHECK_EQ(bpf_map__max_entries(map), 16384);
  CHECK_EQ(bpf_map__set_max_entries(map, 0), 0);
  CHECK_EQ(bpf_map__max_entries(map), 0);
  CHECK_EQ(bpf_map__set_max_entries(map, 0xf0000000), 0);
  CHECK_EQ(bpf_map__max_entries(map), 0xf0000000);
  bpf_object__close(object);
}

static void pin_paths(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(object, "sized");

  CHECK(bpf_map__pin_path(map) == NULL);
  CHECK_EQ(bpf_map__set_pin_path(map, "/sys/fs/bpf/x.y"), 0);
  CHECK_TEXT(bpf_map__pin_path(map), "/sys/fs/bpf/x.y");
  CHECK_TEXT(bpf_map__get_pin_path(map), "/sys/fs/bpf/x.y");
  CHECK_EQ(bpf_map__set_pin_path(map, NULL), 0);
  CHECK(bpf_map__pin_path(map) == NULL);
  CHECK_FAILS(bpf_map__unpin(map, NULL), EINVAL);
  CHECK_FAILS(bpf_map__pin(map, "/sys/fs/bpf/x"), EINVAL);
  CHECK_FAILS(bpf_object__pin_maps(object, "/sys/fs/bpf/x"), ENOENT);
  CHECK_FAILS(bpf_object__pin_programs(object, "/sys/fs/bpf/x"), ENOENT);
  bpf_object__close(object);
}

static void pin_path_of_a_failure(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(object, "sized");

  CHECK_FAILS(bpf_map__pin(map, "/proc/x"), EINVAL);
  CHECK_EQ(bpf_map__pin_path(map) == NULL, differs());
  bpf_object__close(object);
}

static void inner_maps(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(object, "outer");

  CHECK_TEXT(bpf_map__name(bpf_map__inner_map(map)), "outer.inner");
  CHECK_EQ(bpf_map__max_entries(bpf_map__inner_map(map)), 2);
  CHECK_NULL(bpf_map__inner_map(map_of(object, "sized")), EINVAL);
  CHECK_FAILS(bpf_map__set_inner_map_fd(map_of(object, "sized"), 5), EINVAL);
  CHECK_EQ(bpf_map__set_inner_map_fd(map, 5), 0);
  CHECK_FAILS(bpf_map__set_inner_map_fd(map, 5), EINVAL);
  errno = 0;
  CHECK(bpf_map__inner_map(map) == NULL);
  CHECK_EQ(errno, 0);
  bpf_object__close(object);
}

static void first_content(void) {
  struct bpf_object* object = open_object("data.el", NULL);
  struct bpf_map* map = map_of(object, ".data");
  const int two[] = {11, 12};
  size_t size = 7;
  int* image = bpf_map__initial_value(map, &size);

  CHECK_EQ(size, 8);
  CHECK_EQ(image[0], 3);
  CHECK_EQ(image[1], 9);
  CHECK_EQ(bpf_map__set_initial_value(map, two, sizeof(two)), 0);
  CHECK_EQ(image[1], 12);
  CHECK_FAILS(bpf_map__set_initial_value(map, two, 4), EINVAL);
  bpf_object__close(object);

  object = open_object("maps.el", NULL);
  size = 7;
  CHECK(bpf_map__initial_value(map_of(object, "sized"), &size) == NULL);
  CHECK_FAILS(bpf_map__set_initial_value(map_of(object, "sized"), two, 8), EINVAL);
  bpf_object__close(object);

  object = open_object("externs.el", NULL);
  CHECK_FAILS(bpf_map__set_initial_value(map_of(object, ".kconfig"), two, 25), EINVAL);
  bpf_object__close(object);
}

static void other_sizes_of_data(void) {
  struct bpf_object* object = open_object("data.el", NULL);
  struct bpf_map *grows = map_of(object, ".data.grows"), *own = map_of(object, ".data.own");
  size_t size;

  CHECK_EQ(bpf_map__set_value_size(grows, 40000), 0);
  CHECK(bpf_map__btf_value_type_id(grows) != 0);
  char* image = bpf_map__initial_value(grows, &size);
  CHECK_EQ(size, 40000);
  memset(image, 1, size);
  CHECK_EQ(bpf_map__set_value_size(own, 16), 0);
  CHECK_EQ(bpf_map__btf_value_type_id(own), 0);
  CHECK_EQ(bpf_map__set_value_size(grows, 6), 0);
  CHECK_EQ(bpf_map__btf_value_type_id(grows), 0);
  CHECK_EQ(bpf_map__set_type(own, BPF_MAP_TYPE_HASH), 0);
  CHECK_EQ(bpf_map__set_value_size(own, 8), -EOPNOTSUPP);
  bpf_object__close(object);
}

static void of_struct_ops(void) {
  struct bpf_object* object = open_object("struct_ops.el", NULL);
  struct bpf_map* map = map_of(object, "plain");
  size_t size;
  void** shadow = bpf_map__initial_value(map, &size);

  CHECK_EQ(size, 40);
  CHECK(shadow[0] == program_of(object, "on_ssthresh"));
  CHECK(shadow[2] == program_of(object, "on_undo_cwnd"));
  CHECK_TEXT((const char*)&shadow[3], "ringside_test");
  CHECK(bpf_map__autoattach(map));
  CHECK_EQ(bpf_map__set_autoattach(map, false), 0);
  CHECK(!bpf_map__autoattach(map));
  bpf_object__close(object);
  object = open_object("maps.el", NULL);
  CHECK(!bpf_map__autoattach(map_of(object, "sized")));
  CHECK_FAILS(bpf_map__set_autoattach(map_of(object, "sized"), true), EINVAL);
  bpf_object__close(object);
}

static void of_programs(void) {
  struct bpf_object* object = open_object("calls.el", NULL);
  struct bpf_program *program = program_of(object, "first"),
                     *optional = program_of(object, "optional");
  char log[100];
  size_t size;

  CHECK_TEXT(bpf_program__section_name(optional), "socket");
  CHECK(!bpf_program__autoload(optional));
  CHECK_EQ(bpf_program__set_autoload(program, false), 0);
  CHECK(!bpf_program__autoload(program));
  CHECK(bpf_program__autoattach(program));
  bpf_program__set_autoattach(program, false);
  CHECK(!bpf_program__autoattach(program));
  CHECK_EQ(bpf_program__set_type(program, BPF_PROG_TYPE_XDP), 0);
  CHECK_EQ(bpf_program__type(program), BPF_PROG_TYPE_XDP);
  CHECK_EQ(bpf_program__set_expected_attach_type(program, BPF_XDP), 0);
  CHECK_EQ(bpf_program__expected_attach_type(program), BPF_XDP);
  CHECK_EQ(bpf_program__set_flags(program, 4), 0);
  CHECK_EQ(bpf_program__flags(program), 4);
  CHECK_EQ(bpf_program__set_log_level(program, 2), 0);
  CHECK_EQ(bpf_program__log_level(program), 2);
  CHECK_EQ(bpf_program__set_log_buf(program, log, sizeof(log)), 0);
  CHECK(bpf_program__log_buf(program, &size) == log);
  CHECK_EQ(size, sizeof(log));
  CHECK_EQ(bpf_program__set_log_buf(program, NULL, 10), -EINVAL);
  CHECK_FAILS(bpf_program__fd(program), ENOENT);
  CHECK_FAILS(bpf_program__fd(NULL), EINVAL);
  CHECK_FAILS(bpf_program__pin(program, "/sys/fs/bpf/x"), EINVAL);
  CHECK_FAILS(bpf_program__unpin(program, "/sys/fs/bpf/x"), EINVAL);
  bpf_object__close(object);
}

static void instructions(void) {
  struct bpf_object* object = open_object("plain.el", NULL);
  struct bpf_program* program = program_of(object, "entry");
  struct bpf_insn three[3] = {{.code = 0xb7, .imm = 5}, {.code = 0xb7, .imm = 6}, {.code = 0x95}};

  CHECK_EQ(bpf_program__insn_cnt(program), 2);
  CHECK_EQ(bpf_program__set_insns(program, three, 3), 0);
  three[1].imm = 7;
  CHECK_EQ(bpf_program__insn_cnt(program), 3);
  CHECK_EQ(bpf_program__insns(program)[1].imm, 6);
  bpf_object__close(object);
}

CASES(object_settings) = {
#define CASE(name_, ...)                                                                           \
  { .name = "settings." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(of_maps, "bpf_map__set_type"),
    CASE(of_rings, "bpf_map__set_max_entries"),
    CASE(pin_paths, "bpf_map__set_pin_path"),
    CASE(pin_path_of_a_failure, "bpf_map__pin", .difference = "failed-pins-are-forgotten"),
    CASE(inner_maps, "bpf_map__inner_map"),
    CASE(first_content, "bpf_map__set_initial_value"),
    CASE(other_sizes_of_data, "bpf_map__set_value_size", .since = "1.3"),
    CASE(of_struct_ops, "bpf_map__set_autoattach", .since = "1.5"),
    CASE(of_programs, "bpf_program__set_type"),
    CASE(instructions, "bpf_program__set_insns"),
    {.name = NULL},
#undef CASE
};
