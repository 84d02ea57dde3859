/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* usdt: a probe of this program, and programs that were built with either layout of specs. */
#include <string.h>
#include <unistd.h>

#include "attach/attaching.h"
#include "harness/conform.h"
#include "harness/kernel.h"
#include "object/objects.h"
#include "support/usdt_probe.h"

/* What tests/objects/usdt.bpf.c keeps. */
struct seen {
  long first, second, count, cookie;
};

#if defined(__x86_64__)
/* An int in %edi, and 7 in 8 bytes. */
__attribute__((noinline)) static void pass_probe(int number) {
  __asm__ volatile(USDT_PROBE("conform", "passed", "0", "-4@%%edi 8@$7")
                   :
                   : "D"(number)
                   : "memory");
}
#else
static void pass_probe(int number) {
  (void)number;
}
#endif

static struct bpf_object* object;

static struct bpf_program* usdt_program(const char* name) {
#if !defined(__x86_64__)
  skip("the probe is for x86-64");
#endif
  skip_under_valgrind();
  object = open_object(name, NULL);
  CHECK_EQ(bpf_object__load(object), 0);
  return program_of(object, "probe");
}

static struct seen seen_by(struct bpf_link* link) {
  struct seen value = {0};
  int key = 0;

  CHECK(link != NULL);
  pass_probe(-5);
  CHECK_EQ(bpf_map_lookup_elem(bpf_map__fd(map_of(object, "seen")), &key, &value), 0);
  CHECK_EQ(bpf_link__destroy(link), 0);
  return value;
}

static struct bpf_link* attach_passed(const struct bpf_program* program, pid_t pid) {
  OPTS(bpf_usdt_opts, opts, .usdt_cookie = 9);

  return bpf_program__attach_usdt(program, pid, own_file(), "conform", "passed", &opts);
}

/* all_processes is the pid that means all, where the kernel has what that takes: without cookies,
 * a site has an address for each process. */
static pid_t all_processes(void) {
  return kernel_since("5.15") ? -1 : getpid();
}

static void check_seen(struct seen seen) {
  CHECK_EQ(seen.first, -5);
  CHECK_EQ(seen.second, 7);
  CHECK_EQ(seen.count, 2);
  CHECK_EQ(seen.cookie, 9);
}

static void newer_layout(void) {
  struct bpf_program* program = usdt_program("usdt.el");

  check_seen(seen_by(attach_passed(program, all_processes())));
  check_seen(seen_by(attach_passed(program, 0)));
  check_seen(seen_by(attach_passed(program, getpid())));
  bpf_object__close(object);
}

static void older_layout(void) {
  struct bpf_program* program = usdt_program("usdt_16.el");

  check_seen(seen_by(attach_passed(program, all_processes())));
  bpf_object__close(object);
}

static void older_layout_since(void) {
  struct bpf_program* program = usdt_program("usdt_16.el");
  struct seen seen = seen_by(attach_passed(program, all_processes()));

  if (differs())
    check_seen(seen);
  else
    CHECK_EQ(seen.count, 0);
  bpf_object__close(object);
}

static void not_there(void) {
  struct bpf_program* program = usdt_program("usdt.el");

  CHECK_NULL(bpf_program__attach_usdt(program, -1, own_file(), "conform", "nothing", NULL), ENOENT);
  CHECK_NULL(bpf_program__attach_usdt(program, -1, own_file(), "nothing", "passed", NULL), ENOENT);
  CHECK_NULL(bpf_program__attach_usdt(program, -1, "nothing", "conform", "passed", NULL), ENOENT);
  CHECK_NULL(bpf_program__attach_usdt(program, -1, "/nothing", "conform", "passed", NULL), ENOENT);
  CHECK_NULL(bpf_program__attach_usdt(program, -1, "libc.so.6", "conform", "passed", NULL), ENOENT);
  CHECK_NULL(bpf_program__attach_usdt(program, -1, NULL, "conform", "passed", NULL), EINVAL);
  bpf_object__close(object);
}

static void without_maps(void) {
  struct bpf_program* program = program_loaded("uprobe");

  CHECK_NULL(bpf_program__attach_usdt(program, -1, own_file(), "conform", "passed", NULL), ESRCH);
  end_program();
}

static void without_names(void) {
  struct bpf_program* program = usdt_program("usdt.el");

  CHECK_NULL(bpf_program__attach_usdt(program, -1, own_file(), NULL, "passed", NULL), EINVAL);
  CHECK_NULL(bpf_program__attach_usdt(program, -1, own_file(), "conform", NULL, NULL), EINVAL);
  bpf_object__close(object);
}

static void descriptor(void) {
  struct bpf_program* program = usdt_program("usdt.el");
  struct bpf_link* link = attach_passed(program, all_processes());

  CHECK(link != NULL);
  CHECK_EQ(bpf_link__fd(link) > 2, differs());
  CHECK_EQ(bpf_link__destroy(link), 0);
  bpf_object__close(object);
}

/* id_of is the number that a new link gets for its spec, which begins with the spec's arguments. */
static void numbers(void) {
  struct bpf_program* program = usdt_program("usdt.el");
  int fd = bpf_map__fd(map_of(object, "__bpf_usdt_specs"));
  struct bpf_link* links[3];
  unsigned char spec[304];
  static const unsigned char zeros[304];

  for (int number = 0; number < 3; number++) {
    CHECK_EQ(bpf_map_lookup_elem(fd, &number, spec), 0);
    CHECK(memcmp(spec, zeros, sizeof(spec)) == 0);
    links[number] = attach_passed(program, all_processes());
    CHECK_EQ(bpf_map_lookup_elem(fd, &number, spec), 0);
    CHECK(memcmp(spec, zeros, sizeof(spec)) != 0);
  }
  CHECK_EQ(bpf_link__destroy(links[1]), 0);
  links[1] = attach_passed(program, all_processes());
  for (int number = 0; number < 3; number++)
    CHECK_EQ(bpf_link__destroy(links[number]), 0);
  /* What was given back is taken again, so no new number is. */
  check_seen(seen_by(attach_passed(program, all_processes())));
  for (int number = 3; number < 8; number++) {
    CHECK_EQ(bpf_map_lookup_elem(fd, &number, spec), 0);
    CHECK(memcmp(spec, zeros, sizeof(spec)) == 0);
  }
  bpf_object__close(object);
}

CASES(attach_usdt) = {
#define CASE(name_, ...)                                                                           \
  {                                                                                                \
    .name = "attach_usdt." #name_, .body = name_, .needs = NEEDS_LIVE,                             \
    .function = "bpf_program__attach_usdt", __VA_ARGS__                                            \
  }
    CASE(newer_layout, .since = "1.7"),
    CASE(older_layout, .until = "1.7"),
    CASE(older_layout_since, .since = "1.7", .difference = "layout-of-the-object"),
    CASE(not_there, .since = "1.3"),
    CASE(without_maps, .since = "1.0"),
    CASE(without_names, .difference = "usdt-names-that-are-null", .stock_outcome = CRASHES),
    CASE(descriptor, .since = "1.7", .difference = "usdt-links-have-descriptors"),
    CASE(numbers, .since = "1.7", .kernel = "5.15"),
    {.name = NULL},
#undef CASE
};
