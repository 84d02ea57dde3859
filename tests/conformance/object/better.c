/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* better: more of where objects differ from the stock library on purpose: maps that are used again,
 * names in a bpf file system, subskeletons, what is wrong with a file or a kernel. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/conform.h"
#include "object/changed.h"
#include "object/objects.h"

/* Maps that are used again. */

static void reused_is_found_by_its_name(void) {
  OPTS(bpf_object_open_opts, other_name, .object_name = "other");
  struct bpf_object *object = open_object("data.el", NULL),
                    *other = open_object("data.el", &other_name);
  struct bpf_map* map = map_of(other, "other.data");

  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(bpf_map__reuse_fd(map, bpf_map__fd(map_of(object, ".data"))), 0);
  CHECK_TEXT(bpf_map__name(map), "data.data");
  CHECK(bpf_object__find_map_by_name(other, "data.data") == map);
  CHECK(bpf_object__find_map_by_name(other, ".data") == map);
  CHECK(bpf_object__find_map_by_name(other, "other.data") == (differs() ? map : NULL));
  bpf_object__close(object);
  bpf_object__close(other);
}

static void reused_data_is_live(void) {
  struct bpf_object *object = open_object("data.el", NULL), *other = open_object("data.el", NULL);
  struct bpf_map *map = map_of(object, ".data"), *other_map = map_of(other, ".data");
  int *image, *other_image;

  CHECK_EQ(bpf_object__load(object), 0);
  image = bpf_map__initial_value(map, &(size_t){0});
  CHECK_EQ(bpf_map__reuse_fd(other_map, bpf_map__fd(map)), 0);
  CHECK_EQ(bpf_object__load(other), 0);
  other_image = bpf_map__initial_value(other_map, &(size_t){0});
  image[0] = 77;
  CHECK_EQ(other_image[0], differs() ? 77 : 3);
  bpf_object__close(object);
  bpf_object__close(other);
}

static void inner_map_is_set(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* inner = bpf_map__inner_map(map_of(object, "outer"));

  CHECK_EQ(bpf_map__set_max_entries(inner, 3), 0);
  CHECK_EQ(bpf_map__max_entries(inner), 3);
  bpf_object__close(object);
}

static void inner_map_comes_later(void) {
  struct bpf_object* object = open_object("nested.el", NULL);
  const struct bpf_map *outer = map_of(object, "outer"), *later = map_of(object, "later");
  struct bpf_map_info info = {0};
  const int slot = 2;
  __u32 id = 0, size = sizeof(info);

  CHECK(bpf_object__next_map(object, outer) == later);
  CHECK_EQ(bpf_object__load(object) == 0, differs());
  if (differs()) {
    CHECK_EQ(bpf_map_lookup_elem(bpf_map__fd(outer), &slot, &id), 0);
    CHECK_EQ(bpf_obj_get_info_by_fd(bpf_map__fd(later), &info, &size), 0);
    CHECK_EQ(id, info.id);
  }
  bpf_object__close(object);
}

/* Names in a bpf file system. */

/* own_mounts: what this case mounts, it alone sees. */
static bool own_mounts(void) {
  return unshare(CLONE_NEWNS) == 0 && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
}

/* own_bpffs mounts a bpf file system at /mnt for this case alone. */
static void own_bpffs(void) {
  if (!own_mounts() || mount("none", "/mnt", "bpf", 0, NULL) != 0)
    skip("no bpf file system of its own");
}

static void left_out_is_not_pinned(void) {
  struct bpf_object* object = open_object("calls.el", NULL);

  own_bpffs();
  bpf_program__set_autoload(program_of(object, "unknown"), false);
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(bpf_object__pin_programs(object, "/mnt/programs"), differs() ? 0 : -EINVAL);
  CHECK_EQ(access("/mnt/programs/first", F_OK), differs() ? 0 : -1);
  bpf_object__close(object);
}

static void pin_again_elsewhere(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(object, "sized");

  own_bpffs();
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK(bpf_map__pin(map, "/mnt/no.dots") < 0);
  CHECK_EQ(bpf_map__pin(map, "/mnt/name"), differs() ? 0 : -EINVAL);
  CHECK_EQ(access("/mnt/name", F_OK), differs() ? 0 : -1);
  bpf_object__close(object);
}

/* Subskeletons. */

static int open_part(struct bpf_object* object, struct bpf_map_skeleton* map,
                     struct bpf_var_skeleton* variable) {
  struct bpf_object_subskeleton part = {
      .sz = sizeof(part),
      .obj = object,
      .map_cnt = map != NULL,
      .map_skel_sz = sizeof(*map),
      .maps = map,
      .prog_skel_sz = sizeof(struct bpf_prog_skeleton),
      .var_cnt = variable != NULL,
      .var_skel_sz = sizeof(*variable),
      .vars = variable,
  };

  return bpf_object__open_subskeleton(&part);
}

