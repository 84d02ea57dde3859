/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* load: what objects become when they are loaded, and what the kernel has of them. */
#include <string.h>
#include <unistd.h>

#include "harness/conform.h"
#include "object/account.h"
#include "object/expected.h"
#include "object/objects.h"

/* load_without_unknown leaves out programs whose section says nothing. */
static int load_without_unknown(struct bpf_object* object) {
  struct bpf_program* program = NULL;

  while ((program = bpf_object__next_program(object, program)))
    if (bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC)
      bpf_program__set_autoload(program, false);
  return bpf_object__load(object);
}

static void code(void) {
  static const struct {
    const char *object, *program, *code;
  } rows[] = {
      {"plain.el", "entry", PLAIN_CODE_ENTRY},   {"maps.el", "entry", MAPS_CODE_ENTRY},
      {"data.el", "entry", DATA_CODE_ENTRY},     {"calls.el", "first", CALLS_CODE_FIRST},
      {"calls.el", "second", CALLS_CODE_SECOND},
  };

  for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct bpf_object* object = open_object(rows[i].object, NULL);
    struct bpf_program* program = program_of(object, rows[i].program);

    CHECK_EQ(load_without_unknown(object), 0);
    CHECK(bpf_program__fd(program) >= 0);
    CHECK_TEXT(code_text(object, program), rows[i].code);
    bpf_object__close(object);
  }
}

static void one_way(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_program* program = program_of(object, "entry");
  struct bpf_map* map = map_of(object, "sized");

  CHECK_FAILS(bpf_object__load(NULL), EINVAL);
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_FAILS(bpf_object__load(object), EINVAL);
  CHECK_FAILS(bpf_map__set_max_entries(map, 9), EBUSY);
  CHECK_FAILS(bpf_map__set_autocreate(map, false), EBUSY);
  CHECK_FAILS(bpf_program__set_autoload(program, false), EINVAL);
  CHECK_FAILS(bpf_program__set_type(program, BPF_PROG_TYPE_XDP), EBUSY);
  CHECK_FAILS(bpf_program__set_log_level(program, 1), EBUSY);
  CHECK_FAILS(bpf_object__set_kversion(object, 1), EINVAL);
  bpf_program__unload(program);
  CHECK_FAILS(bpf_program__fd(program), ENOENT);
  bpf_object__close(object);
}

static void in_the_kernel(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map_info info = {0};
  struct bpf_prog_info prog_info = {0};
  __u32 size = sizeof(info);

  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(bpf_obj_get_info_by_fd(bpf_map__fd(map_of(object, "typed")), &info, &size), 0);
  CHECK_EQ(info.type, BPF_MAP_TYPE_HASH);
  CHECK_EQ(info.key_size, 8);
  CHECK_EQ(info.max_entries, 16);
  CHECK_EQ(info.map_flags, BPF_F_NO_PREALLOC);
  CHECK_TEXT(info.name, "typed");
  CHECK(info.btf_id != 0);
  CHECK_EQ(info.btf_key_type_id, bpf_map__btf_key_type_id(map_of(object, "typed")));
  size = sizeof(prog_info);
  CHECK_EQ(bpf_obj_get_info_by_fd(bpf_program__fd(program_of(object, "entry")), &prog_info, &size),
           0);
  CHECK_TEXT(prog_info.name, "entry");
  CHECK_EQ(prog_info.gpl_compatible, 1);
  CHECK_EQ(prog_info.nr_map_ids, 3);
  CHECK(prog_info.btf_id != 0);
  CHECK_EQ(prog_info.nr_func_info, 1);
  CHECK(prog_info.nr_line_info > 1);
  bpf_object__close(object);
}

static void slots(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map *outer = map_of(object, "outer"), *tails = map_of(object, "tails");

  CHECK_EQ(bpf_object__load(object), 0);
  for (int key = 0; key < 8; key++) {
    __u32 id = 0;
    CHECK_EQ(bpf_map_lookup_elem(bpf_map__fd(outer), &key, &id),
             key == 1 || key == 5 ? 0 : -ENOENT);
  }
  for (int key = 0; key < 4; key++) {
    __u32 id = 0;
    CHECK_EQ(bpf_map_lookup_elem(bpf_map__fd(tails), &key, &id), key == 2 ? 0 : -ENOENT);
  }
  bpf_object__close(object);
}

