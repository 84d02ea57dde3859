/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* loaders: where programs that load objects differ from those of the stock library on purpose. */
#include "harness/conform.h"
#include "object/made.h"
#include "object/objects.h"

static void left_out(void) {
  struct made made;
  struct bpf_object* object = open_and_run("loader.el", &made);
  unsigned optional = program_index(object, "optional");

  CHECK(optional < program_index(object, "second"));
  CHECK_EQ(program_in(&made, optional)->prog_fd != 0, !differs());
  CHECK_EQ(made_program(&made, object, "second") != 0, differs());
  close_all(&made);
  bpf_object__close(object);
}

static void unreadable_content(void) {
  struct made made;
  struct gen_loader_opts opts = {0};
  struct bpf_object* object = open_object("loader.el", NULL);

  set_up(&made, object);
  generate(object, &opts);
  map_in(&made, map_index(object, ".rodata"))->initial_value = 1;
  CHECK_EQ(run(&made, &opts), differs() ? -EFAULT : 0);
  close_all(&made);
  bpf_object__close(object);
}

static void nested(void) {
  struct made made;
  struct bpf_object* object;
  int key = 2;
  __u32 id = 0;

  if (!differs())
    return;
  object = open_and_run("nested.el", &made);
  CHECK_EQ(bpf_map_lookup_elem(made_map(&made, object, "outer"), &key, &id), 0);
  CHECK_EQ(id, map_info(made_map(&made, object, "later")).id);
  close_all(&made);
  bpf_object__close(object);
}

static void many(void) {
  struct made made;
  struct gen_loader_opts opts = {0};
  struct bpf_object* object = open_object("many.el", NULL);

  set_up(&made, object);
  CHECK_EQ(made.maps, 72);
  CHECK_EQ(made.programs, 40);
  opts.sz = sizeof(opts);
  CHECK_EQ(bpf_object__gen_loader(object, &opts), 0);
  if (CHECK_EQ(bpf_object__load(object), differs() ? 0 : -EFAULT) && differs() &&
      CHECK_EQ(run(&made, &opts), 0)) {
    CHECK_EQ(map_info(map_in(&made, 71)->map_fd).max_entries, 1 + 0117);
    CHECK_TEXT(program_info(program_in(&made, 39)->prog_fd).name, "p57");
  }
  close_all(&made);
  bpf_object__close(object);
}

/* The loader cannot put programs into the slots of a map. */
static void refused(void) {
  struct gen_loader_opts opts = {.sz = sizeof(opts)};
  struct bpf_object* object;

  if (!differs())
    return;
  object = open_object("maps.el", NULL);
  CHECK_EQ(bpf_object__gen_loader(object, &opts), 0);
  messages_clear();
  CHECK_FAILS(bpf_object__load(object), ENOTSUP);
  CHECK_WARNED("'tails'");
  bpf_object__close(object);
}

/* check_refused: no loader of an object can be made. */
static void check_refused(struct bpf_object* object) {
  struct gen_loader_opts opts = {.sz = sizeof(opts)};

  CHECK_EQ(bpf_object__gen_loader(object, &opts), 0);
  CHECK_FAILS(bpf_object__load(object), ENOTSUP);
  CHECK(opts.insns == NULL && opts.data == NULL);
  bpf_object__close(object);
}

static void what_it_cannot(void) {
  OPTS(bpf_object_open_opts, with_token, .bpf_token_path = "/sys/fs/bpf");
  struct bpf_object *object, *other;

  if (!differs())
    return;
  check_refused(open_object("arena.el", NULL));
  check_refused(open_object("plain.el", &with_token));
  object = open_object("exclusive.el", NULL);
  CHECK_EQ(bpf_map__set_exclusive_program(map_of(object, "own"), program_of(object, "owner")), 0);
  check_refused(object);
  object = open_object("plain.el", NULL);
  CHECK_EQ(bpf_program__set_type(program_of(object, "entry"), BPF_PROG_TYPE_EXT), 0);
  check_refused(object);
  object = open_object("nested.el", NULL);
  CHECK_EQ(bpf_map__set_inner_map_fd(map_of(object, "outer"), 0), 0);
  check_refused(object);
  other = open_object("data.el", NULL);
  CHECK_EQ(bpf_object__load(other), 0);
  object = open_object("data.el", NULL);
  CHECK_EQ(bpf_map__reuse_fd(map_of(object, ".data"), bpf_map__fd(map_of(other, ".data"))), 0);
  check_refused(object);
  bpf_object__close(other);
}