static void subskeleton_without_types(void) {
  struct bpf_object* object = open_object("plain.el", NULL);

  errno = EDOM; /* which nothing of this means */
  CHECK_EQ(open_part(object, NULL, NULL), differs() ? -ENOENT : -EDOM);
  bpf_object__close(object);
}

static void subskeleton_without_a_variable(void) {
  struct bpf_object* object = open_object("data.el", NULL);
  struct bpf_map* map;
  void* address = NULL;
  struct bpf_map_skeleton map_part = {.name = "data.data", .map = &map};
  struct bpf_var_skeleton variable = {.name = "missing", .map = &map, .addr = &address};

  messages_clear();
  CHECK_EQ(open_part(object, &map_part, &variable), 0);
  CHECK(address == NULL);
  CHECK_EQ(messages_of(LIBBPF_WARN), differs() ? 1 : 0);
  bpf_object__close(object);
}

static void subskeleton_of_a_reused_map(void) {
  struct bpf_object* object = open_object("data.el", NULL);
  struct bpf_map* map = map_of(object, ".data");
  OPTS(bpf_map_create_opts, opts, .map_flags = bpf_map__map_flags(map));
  const int fd = bpf_map_create(bpf_map__type(map), "without_types", bpf_map__key_size(map),
                                bpf_map__value_size(map), bpf_map__max_entries(map), &opts);
  struct bpf_map_skeleton map_part = {.name = "without_types", .map = &map};
  void* address = NULL;
  struct bpf_var_skeleton variable = {.name = "counter", .map = &map, .addr = &address};

  CHECK(fd >= 0);
  CHECK_EQ(bpf_map__reuse_fd(map, fd), 0);
  CHECK_EQ(bpf_map__btf_value_type_id(map), 0);
  CHECK_EQ(open_part(object, &map_part, &variable), differs() ? 0 : -EINVAL);
  CHECK_EQ(address != NULL, differs());
  close(fd);
  bpf_object__close(object);
}

/* What is wrong with a file. */

static void rela_is_told(void) {
  struct changed changed = changed_from("calls.el");
  struct bpf_object* object;

  changed_section(&changed, ".relsocket")->sh_type = SHT_RELA;
  messages_clear();
  object = bpf_object__open_mem(changed.bytes, changed.size, NULL);
  CHECK(object != NULL);
  CHECK_EQ(messages_of(LIBBPF_WARN), differs() ? 1 : 0);
  bpf_object__close(object);
  changed_free(&changed);
}

static void core_records_are_not_dropped(void) {
  struct changed changed = changed_from("core_kinds/field_exists.el");
  const __u32 too_long = 1U << 20;
  struct bpf_object* object;

  /* The length of the part with CO-RE records. */
  memcpy(changed_content(&changed, ".BTF.ext") + 28, &too_long, sizeof(too_long));
  object = bpf_object__open_mem(changed.bytes, changed.size, NULL);
  CHECK_EQ(object == NULL, differs());
  bpf_object__close(object);
  changed_free(&changed);
}

static void no_types_for_what_is_left_out(void) {
  OPTS(bpf_object_open_opts, opts, .btf_custom_path = "/no/such/file");
  struct bpf_object* object = open_object("core.el", &opts);

  CHECK_EQ(bpf_program__set_autoload(program_of(object, "entry"), false), 0);
  CHECK_EQ(bpf_object__load(object), differs() ? 0 : -ENOENT);
  bpf_object__close(object);
}

static void instructions_without_room(void) {
  struct bpf_object* object = open_object("calls.el", NULL);
  struct bpf_insn two[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};

  /* The file's own instructions name a map at the second one, and load it by two. */
  bpf_program__set_autoload(program_of(object, "unknown"), false);
  CHECK_EQ(bpf_program__set_insns(program_of(object, "second"), two, 2), 0);
  CHECK_FAILS(bpf_object__load(object), EINVAL);
  bpf_object__close(object);
}

static void long_lines_of_configuration(void) {
  static char text[5000];
  OPTS(bpf_object_open_opts, opts, .kconfig = text);
  struct bpf_object* object;

  /* What a reader by 4095 bytes takes for a line of its own is the end of a comment. */
  memset(text, '#', 4095);
  strcpy(text + 4095, "CONFIG_OWN_NUMBER=wrong\nCONFIG_OWN_NUMBER=7\n");
  object = open_object("externs.el", &opts);
  CHECK_EQ(bpf_object__load(object), differs() ? 0 : -EINVAL);
  bpf_object__close(object);
}

/* What is wrong with a kernel, or with what it lets this process see. */

