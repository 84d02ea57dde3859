/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* link: links from a bpf file system, and what every link can do. Where the kind does not matter a
 * map stands for the link: the library does not look. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/conform.h"

static char folder[64], path[128], other_path[128];

static bool is_there(const char* name) {
  return access(name, F_OK) == 0;
}

/* make_file_system mounts a bpf file system that this process alone sees, and pins a map there. */
static void make_file_system(void) {
  int map;

  strcpy(folder, "/tmp/conform-link-XXXXXX");
  if (!mkdtemp(folder))
    skip("no temporary folder can be made");
  if (unshare(CLONE_NEWNS) != 0 || mount("", "/", "", MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount("bpf", folder, "bpf", 0, NULL) != 0) {
    rmdir(folder);
    skip("no bpf file system can be mounted");
  }
  snprintf(path, sizeof(path), "%s/link", folder);
  snprintf(other_path, sizeof(other_path), "%s/inner/link", folder);
  map = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL);
  CHECK(map >= 0);
  CHECK_EQ(bpf_obj_pin(map, path), 0);
  close(map);
}

static void end_file_system(void) {
  umount2(folder, MNT_DETACH);
  rmdir(folder);
}

static void open_and_unpin(void) {
  struct bpf_link* link;

  make_file_system();
  link = bpf_link__open(path);
  if (CHECK(link != NULL)) {
    CHECK(bpf_link__fd(link) > 2);
    CHECK_TEXT(bpf_link__pin_path(link), path);
    CHECK_EQ(bpf_link__unpin(link), 0);
    CHECK(!is_there(path));
    CHECK(bpf_link__pin_path(link) == NULL);
    CHECK_FAILS(bpf_link__unpin(link), EINVAL);
    CHECK_EQ(bpf_link__destroy(link), 0);
  }
  end_file_system();
}

static void pin(void) {
  struct bpf_link* link;

  make_file_system();
  link = bpf_link__open(path);
  CHECK_FAILS(bpf_link__pin(link, other_path), EBUSY);
  CHECK_EQ(bpf_link__unpin(link), 0);
  CHECK_EQ(bpf_link__pin(link, other_path), 0);
  CHECK(is_there(other_path));
  CHECK_TEXT(bpf_link__pin_path(link), other_path);
  CHECK_EQ(bpf_link__destroy(link), 0);
  CHECK(is_there(other_path));
  end_file_system();
}

static void pin_over_another(void) {
  struct bpf_link* link;
  int map;

  make_file_system();
  link = bpf_link__open(path);
  CHECK_EQ(bpf_link__unpin(link), 0);
  map = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL);
  CHECK_EQ(bpf_obj_pin(map, path), 0);
  CHECK_FAILS(bpf_link__pin(link, path), EEXIST);
  CHECK(bpf_link__pin_path(link) == NULL);
  CHECK_EQ(bpf_link__destroy(link), 0);
  close(map);
  end_file_system();
}

static void pin_too_deep(void) {
  struct bpf_link* link;

  make_file_system();
  link = bpf_link__open(path);
  CHECK_EQ(bpf_link__unpin(link), 0);
  snprintf(other_path, sizeof(other_path), "%s/a/b/link", folder);
  CHECK_FAILS(bpf_link__pin(link, other_path), ENOENT);
  CHECK_EQ(bpf_link__destroy(link), 0);
  end_file_system();
}

/* The stock library makes the folder before it looks at the file system. */
static void pin_elsewhere(void) {
  struct bpf_link* link;
  char outside[64] = "/tmp/conform-link-XXXXXX", inner[96], name[128];

  make_file_system();
  link = bpf_link__open(path);
  CHECK_EQ(bpf_link__unpin(link), 0);
  CHECK(mkdtemp(outside) != NULL);
  snprintf(inner, sizeof(inner), "%s/inner", outside);
  snprintf(name, sizeof(name), "%s/link", inner);
  CHECK_FAILS(bpf_link__pin(link, name), EINVAL);
  CHECK(bpf_link__pin_path(link) == NULL);
  CHECK(is_there(inner) == !differs());
  CHECK_EQ(bpf_link__destroy(link), 0);
  rmdir(inner);
  rmdir(outside);
  end_file_system();
}

