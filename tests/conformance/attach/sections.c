/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* sections: attaching as the name of the section says, by one call and by a skeleton. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/attaching.h"
#include "harness/conform.h"
#include "object/objects.h"

enum { link_perf_event = 7, link_uprobe_multi = 12 };

static void check_refused(const char* name, int error) {
  struct bpf_program* program = program_loaded(name);

  CHECK_NULL(bpf_program__attach(program), error);
  end_program();
}

static void by_name(void) {
  skip_under_valgrind();
  own_namespaces();
  CHECK_LINK(bpf_program__attach(program_loaded("tracepoint")), link_perf_event, act_getppid, 1);
  end_program();
  CHECK_ATTACHES(bpf_program__attach(program_loaded("uprobe_libc")), link_perf_event);
  end_program();
  CHECK_ATTACHES(bpf_program__attach(program_loaded("uretprobe_libc")), link_perf_event);
  end_program();
  CHECK_ATTACHES(bpf_program__attach(program_loaded("uprobe_offset")), link_perf_event);
  end_program();
  CHECK_ATTACHES(bpf_program__attach(program_loaded("raw")), 0);
  end_program();
  CHECK_ATTACHES(bpf_program__attach(program_loaded("typed")), 0);
  end_program();
  CHECK_ATTACHES(bpf_program__attach(program_loaded("tasks")), 0);
  end_program();
}

static void many_by_name(void) {
  skip_under_valgrind();
  CHECK_ATTACHES(bpf_program__attach(program_loaded("uprobe_multi")), link_uprobe_multi);
  end_program();
}

static void misspelled(void) {
  own_namespaces();
  check_refused("tracepoint_half", EINVAL);
  check_refused("tracepoint_none", ENOENT);
  check_refused("raw_none", ENOENT);
  check_refused("uprobe_half", EINVAL);
  check_refused("uretprobe_offset", EINVAL);
  check_refused("usdt_half", EINVAL);
  check_refused("kprobe_none", EINVAL);
  check_refused("kretprobe_offset", EINVAL);
}

static void sleepable_usdt(void) {
  check_refused("usdt_sleepable", differs() ? ESRCH : EINVAL);
}

static void unnamed_module(void) {
  struct bpf_program* program = program_unloaded("typed");

  if (differs())
    CHECK_FAILS(bpf_program__set_attach_target(program, 0, ":sys_enter"), EINVAL);
  else
    CHECK_EQ(bpf_program__set_attach_target(program, 0, ":sys_enter"), 0);
  end_program();
}

static void uprobe_without_function(void) {
  check_refused("uprobe_none", ENOENT);
  check_refused("uprobe_no_function", EINVAL);
  check_refused("uprobe_multi_no_function", EINVAL);
}

static void without_target(void) {
  check_refused("tracepoint_bare", EOPNOTSUPP);
  check_refused("raw_bare", EOPNOTSUPP);
  check_refused("uprobe", EOPNOTSUPP);
  check_refused("kprobe_bare", EOPNOTSUPP);
}

static void empty_target(void) {
  check_refused("uprobe_empty", EOPNOTSUPP);
  check_refused("uprobe_no_path", EOPNOTSUPP);
  check_refused("uprobe_multi_no_path", EOPNOTSUPP);
}

static void without_rule(void) {
  check_refused("xdp_pass", EOPNOTSUPP);
  check_refused("socket", EOPNOTSUPP);
  check_refused("egress", EOPNOTSUPP);
  CHECK_NULL(bpf_program__attach(program_unloaded("socket")), EOPNOTSUPP);
  end_program();
}

static void before_loading(void) {
  CHECK_NULL(bpf_program__attach(program_unloaded("tracepoint_half")), EINVAL);
  end_program();
}

static void other_type(void) {
  struct bpf_program* program = program_unloaded("tracepoint");

  CHECK_EQ(bpf_program__set_type(program, BPF_PROG_TYPE_XDP), 0);
  CHECK_NULL(bpf_program__attach(program), EOPNOTSUPP);
  end_program();
}

/* What the handler of "own/" does. */
static int handler_result;
static bool handler_attaches;

static int attach_own(const struct bpf_program* program, long cookie, struct bpf_link** link) {
  CHECK_EQ(cookie, 5);
  if (handler_attaches)
    *link = bpf_program__attach_raw_tracepoint(program, "sys_enter");
  return handler_result;
}

static void handled(void) {
  OPTS(libbpf_prog_handler_opts, opts, .cookie = 5, .prog_attach_fn = attach_own);
  int id = libbpf_register_prog_handler("own/", BPF_PROG_TYPE_RAW_TRACEPOINT,
                                        (enum bpf_attach_type)0, &opts);
  struct bpf_program* program;

  CHECK(id > 0);
  program = program_loaded("own");
  handler_attaches = true;
  CHECK_ATTACHES(bpf_program__attach(program), 0);
  handler_attaches = false;
  CHECK_NULL(bpf_program__attach(program), EOPNOTSUPP);
  handler_result = -EXDEV;
  CHECK_NULL(bpf_program__attach(program), EXDEV);
  end_program();
  CHECK_EQ(libbpf_unregister_prog_handler(id), 0);
}