static void live_data(void) {
  struct bpf_object* object = open_object("data.el", NULL);
  struct bpf_map* map = map_of(object, ".data");
  int* image = bpf_map__initial_value(map, &(size_t){0});
  int value[64] = {0}, key = 0;

  image[0] = 50;
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK(bpf_map__initial_value(map, &(size_t){0}) == image);
  CHECK_EQ(image[0], 50);
  image[0] = 51;
  CHECK_EQ(bpf_map_lookup_elem(bpf_map__fd(map), &key, value), 0);
  CHECK_EQ(value[0], 51);
  CHECK_FAILS(bpf_map_update_elem(bpf_map__fd(map_of(object, ".rodata")), &key, value, 0), EPERM);
  bpf_object__close(object);
}

static void configuration(void) {
  OPTS(bpf_object_open_opts, opts,
       .kconfig = "CONFIG_OWN_NUMBER=77\nCONFIG_SHORT_TEXT=\"abcdefgh\"\n");
  struct bpf_object* object = open_object("externs.el", &opts);
  unsigned char value[25];
  unsigned short number;
  int key = 0, version;

  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(bpf_map_lookup_elem(bpf_map__fd(map_of(object, ".kconfig")), &key, value), 0);
  memcpy(&version, value + 12, sizeof(version));
  CHECK_EQ(version, bpf_object__kversion(object));
  memcpy(&number, value + 16, sizeof(number));
  CHECK_EQ(number, 77);
  CHECK(memcmp(value + 19, "abcde", 6) == 0);
  bpf_object__close(object);
}

static void bad_configuration(void) {
  OPTS(bpf_object_open_opts, opts, .kconfig = "CONFIG_OWN_NUMBER=70000\n");
  struct bpf_object* object = open_object("externs.el", &opts);

  CHECK_FAILS(bpf_object__load(object), EINVAL);
  CHECK_FAILS(bpf_object__load(object), EINVAL);
  CHECK_EQ(bpf_map__fd(map_of(object, ".bss")), -1);
  bpf_object__close(object);
}

static void without_type(void) {
  struct bpf_object* object = open_object("calls.el", NULL);

  CHECK_FAILS(bpf_object__load(object), EINVAL);
  bpf_object__close(object);
}

static void without_a_map(void) {
  struct bpf_object* object = open_object("calls.el", NULL);
  struct bpf_program* program = program_of(object, "first");
  char log[4096] = "";

  CHECK_EQ(bpf_map__set_autocreate(map_of(object, "m"), false), 0);
  CHECK_EQ(bpf_program__set_log_buf(program, log, sizeof(log)), 0);
  CHECK_FAILS(load_without_unknown(object), EINVAL);
  CHECK(strstr(log, "'m'") != NULL);
  bpf_object__close(object);
}

static void elements(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(object, "typed");
  const int key[2] = {1, 2};
  int next[2];
  long value = 5;

  /* valgrind wants a key before the first one. */
  skip_under_valgrind();
  CHECK_FAILS(bpf_map__lookup_elem(map, key, 8, &value, 8, 0), ENOENT);
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_FAILS(bpf_map__lookup_elem(map, key, 4, &value, 8, 0), EINVAL);
  CHECK_FAILS(bpf_map__lookup_elem(map, key, 8, &value, 4, 0), EINVAL);
  CHECK_FAILS(bpf_map__lookup_elem(map, key, 8, &value, 8, 0), ENOENT);
  CHECK_EQ(bpf_map__update_elem(map, key, 8, &value, 8, 0), 0);
  value = 0;
  CHECK_EQ(bpf_map__lookup_elem(map, key, 8, &value, 8, 0), 0);
  CHECK_EQ(value, 5);
  CHECK_EQ(bpf_map__get_next_key(map, NULL, next, 8), 0);
  CHECK_EQ(next[1], 2);
  CHECK_EQ(bpf_map__lookup_and_delete_elem(map, key, 8, &value, 8, 0), 0);
  CHECK_FAILS(bpf_map__delete_elem(map, key, 8, 0), ENOENT);
  bpf_object__close(object);
}

static void reuse(void) {
  struct bpf_object *object = open_object("maps.el", NULL), *other = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(other, "sized");
  struct bpf_map_info info = {0}, other_info = {0};
  __u32 size = sizeof(info);

  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(bpf_map__reuse_fd(map, bpf_map__fd(map_of(object, "sized"))), 0);
  CHECK_EQ(bpf_object__load(other), 0);
  CHECK_EQ(bpf_obj_get_info_by_fd(bpf_map__fd(map_of(object, "sized")), &info, &size), 0);
  CHECK_EQ(bpf_obj_get_info_by_fd(bpf_map__fd(map), &other_info, &size), 0);
  CHECK_EQ(info.id, other_info.id);
  bpf_object__close(object);
  bpf_object__close(other);
}

