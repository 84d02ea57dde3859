/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* struct_ops: tables of functions that the kernel takes as algorithms of TCP. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "harness/conform.h"
#include "object/objects.h"

enum { link_struct_ops = 9 };

static bool is_algorithm(const char* name) {
  char names[1024] = "";
  int fd = open("/proc/sys/net/ipv4/tcp_available_congestion_control", O_RDONLY | O_CLOEXEC);

  CHECK(read(fd, names, sizeof(names) - 1) > 0);
  close(fd);
  return strstr(names, name) != NULL;
}

/* loaded is the object with the tables, of which the second is optional. */
static struct bpf_object* loaded(bool both) {
  struct bpf_object* object = open_object("struct_ops.el", NULL);
  int error;

  CHECK_EQ(bpf_map__set_autocreate(map_of(object, "optional"), both), 0);
  error = bpf_object__load(object);
  if (error != 0) {
    bpf_object__close(object);
    skip("the kernel does not take such tables");
  }
  return object;
}

static void without_a_link(void) {
  struct bpf_object* object = loaded(false);
  struct bpf_link* link = bpf_map__attach_struct_ops(map_of(object, "plain"));

  CHECK(link != NULL);
  CHECK(bpf_link__fd(link) >= 0);
  CHECK(is_algorithm("ringside_test"));
  CHECK_EQ(bpf_link__update_map(link, map_of(object, "plain")), -EINVAL);
  CHECK_EQ(bpf_link__destroy(link), 0);
  CHECK(!is_algorithm("ringside_test"));
  bpf_object__close(object);
}

static void own_descriptor(void) {
  struct bpf_object* object = loaded(false);
  struct bpf_map* map = map_of(object, "plain");
  struct bpf_link* link = bpf_map__attach_struct_ops(map);

  CHECK(link != NULL);
  CHECK_EQ(bpf_link__fd(link) != bpf_map__fd(map), differs());
  CHECK_EQ(bpf_link__destroy(link), 0);
  bpf_object__close(object);
}

static void by_a_link(void) {
  struct bpf_object *object = loaded(true), *other = loaded(true);
  struct bpf_link* link = bpf_map__attach_struct_ops(map_of(object, "optional"));
  struct bpf_link_info info = {0};
  __u32 size = sizeof(info);

  CHECK(link != NULL);
  CHECK(is_algorithm("ringside_opt"));
  CHECK_EQ(bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &size), 0);
  CHECK_EQ(info.type, link_struct_ops);
  CHECK_EQ(bpf_link__update_map(link, map_of(other, "optional")), 0);
  bpf_object__close(object);
  CHECK(is_algorithm("ringside_opt"));
  CHECK_EQ(bpf_link__destroy(link), 0);
  CHECK(!is_algorithm("ringside_opt"));
  bpf_object__close(other);
}

static void of_other_maps(void) {
  struct bpf_object* object = open_object("struct_ops.el", NULL);
  struct bpf_object* other = open_object("attach.el", NULL);

  CHECK_NULL(bpf_map__attach_struct_ops(map_of(object, "plain")), EINVAL);
  CHECK_NULL(bpf_map__attach_struct_ops(map_of(other, "runs")), EINVAL);
  CHECK_EQ(bpf_object__load(other), 0);
  CHECK_NULL(bpf_map__attach_struct_ops(map_of(other, "runs")), EINVAL);
  bpf_object__close(other);
  bpf_object__close(object);
}

CASES(attach_struct_ops) = {
#define CASE(name_, ...)                                                                           \
  {                                                                                                \
    .name = "attach_struct_ops." #name_, .body = name_, .needs = NEEDS_LIVE,                       \
    .function = "bpf_map__attach_struct_ops", __VA_ARGS__                                          \
  }
    CASE(without_a_link, .since = "1.2"),
    CASE(own_descriptor, .since = "1.2", .difference = "struct-ops-links-have-their-own"),
    CASE(by_a_link, .since = "1.2", .kernel = "6.4"),
    CASE(of_other_maps, .since = "1.0"),
    {.name = NULL},
#undef CASE
};