static void prepared(void) {
  struct made made;
  struct gen_loader_opts opts = {.sz = sizeof(opts)};
  struct bpf_object* object = open_object("data.el", NULL);

  set_up(&made, object);
  CHECK_EQ(bpf_object__gen_loader(object, &opts), 0);
  CHECK_EQ(bpf_object__prepare(object), 0);
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(run(&made, &opts) == 0, differs());
  close_all(&made);
  bpf_object__close(object);
}

static void left_out_map(void) {
  struct made made;
  struct gen_loader_opts opts = {.sz = sizeof(opts)};
  struct bpf_object* object = open_object("loader.el", NULL);

  set_up(&made, object);
  CHECK_EQ(bpf_map__set_autocreate(map_of(object, "ring"), false), 0);
  CHECK_EQ(bpf_object__gen_loader(object, &opts), 0);
  if (CHECK_EQ(bpf_object__load(object) == 0, differs()) && differs()) {
    CHECK_EQ(run(&made, &opts), 0);
    CHECK_EQ(made_map(&made, object, "ring"), 0);
    CHECK(made_map(&made, object, "typed") > 0);
  }
  close_all(&made);
  bpf_object__close(object);
}

static void missing_symbol(void) {
  struct made made;
  struct gen_loader_opts opts = {.sz = sizeof(opts)};
  struct bpf_object* object = open_object("missing.el", NULL);

  set_up(&made, object);
  CHECK_EQ(bpf_object__gen_loader(object, &opts), 0);
  if (CHECK_EQ(bpf_object__load(object), differs() ? 0 : -ESRCH) && differs())
    CHECK_EQ(run(&made, &opts), -ESRCH);
  bpf_object__close(object);
}

static void struct_ops(void) {
  struct made made;
  struct bpf_map* map = NULL;
  struct gen_loader_opts opts = {.sz = sizeof(opts)};
  struct bpf_object* object = open_object("struct_ops.el", NULL);

  CHECK_EQ(bpf_object__gen_loader(object, &opts), 0);
  CHECK_FAILS(bpf_object__load(object), ENOTSUP);
  bpf_object__close(object);

  object = open_object("struct_ops.el", NULL);
  while ((map = bpf_object__next_map(object, map)))
    CHECK_EQ(bpf_map__set_autocreate(map, false), 0);
  set_up(&made, object);
  generate(object, &opts);
  CHECK_EQ(run(&made, &opts), 0);
  close_all(&made);
  bpf_object__close(object);
}

static void pinned(void) {
  struct gen_loader_opts opts = {.sz = sizeof(opts)};
  struct bpf_object* object;

  if (!differs())
    return;
  object = open_object("data.el", NULL);
  CHECK_EQ(bpf_map__set_pin_path(map_of(object, ".data"), "/sys/fs/bpf/ringside_loader"), 0);
  CHECK_EQ(bpf_object__gen_loader(object, &opts), 0);
  CHECK_FAILS(bpf_object__load(object), ENOTSUP);
  bpf_object__close(object);
}

CASES(object_loaders) = {
#define CASE(name_, ...)                                                                           \
  { .name = "loaders." #name_, .body = name_, .function = "bpf_object__gen_loader", __VA_ARGS__ }
    CASE(left_out, .needs = NEEDS_LIVE, .kernel = "6.2", .since = "1.2",
         .difference = "loader-keeps-slots"),
    CASE(unreadable_content, .needs = NEEDS_LIVE, .kernel = "6.2", .since = "1.2",
         .difference = "loader-reads-contents"),
    CASE(nested, .needs = NEEDS_LIVE, .kernel = "5.14", .since = "1.4",
         .difference = "loader-of-nested-maps"),
    CASE(many, .needs = NEEDS_LIVE, .kernel = "5.14", .difference = "loader-without-limits"),
    CASE(refused, .needs = NEEDS_LIVE, .since = "1.4", .difference = "loader-of-nested-maps"),
    CASE(what_it_cannot, .needs = NEEDS_LIVE, .since = "1.7",
         .difference = "loader-says-what-it-cannot"),
    CASE(prepared, .needs = NEEDS_LIVE, .kernel = "5.14", .since = "1.6",
         .difference = "loader-after-prepare"),
    CASE(left_out_map, .needs = NEEDS_LIVE, .kernel = "6.2", .difference = "loader-without-a-map"),
    CASE(missing_symbol, .needs = NEEDS_LIVE, .kernel = "5.14",
         .difference = "loader-looks-up-later"),
    CASE(struct_ops, .needs = NEEDS_LIVE, .kernel = "6.9", .difference = "loader-of-struct-ops",
         .stock_outcome = CRASHES),
    CASE(pinned, .needs = NEEDS_LIVE, .difference = "loader-of-pinned-maps"),
    {.name = NULL},
#undef CASE
};
