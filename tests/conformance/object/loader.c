/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* loader: BPF programs that load objects without the library, and what they make. */
#include <string.h>
#include <unistd.h>

#include "harness/conform.h"
#include "object/made.h"
#include "object/objects.h"

static void run_program(int fd) {
  OPTS(bpf_test_run_opts, opts);

  CHECK_EQ(bpf_prog_test_run_opts(fd, &opts), 0);
}

static void of_data(void) {
  struct made made;
  struct bpf_object* object = open_and_run("data.el", &made);
  int value[2] = {0}, table[4] = {0}, key = 0;

  CHECK_EQ(bpf_map_lookup_elem(made_map(&made, object, ".data"), &key, value), 0);
  CHECK_EQ(value[0], 3);
  CHECK_EQ(value[1], 9);
  CHECK_EQ(bpf_map_lookup_elem(made_map(&made, object, ".rodata.table"), &key, table), 0);
  CHECK_EQ(table[3], 4);
  CHECK_FAILS(bpf_map_update_elem(made_map(&made, object, ".rodata"), &key, table, 0), EPERM);
  CHECK(made_program(&made, object, "entry") > 0);
  CHECK_FAILS(bpf_program__fd(program_of(object, "entry")), ENOENT);
  close_all(&made);
  bpf_object__close(object);
}

/* check_maps: the maps that a loader has made are as those of an ordinary load. */
static void check_maps(struct made* made, const struct bpf_object* loaded) {
  struct bpf_map* map = NULL;

  for (unsigned i = 0; (map = bpf_object__next_map(loaded, map)); i++) {
    struct bpf_map_info one = map_info(bpf_map__fd(map)), other;

    if (!CHECK(map_in(made, i)->map_fd > 0))
      return;
    other = map_info(map_in(made, i)->map_fd);
    CHECK_TEXT(other.name, one.name);
    CHECK_EQ(other.type, one.type);
    CHECK_EQ(other.key_size, one.key_size);
    CHECK_EQ(other.value_size, one.value_size);
    CHECK_EQ(other.max_entries, one.max_entries);
    CHECK_EQ(other.map_flags, one.map_flags);
    CHECK_EQ(other.btf_key_type_id, one.btf_key_type_id);
    CHECK_EQ(other.btf_value_type_id, one.btf_value_type_id);
    CHECK_EQ(other.btf_id != 0, one.btf_id != 0);
  }
}

static void check_program(int fd, const struct bpf_program* loaded) {
  struct bpf_prog_info one = program_info(bpf_program__fd(loaded)), other;

  if (!CHECK(fd > 0))
    return;
  other = program_info(fd);
  CHECK_TEXT(other.name, one.name);
  CHECK_EQ(other.type, one.type);
  CHECK_EQ(other.nr_func_info, one.nr_func_info);
  CHECK_EQ(other.nr_line_info, one.nr_line_info);
  CHECK_EQ(other.xlated_prog_len, one.xlated_prog_len);
  CHECK_EQ(other.gpl_compatible, one.gpl_compatible);
  CHECK_EQ(other.attach_btf_id, one.attach_btf_id);
}