static void reused_is_made(void) {
  struct bpf_object *object = open_object("maps.el", NULL), *other = open_object("maps.el", NULL);
  struct bpf_map* map = map_of(other, "sized");

  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(bpf_map__reuse_fd(map, bpf_map__fd(map_of(object, "sized"))), 0);
  CHECK_FAILS(bpf_map__set_max_entries(map, 3), EBUSY);
  bpf_object__close(object);
  bpf_object__close(other);
}

/* BPF_TRACE_UPROBE_MULTI, of Linux 6.6. */
static const enum bpf_attach_type trace_uprobe_multi = (enum bpf_attach_type)48;

/* links_uprobes: the kernel has links of many uprobes, and looks at the process that one is for. */
static bool links_uprobes(void) {
  const struct bpf_insn insns[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K},
                                   {.code = BPF_JMP | BPF_EXIT}};
  const unsigned long offset = 0;
  OPTS(bpf_prog_load_opts, load_opts, .expected_attach_type = trace_uprobe_multi);
  OPTS(bpf_link_create_opts, opts, .uprobe_multi.path = "/", .uprobe_multi.offsets = &offset,
       .uprobe_multi.cnt = 1);
  int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, NULL, "GPL", insns, 2, &load_opts);
  bool links = fd >= 0 && bpf_link_create(fd, -1, trace_uprobe_multi, &opts) == -EBADF;

  opts.uprobe_multi.pid = (__u32)-1;
  links = links && bpf_link_create(fd, -1, trace_uprobe_multi, &opts) == -EINVAL;
  if (fd >= 0)
    close(fd);
  return links;
}

static void usdt_by_links(void) {
  struct bpf_object* object = open_object("kinds.el", NULL);
  struct bpf_program* program = program_of(object, "on_usdt");

  CHECK_EQ(bpf_program__set_autoload(program, true), 0);
  CHECK_EQ(bpf_program__expected_attach_type(program), 0);
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(bpf_program__expected_attach_type(program), links_uprobes() ? trace_uprobe_multi : 0);
  bpf_object__close(object);
}

static void of_no_module(void) {
  struct bpf_object* object = open_object("kinds.el", NULL);

  CHECK_EQ(bpf_program__set_autoload(program_of(object, "of_a_module"), true), 0);
  messages_clear();
  CHECK_FAILS(bpf_object__load(object), EINVAL);
  CHECK_WARNED("module");
  bpf_object__close(object);
}

static void exclusive(void) {
  struct bpf_object* object = open_object("exclusive.el", NULL);

  CHECK_EQ(bpf_map__set_exclusive_program(map_of(object, "own"), program_of(object, "owner")), 0);
  CHECK_EQ(bpf_object__load(object), 0);
  bpf_object__close(object);
  object = open_object("exclusive.el", NULL);
  CHECK_EQ(bpf_map__set_exclusive_program(map_of(object, "own"), program_of(object, "owner")), 0);
  CHECK_EQ(bpf_program__set_autoload(program_of(object, "other"), true), 0);
  CHECK_FAILS(bpf_object__load(object), EACCES);
  bpf_object__close(object);
}

static struct bpf_prog_info info_of(int fd) {
  struct bpf_prog_info info = {0};
  __u32 size = sizeof(info);