/* Another process has removed the name. The stock library never forgets it. */
static void unpin_of_a_lost_name(void) {
  struct bpf_link* link;

  make_file_system();
  link = bpf_link__open(path);
  CHECK_EQ(unlink(path), 0);
  CHECK_FAILS(bpf_link__unpin(link), ENOENT);
  if (differs())
    CHECK_FAILS(bpf_link__unpin(link), EINVAL);
  else
    CHECK_FAILS(bpf_link__unpin(link), ENOENT);
  CHECK_EQ(bpf_link__destroy(link), 0);
  end_file_system();
}

static void open_of_nothing(void) {
  make_file_system();
  CHECK_NULL(bpf_link__open(other_path), ENOENT);
  CHECK_NULL(bpf_link__open("/proc/self/status"), EACCES);
  end_file_system();
}

static void what_is_no_link(void) {
  struct bpf_link* link;

  make_file_system();
  link = bpf_link__open(path);
  CHECK_FAILS(bpf_link__detach(link), EINVAL);
  CHECK_EQ(bpf_link__destroy(link), 0);
  end_file_system();
}

static void disconnected(void) {
  struct bpf_link* link;
  int fd;

  make_file_system();
  link = bpf_link__open(path);
  fd = bpf_link__fd(link);
  bpf_link__disconnect(link);
  CHECK_EQ(bpf_link__destroy(link), 0);
  CHECK(fcntl(fd, F_GETFD) >= 0);
  close(fd);
  end_file_system();
}

static void closed_by_the_program(void) {
  struct bpf_link* link;

  make_file_system();
  link = bpf_link__open(path);
  close(bpf_link__fd(link));
  CHECK_FAILS(bpf_link__destroy(link), EBADF);
  end_file_system();
}

static void destroy_of_nothing(void) {
  errno = ENOTTY;
  CHECK_EQ(bpf_link__destroy(NULL), 0);
  CHECK_EQ(bpf_link__destroy((struct bpf_link*)(intptr_t)-ENOENT), 0);
  CHECK_EQ(errno, ENOTTY);
}

static void no_link(void) {
  CHECK_FAILS(bpf_link__fd(NULL), EINVAL);
  CHECK_FAILS(bpf_link__detach(NULL), EINVAL);
  CHECK_FAILS(bpf_link__pin(NULL, "/"), EINVAL);
  CHECK_FAILS(bpf_link__unpin(NULL), EINVAL);
  CHECK_NULL(bpf_link__pin_path(NULL), EINVAL);
  bpf_link__disconnect(NULL);
}

CASES(attach_link) = {
#define CASE(name_, ...)                                                                           \
  { .name = "attach_link." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(open_and_unpin, "bpf_link__open", .needs = NEEDS_LIVE),
    CASE(pin, "bpf_link__pin", .needs = NEEDS_LIVE),
    CASE(pin_over_another, "bpf_link__pin", .needs = NEEDS_LIVE),
    CASE(pin_too_deep, "bpf_link__pin", .needs = NEEDS_LIVE),
    CASE(pin_elsewhere, "bpf_link__pin", .needs = NEEDS_LIVE, .difference = "no-folder-left"),
    CASE(unpin_of_a_lost_name, "bpf_link__unpin", .needs = NEEDS_LIVE,
         .difference = "lost-names-forgotten"),
    CASE(open_of_nothing, "bpf_link__open", .needs = NEEDS_LIVE),
    CASE(what_is_no_link, "bpf_link__detach", .needs = NEEDS_LIVE),
    CASE(disconnected, "bpf_link__disconnect", .needs = NEEDS_LIVE),
    CASE(closed_by_the_program, "bpf_link__destroy", .needs = NEEDS_LIVE),
    CASE(destroy_of_nothing, "bpf_link__destroy"),
    CASE(no_link, "bpf_link__fd", .difference = "null-links", .stock_outcome = CRASHES),
    {.name = NULL},
#undef CASE
};