static void as_loaded(void) {
  struct made made;
  struct gen_loader_opts opts = {0};
  struct bpf_object *loaded = open_object("loader.el", NULL), *object;
  static const char* const programs[] = {"optional", "entry", "of_btf", "second"};
  long seen[11] = {0}, value = 0;
  size_t size = 0;
  int key = 0;

  object = open_object("loader.el", NULL);
  CHECK_EQ(bpf_program__set_autoload(program_of(loaded, "optional"), true), 0);
  CHECK_EQ(bpf_program__set_autoload(program_of(object, "optional"), true), 0);
  CHECK_EQ(bpf_object__load(loaded), 0);
  set_up(&made, object);
  generate(object, &opts);
  CHECK_EQ(run(&made, &opts), 0);
  check_maps(&made, loaded);
  for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
    check_program(made_program(&made, object, programs[i]), program_of(loaded, programs[i]));
  run_program(bpf_program__fd(program_of(loaded, "entry")));
  run_program(made_program(&made, object, "entry"));
  CHECK_EQ(bpf_map_lookup_elem(made_map(&made, object, ".bss"), &key, seen), 0);
  CHECK_EQ(seen[0], getpid());
  CHECK(seen[3] != 0);
  CHECK(seen[6] != 0);
  CHECK_EQ(seen[9], 11);
  CHECK_EQ(seen[10], seen[3]);
  CHECK(memcmp(seen, bpf_map__initial_value(map_of(loaded, ".bss"), &size), sizeof(seen)) == 0);
  CHECK_EQ(bpf_map_lookup_elem(made_map(&made, object, "typed"), &key, &value), 0);
  CHECK_EQ(value, 11);
  close_all(&made);
  bpf_object__close(object);
  bpf_object__close(loaded);
}

/* What a program attaches to is found by its name where the loader runs. */
static void named_target(void) {
  struct made made;
  struct gen_loader_opts opts = {0};
  struct bpf_object *loaded = open_object("loader.el", NULL),
                    *object = open_object("loader.el", NULL);

  CHECK_EQ(bpf_program__set_attach_target(program_of(loaded, "of_btf"), 0, "sys_exit"), 0);
  CHECK_EQ(bpf_program__set_attach_target(program_of(object, "of_btf"), 0, "sys_exit"), 0);
  CHECK_EQ(bpf_program__set_autoload(program_of(object, "optional"), true), 0);
  CHECK_EQ(bpf_object__load(loaded), 0);
  set_up(&made, object);
  generate(object, &opts);
  CHECK_EQ(run(&made, &opts), 0);
  check_program(made_program(&made, object, "of_btf"), program_of(loaded, "of_btf"));
  close_all(&made);
  bpf_object__close(object);
  bpf_object__close(loaded);
}

static void overrides(void) {
  struct made made;
  struct gen_loader_opts opts = {0};
  struct bpf_object* object = open_object("loader.el", NULL);
  const int other[] = {70};
  int value = 0, key = 0;

  set_up(&made, object);
  generate(object, &opts);
  map_in(&made, map_index(object, "typed"))->max_entries = 77;
  map_in(&made, map_index(object, ".rodata"))->initial_value = (__u64)(unsigned long)other;
  CHECK_EQ(run(&made, &opts), 0);
  CHECK_EQ(map_info(made_map(&made, object, "typed")).max_entries, 77);
  CHECK_EQ(bpf_map_lookup_elem(made_map(&made, object, ".rodata"), &key, &value), 0);
  CHECK_EQ(value, 70);
  close_all(&made);
  bpf_object__close(object);
}

static void signed_without_overrides(void) {
  struct made made;
  struct gen_loader_opts opts = {.gen_hash = true}, again = {.gen_hash = true};
  struct bpf_object *object = open_object("loader.el", NULL),
                    *other = open_object("loader.el", NULL);

  set_up(&made, object);
  generate(object, &opts);
  generate(other, &again);
  CHECK_EQ(opts.insns_sz, again.insns_sz);
  CHECK(memcmp(opts.insns, again.insns, opts.insns_sz) == 0);
  CHECK_EQ(opts.data_sz, again.data_sz);
  CHECK(memcmp(opts.data, again.data, opts.data_sz) == 0);
  map_in(&made, map_index(object, "typed"))->max_entries = 77;
  CHECK_EQ(run(&made, &opts), 0);
  CHECK_EQ(map_info(made_map(&made, object, "typed")).max_entries, 16);
  close_all(&made);
  bpf_object__close(object);
  bpf_object__close(other);
}

