/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* hooks: programs that one call attaches. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "attach/attaching.h"
#include "harness/conform.h"

enum {
  link_tracing = 2,
  link_cgroup = 3,
  link_iter = 4,
  link_netns = 5,
  link_xdp = 6,
  link_netfilter = 10,
  link_tcx = 11
};
enum { loopback = 1, no_device = 9999 };

static void device(void) {
  struct bpf_program* program;

  own_namespaces();
  program = program_loaded("xdp_pass");
  CHECK_ATTACHES(bpf_program__attach_xdp(program, loopback), link_xdp);
  CHECK_NULL(bpf_program__attach_xdp(program, no_device), EINVAL);
  end_program();
  CHECK_NULL(bpf_program__attach_xdp(program_unloaded("xdp_pass"), no_device), EINVAL);
  end_program();
}

static void traffic_control(void) {
  struct bpf_program* program;
  OPTS(bpf_tcx_opts, opts, .relative_fd = 1, .relative_id = 2);

  own_namespaces();
  program = program_loaded("ingress");
  CHECK_ATTACHES(bpf_program__attach_tcx(program, loopback, NULL), link_tcx);
  CHECK_NULL(bpf_program__attach_tcx(program, 0, NULL), EINVAL);
  CHECK_NULL(bpf_program__attach_tcx(program, loopback, &opts), EINVAL);
  CHECK_NULL(bpf_program__attach_tcx(program, no_device, NULL), ENODEV);
  opts.relative_id = 0;
  opts.relative_fd = 0;
  opts.expected_revision = 1;
  CHECK_ATTACHES(bpf_program__attach_tcx(program, loopback, &opts), link_tcx);
  opts.expected_revision = 99;
  CHECK_NULL(bpf_program__attach_tcx(program, loopback, &opts), ESTALE);
  end_program();
}

static void control_group(void) {
  char folder[] = "/tmp/conform-cgroup-XXXXXX";
  struct bpf_program* program;
  int cgroup;

  own_namespaces();
  if (!mkdtemp(folder) || mount("cgroup2", folder, "cgroup2", 0, NULL) != 0)
    skip("no file system of control groups can be mounted");
  cgroup = open(folder, O_RDONLY | O_CLOEXEC);
  program = program_loaded("egress");
  CHECK_ATTACHES(bpf_program__attach_cgroup(program, cgroup), link_cgroup);
  CHECK_NULL(bpf_program__attach_cgroup(program, -1), EBADF);
  end_program();
  close(cgroup);
  umount2(folder, MNT_DETACH);
  rmdir(folder);
}

static void network(void) {
  struct bpf_program* program;
  int space;

  own_namespaces();
  space = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  program = program_loaded("lookup");
  CHECK_ATTACHES(bpf_program__attach_netns(program, space), link_netns);
  end_program();
  close(space);
}

static void packets(void) {
  struct bpf_program* program;
  OPTS(bpf_netfilter_opts, opts, .pf = 2, .hooknum = 3, .priority = -5);

  own_namespaces();
  program = program_loaded("filter");
  CHECK_ATTACHES(bpf_program__attach_netfilter(program, &opts), link_netfilter);
  CHECK_NULL(bpf_program__attach_netfilter(program, NULL), EAFNOSUPPORT);
  end_program();
}

static void iterator(void) {
  struct bpf_program* program = program_loaded("tasks");
  struct bpf_link* link = bpf_program__attach_iter(program, NULL);
  char byte;

  CHECK(link != NULL);
  if (link) {
    int iterator = bpf_iter_create(bpf_link__fd(link));
    CHECK(iterator >= 0);
    CHECK_EQ(read(iterator, &byte, 1), 0);
    close(iterator);
  }
  CHECK_EQ(bpf_link__destroy(link), 0);
  end_program();
}

static void replacement(void) {
  struct bpf_program* program = program_loaded("socket");

  CHECK_NULL(bpf_program__attach_freplace(program, 0, NULL), EINVAL);
  CHECK_NULL(bpf_program__attach_freplace(program, 1, NULL), EINVAL);
  CHECK_NULL(bpf_program__attach_freplace(program, 0, "x"), EINVAL);
  end_program();
}

static void unloaded(void) {
  struct bpf_program* program = program_unloaded("xdp_pass");

  CHECK_NULL(bpf_program__attach_cgroup(program, -1), EINVAL);
  CHECK_NULL(bpf_program__attach_netns(program, -1), EINVAL);
  CHECK_NULL(bpf_program__attach_iter(program, NULL), EINVAL);
  CHECK_NULL(bpf_program__attach_trace(program), EINVAL);
  CHECK_NULL(bpf_program__attach_lsm(program), EINVAL);
  end_program();
}

static void another_program(void) {
  struct bpf_program* program;
  struct bpf_link* link;

  own_namespaces();
  program = program_loaded("xdp_pass");
  link = bpf_program__attach_xdp(program, loopback);
  CHECK(link != NULL);
  CHECK_EQ(bpf_link__update_program(link, program), 0);
  CHECK_EQ(bpf_link__detach(link), 0);
  CHECK_FAILS(bpf_link__update_program(link, program), ENOLINK);
  end_program();
  CHECK_FAILS(bpf_link__update_program(link, program_unloaded("xdp_pass")), EINVAL);
  end_program();
  CHECK_EQ(bpf_link__destroy(link), 0);
}

CASES(attach_hooks) = {
#define CASE(name_, ...)                                                                           \
  { .name = "attach_hooks." #name_, .body = name_, .needs = NEEDS_LIVE, .function = __VA_ARGS__ }
    CASE(device, "bpf_program__attach_xdp"),
    CASE(traffic_control, "bpf_program__attach_tcx", .since = "1.3"),
    CASE(control_group, "bpf_program__attach_cgroup"),
    CASE(network, "bpf_program__attach_netns"),
    CASE(packets, "bpf_program__attach_netfilter", .since = "1.3"),
    CASE(iterator, "bpf_program__attach_iter"),
    CASE(replacement, "bpf_program__attach_freplace"),
    CASE(unloaded, "bpf_program__attach_cgroup"),
    CASE(another_program, "bpf_link__update_program", .since = "1.4"),
    {.name = NULL},
#undef CASE
};