/* loads_without_files: a child loads an object whose externs are all weak, with this configuration,
 * where neither /proc nor /boot is. */
static bool loads_without_files(const char* config) {
  OPTS(bpf_object_open_opts, opts, .kconfig = config, .object_name = "weak");
  struct bpf_object* object = open_object("kconfig/types.el", &opts);
  int status = -1;
  const pid_t child = fork();

  if (child == 0) {
    if (chroot("/sys") != 0 || chdir("/") != 0)
      _exit(2);
    _exit(bpf_object__load(object) == 0 ? 0 : 1);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
  bpf_object__close(object);
  if (WEXITSTATUS(status) == 2)
    skip("no folder of its own");
  return WEXITSTATUS(status) == 0;
}

static void no_configuration_for_weak_ones(void) {
  static const char all[] = "CONFIG_BOOL=y\nCONFIG_TRISTATE=y\nCONFIG_CHAR=1\nCONFIG_U8=1\n"
                            "CONFIG_S8=1\nCONFIG_U16=1\nCONFIG_S16=1\nCONFIG_U32=1\n"
                            "CONFIG_S32=1\nCONFIG_U64=1\nCONFIG_S64=1\nCONFIG_TEXT=\"a\"\n";

  CHECK(loads_without_files(all));
  CHECK_EQ(loads_without_files("CONFIG_BOOL=y\n"), differs());
}

static void hidden_addresses_are_told(void) {
  static const char text[] = "0000000000000000 T schedule\n0000000000000000 T _text\n";
  char path[] = "/tmp/conform_XXXXXX";
  struct bpf_object* object = open_object("symbols/untyped.el", NULL);
  const int fd = mkstemp(path);
  bool is_mounted;

  CHECK_EQ(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
  close(fd);
  is_mounted = own_mounts() && mount(path, "/proc/kallsyms", "none", MS_BIND, NULL) == 0;
  unlink(path);
  if (!is_mounted)
    skip("no mount namespace of its own");
  messages_clear();
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(messages_of(LIBBPF_WARN), differs() ? 1 : 0);
  bpf_object__close(object);
}

CASES(object_better) = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "better." #name_, .body = name_, .function = function_, __VA_ARGS__ }
    CASE(reused_is_found_by_its_name, "bpf_map__reuse_fd", .needs = NEEDS_LIVE, .since = "1.5",
         .difference = "reused-map-keeps-its-place"),
    CASE(subskeleton_of_a_reused_map, "bpf_object__open_subskeleton", .needs = NEEDS_LIVE,
         .since = "1.5", .difference = "reused-map-keeps-its-place"),
    CASE(reused_data_is_live, "bpf_map__reuse_fd", .needs = NEEDS_LIVE, .since = "1.5",
         .difference = "reused-data-is-live"),
    CASE(inner_map_is_set, "bpf_map__inner_map", .difference = "inner-map-stays",
         .stock_outcome = CRASHES),
    CASE(inner_map_comes_later, "bpf_object__load", .needs = NEEDS_LIVE,
         .difference = "inner-map-comes-later"),
    CASE(left_out_is_not_pinned, "bpf_object__pin_programs", .needs = NEEDS_LIVE, .since = "1.5",
         .difference = "left-out-program-is-not-pinned", .kernel = "5.13"),
    CASE(pin_again_elsewhere, "bpf_map__pin", .needs = NEEDS_LIVE,
         .difference = "failed-pins-are-forgotten"),
    CASE(subskeleton_without_types, "bpf_object__open_subskeleton",
         .difference = "subskeleton-without-types"),
    CASE(subskeleton_without_a_variable, "bpf_object__open_subskeleton", .since = "1.5",
         .difference = "subskeleton-without-a-variable"),
    CASE(rela_is_told, "bpf_object__open_mem", .difference = "relocations-with-addends"),
    CASE(core_records_are_not_dropped, "bpf_object__open_mem",
         .difference = "core-records-are-not-dropped"),
    CASE(no_types_for_what_is_left_out, "bpf_object__load", .needs = NEEDS_LIVE,
         .difference = "left-out-needs-no-types"),
    CASE(instructions_without_room, "bpf_program__set_insns", .needs = NEEDS_LIVE,
         .difference = "instructions-without-room", .stock_outcome = ANYHOW),
    CASE(long_lines_of_configuration, "bpf_object__load", .needs = NEEDS_LIVE,
         .difference = "lines-of-any-length"),
    CASE(no_configuration_for_weak_ones, "bpf_object__load", .needs = NEEDS_LIVE,
         .difference = "no-configuration-for-weak-ones"),
    CASE(hidden_addresses_are_told, "bpf_object__load", .needs = NEEDS_LIVE,
         .difference = "hidden-addresses-are-told"),
    {.name = NULL},
#undef CASE
};