static void handled_without_attaching(void) {
  OPTS(libbpf_prog_handler_opts, opts, .cookie = 5);
  int id = libbpf_register_prog_handler("own/", BPF_PROG_TYPE_RAW_TRACEPOINT,
                                        (enum bpf_attach_type)0, &opts);

  check_refused("own", EOPNOTSUPP);
  CHECK_EQ(libbpf_unregister_prog_handler(id), 0);
}

/* A skeleton as bpftool generates it, for three of the object's programs. */
struct skeleton {
  struct bpf_object* object;
  struct bpf_program *raw, *bare, *none;
  struct bpf_link *raw_link, *bare_link, *none_link;
  struct bpf_map* runs;
};

static struct bpf_object_skeleton* make_skeleton(struct skeleton* content) {
  const struct test_object* file = test_object("attach.el");
  struct bpf_object_skeleton* made = calloc(1, sizeof(*made));

  made->sz = sizeof(*made);
  made->name = "attach";
  made->obj = &content->object;
  made->data = file->bytes;
  made->data_sz = file->size;
  made->map_cnt = 1;
  made->map_skel_sz = 24; /* as before 1.5 */
  made->maps = calloc(1, sizeof(*made->maps));
  made->maps[0].name = "runs";
  made->maps[0].map = &content->runs;
  made->prog_cnt = 3;
  made->prog_skel_sz = sizeof(*made->progs);
  made->progs = calloc(3, sizeof(*made->progs));
  made->progs[0].name = "raw";
  made->progs[0].prog = &content->raw;
  made->progs[0].link = &content->raw_link;
  made->progs[1].name = "raw_bare";
  made->progs[1].prog = &content->bare;
  made->progs[1].link = &content->bare_link;
  made->progs[2].name = "raw_none";
  made->progs[2].prog = &content->none;
  made->progs[2].link = &content->none_link;
  return made;
}

static void skeleton(void) {
  struct skeleton content = {0};
  struct bpf_object_skeleton* made = make_skeleton(&content);

  CHECK_EQ(bpf_object__open_skeleton(made, NULL), 0);
  bpf_program__set_autoload(content.raw, true);
  bpf_program__set_autoload(content.bare, true);
  CHECK_EQ(bpf_object__load_skeleton(made), 0);
  CHECK_EQ(bpf_object__attach_skeleton(made), 0);
  CHECK(content.raw_link != NULL);
  CHECK(content.bare_link == NULL);
  CHECK(content.none_link == NULL);
  bpf_object__detach_skeleton(made);
  CHECK(content.raw_link == NULL);
  CHECK_EQ(bpf_object__attach_skeleton(made), 0);
  CHECK(content.raw_link != NULL);
  bpf_object__destroy_skeleton(made);
}

static void skeleton_goes_on(void) {
  struct skeleton content = {0};
  struct bpf_object_skeleton* made = make_skeleton(&content);
  struct bpf_link* first;

  CHECK_EQ(bpf_object__open_skeleton(made, NULL), 0);
  bpf_program__set_autoload(content.raw, true);
  bpf_program__set_autoload(content.none, true);
  CHECK_EQ(bpf_object__load_skeleton(made), 0);
  CHECK_FAILS(bpf_object__attach_skeleton(made), ENOENT);
  first = content.raw_link;
  CHECK(first != NULL);
  bpf_program__set_autoattach(content.none, false);
  CHECK_EQ(bpf_object__attach_skeleton(made), 0);
  CHECK(content.raw_link == first);
  bpf_object__destroy_skeleton(made);
}

static void half_made_skeleton(void) {
  struct bpf_object_skeleton* made = calloc(1, sizeof(*made));

  bpf_object__destroy_skeleton(NULL);
  made->sz = sizeof(*made);
  made->map_cnt = 1;
  made->map_skel_sz = sizeof(*made->maps);
  made->prog_cnt = 1;
  made->prog_skel_sz = sizeof(*made->progs);
  bpf_object__destroy_skeleton(made);
}

CASES(attach_sections) = {
#define CASE(name_, ...)                                                                           \
  { .name = "attach_sections." #name_, .body = name_, .needs = NEEDS_LIVE, .function = __VA_ARGS__ }
    CASE(by_name, "bpf_program__attach"),
    CASE(many_by_name, "bpf_program__attach", .since = "1.3", .kernel = "6.6"),
    CASE(misspelled, "bpf_program__attach"),
    /* The program has none of the maps that usdt.bpf.h makes. */
    CASE(sleepable_usdt, "bpf_program__attach", .difference = "sleepable-usdt", .kernel = "6.0"),
    CASE(unnamed_module, "bpf_program__set_attach_target", .since = "1.5",
         .difference = "whole-names-of-modules"),
    CASE(uprobe_without_function, "bpf_program__attach", .since = "1.3"),
    CASE(without_target, "bpf_program__attach"),
    CASE(empty_target, "bpf_program__attach", .since = "1.3"),
    CASE(without_rule, "bpf_program__attach"),
    CASE(before_loading, "bpf_program__attach"),
    CASE(other_type, "bpf_program__attach", .since = "1.4"),
    CASE(handled, "bpf_program__attach"),
    CASE(handled_without_attaching, "bpf_program__attach"),
    CASE(skeleton, "bpf_object__attach_skeleton"),
    CASE(skeleton_goes_on, "bpf_object__attach_skeleton"),
    CASE(half_made_skeleton, "bpf_object__destroy_skeleton", .since = "1.5",
         .difference = "half-made-skeletons", .stock_outcome = CRASHES),
    {.name = NULL},
#undef CASE
};