/* A program that the verifier refuses: nothing that was made before it stays. */
static void failing(void) {
  struct made made;
  struct gen_loader_opts opts = {0};
  struct bpf_object* object = open_object("calls.el", NULL);
  const struct bpf_insn exit_alone = {.code = BPF_JMP | BPF_EXIT};
  struct bpf_program* program = program_of(object, "unknown");

  CHECK_EQ(bpf_program__set_type(program, BPF_PROG_TYPE_SOCKET_FILTER), 0);
  CHECK_EQ(bpf_program__set_insns(program, (struct bpf_insn*)&exit_alone, 1), 0);
  set_up(&made, object);
  generate(object, &opts);
  CHECK_EQ(run(&made, &opts), -EACCES);
  for (unsigned i = 0; i < made.maps; i++)
    CHECK_EQ(map_in(&made, i)->map_fd, 0);
  for (unsigned i = 0; i < made.programs; i++)
    CHECK_EQ(program_in(&made, i)->prog_fd, 0);
  bpf_object__close(object);
}

static void bad_arguments(void) {
  struct gen_loader_opts opts = {.sz = sizeof(opts)}, wrong = {.sz = 4};
  struct bpf_object* object = open_object("calls.el", NULL);

  CHECK_FAILS(bpf_object__gen_loader(object, NULL), EFAULT);
  CHECK_FAILS(bpf_object__gen_loader(object, &wrong), EINVAL);
  CHECK_EQ(bpf_object__gen_loader(object, &opts), 0);
  CHECK_FAILS(bpf_object__load(object), EINVAL);
  CHECK(opts.insns == NULL && opts.data == NULL && opts.insns_sz == 0 && opts.data_sz == 0);
  bpf_object__close(object);
}

/* An object of the other byte order has the same instructions, whose parts are turned. */
static void other_order(void) {
  struct gen_loader_opts own = {0}, foreign = {0};
  struct bpf_object *object = open_object("calls.el", NULL), *other = open_object("calls.eb", NULL);
  const struct bpf_insn *one, *two;

  bpf_program__set_autoload(program_of(object, "unknown"), false);
  bpf_program__set_autoload(program_of(other, "unknown"), false);
  generate(object, &own);
  generate(other, &foreign);
  CHECK_EQ(own.data_sz, foreign.data_sz);
  if (!CHECK_EQ(own.insns_sz, foreign.insns_sz))
    return;
  one = (const struct bpf_insn*)(const void*)own.insns;
  two = (const struct bpf_insn*)(const void*)foreign.insns;
  for (unsigned i = 0; i < own.insns_sz / sizeof(*one); i++)
    if (one[i].code != two[i].code || one[i].dst_reg != two[i].src_reg ||
        one[i].src_reg != two[i].dst_reg ||
        (__u16)one[i].off != __builtin_bswap16((__u16)two[i].off) ||
        (__u32)one[i].imm != __builtin_bswap32((__u32)two[i].imm)) {
      CHECK_EQ(i, -1);
      break;
    }
  bpf_object__close(object);
  bpf_object__close(other);
}

CASES(object_loader) = {
#define CASE(name_, ...)                                                                           \
  { .name = "loader." #name_, .body = name_, .function = "bpf_object__gen_loader", __VA_ARGS__ }
    CASE(of_data, .needs = NEEDS_LIVE, .kernel = "5.14"),
    CASE(as_loaded, .needs = NEEDS_LIVE, .kernel = "6.2", .since = "1.5"),
    CASE(named_target, .needs = NEEDS_LIVE, .kernel = "6.2", .since = "1.5"),
    CASE(overrides, .needs = NEEDS_LIVE, .kernel = "6.2", .since = "1.2"),
    CASE(signed_without_overrides, .needs = NEEDS_LIVE, .kernel = "6.2", .since = "1.8"),
    CASE(failing, .needs = NEEDS_LIVE, .kernel = "5.14"),
    CASE(bad_arguments, .needs = NEEDS_LIVE, .since = "1.7"),
    CASE(other_order, .needs = NEEDS_LIVE, .since = "1.5"),
    {.name = NULL},
#undef CASE
};