  CHECK_EQ(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
  return info;
}

/* check_clone: the clone is the program, but for its id. */
static void check_clone(struct bpf_program* program, const struct bpf_prog_load_opts* opts) {
  int fd = bpf_program__clone(program, opts);

  if (!CHECK(fd >= 0))
    return;
  struct bpf_prog_info clone = info_of(fd);
  CHECK_TEXT(clone.name, bpf_program__name(program));
  CHECK_EQ(clone.type, bpf_program__type(program));
  CHECK_EQ(clone.nr_func_info, bpf_program__func_info_cnt(program));
  CHECK_EQ(clone.nr_line_info, bpf_program__line_info_cnt(program));
  if (bpf_program__fd(program) >= 0) {
    struct bpf_prog_info own = info_of(bpf_program__fd(program));
    CHECK(memcmp(clone.tag, own.tag, sizeof(own.tag)) == 0);
    CHECK(clone.id != own.id);
  }
  close(fd);
}

static void clone(void) {
  struct bpf_object* object = open_object("calls.el", NULL);
  struct bpf_program* program = program_of(object, "first");
  char log[4096] = "";
  OPTS(bpf_prog_load_opts, with_log, .log_level = 1, .log_buf = log, .log_size = sizeof(log));
  OPTS(bpf_prog_load_opts, half, .func_info_cnt = 1);
  OPTS(bpf_prog_load_opts, flags, .prog_flags = 1U << 31);

  CHECK_FAILS(bpf_program__clone(NULL, NULL), EINVAL);
  CHECK_FAILS(bpf_program__clone(program, NULL), EINVAL);
  bpf_program__set_autoload(program_of(object, "unknown"), false);
  CHECK_EQ(bpf_object__prepare(object), 0);
  check_clone(program, NULL);
  CHECK_EQ(bpf_object__load(object), 0);
  check_clone(program, NULL);
  check_clone(program, &with_log);
  CHECK(strstr(log, "processed") != NULL);
  CHECK_FAILS(bpf_program__clone(program, &half), EINVAL);
  CHECK_FAILS(bpf_program__clone(program, &flags), EINVAL);
  CHECK_FAILS(bpf_program__clone(program_of(object, "unknown"), NULL), EINVAL);
  bpf_object__close(object);
}

static void clone_of_a_failure(void) {
  struct bpf_object* object = open_object("calls.el", NULL);

  CHECK_FAILS(bpf_object__load(object), EINVAL);
  CHECK_FAILS(bpf_program__clone(program_of(object, "first"), NULL), EINVAL);
  bpf_object__close(object);
}

static void assoc_struct_ops(void) {
  struct bpf_object* object = open_object("maps.el", NULL);
  struct bpf_program* program = program_of(object, "entry");
  struct bpf_object* other = open_object("struct_ops.el", NULL);
  struct bpf_map* ops = map_of(other, "plain");

  CHECK_FAILS(bpf_program__assoc_struct_ops(program, ops, NULL), EINVAL);
  CHECK_FAILS(bpf_program__assoc_struct_ops(program_of(other, "on_ssthresh"), ops, NULL), EINVAL);
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_FAILS(bpf_program__assoc_struct_ops(program, ops, NULL), EINVAL);
  CHECK_FAILS(bpf_program__assoc_struct_ops(program, map_of(object, "sized"), NULL), EINVAL);
  bpf_object__close(object);
  bpf_object__close(other);
}

CASES(object_load) = {
#define CASE(name_, ...)                                                                           \
  { .name = "load." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(code, "bpf_object__load", .needs = NEEDS_LIVE, .since = "1.5", .kernel = "5.13"),
    CASE(one_way, "bpf_object__load", .needs = NEEDS_LIVE),
    CASE(in_the_kernel, "bpf_object__load", .needs = NEEDS_LIVE),
    CASE(slots, "bpf_object__load", .needs = NEEDS_LIVE),
    CASE(live_data, "bpf_object__load", .needs = NEEDS_LIVE, .since = "1.5"),
    CASE(configuration, "bpf_object__load", .needs = NEEDS_LIVE),
    CASE(bad_configuration, "bpf_object__load", .needs = NEEDS_LIVE),
    CASE(without_type, "bpf_object__load", .needs = NEEDS_LIVE),
    CASE(without_a_map, "bpf_object__load", .needs = NEEDS_LIVE),
    CASE(elements, "bpf_map__lookup_elem", .needs = NEEDS_LIVE, .kernel = "5.14"),
    CASE(usdt_by_links, "bpf_program__expected_attach_type", .needs = NEEDS_LIVE, .since = "1.3"),
    CASE(of_no_module, "bpf_object__load", .needs = NEEDS_LIVE, .since = "1.8"),
    CASE(exclusive, "bpf_map__set_exclusive_program", .needs = NEEDS_LIVE, .since = "1.7",
         .kernel = "6.18"),
    CASE(clone, "bpf_program__clone", .needs = NEEDS_LIVE, .since = "1.8", .kernel = "5.13"),
    CASE(clone_of_a_failure, "bpf_program__clone", .needs = NEEDS_LIVE, .since = "1.8"),
    CASE(assoc_struct_ops, "bpf_program__assoc_struct_ops", .needs = NEEDS_LIVE, .since = "1.7"),
    CASE(reuse, "bpf_map__reuse_fd", .needs = NEEDS_LIVE),
    CASE(reused_is_made, "bpf_map__reuse_fd", .needs = NEEDS_LIVE, .since = "1.7"),
    {.name = NULL},
#undef CASE
};
