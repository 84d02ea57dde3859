/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* hooks: programs that one call attaches. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach/attaching.h"
#include "harness/conform.h"
#include "object/objects.h"

enum {
  link_tracing = 2,
  link_cgroup = 3,
  link_iter = 4,
  link_netns = 5,
  link_xdp = 6,
  link_netfilter = 10,
  link_tcx = 11,
  link_netkit = 13,
  link_sockmap = 14
};
enum { loopback = 1, no_device = 9999 };

static void device(void) {
  struct bpf_program* program;

  own_network();
  program = program_loaded("xdp_pass");
  CHECK_LINK(bpf_program__attach_xdp(program, loopback), link_xdp, act_packet, 1);
  CHECK_NULL(bpf_program__attach_xdp(program, no_device), EINVAL);
  end_program();
  CHECK_NULL(bpf_program__attach_xdp(program_unloaded("xdp_pass"), no_device), EINVAL);
  end_program();
}

static void traffic_control(void) {
  struct bpf_program* program;
  OPTS(bpf_tcx_opts, opts, .relative_fd = 1, .relative_id = 2);

  own_network();
  program = program_loaded("ingress");
  CHECK_LINK(bpf_program__attach_tcx(program, loopback, NULL), link_tcx, act_packet, 1);
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

/* make_netkit makes a pair of devices, and gives the number of the first. */
static int make_netkit(void) {
  /* What the kernel reads: a name, and a kind of device. */
  struct {
    struct nlmsghdr head;
    struct ifinfomsg device;
    struct rtattr name;
    char own_name[4];
    struct rtattr info, kind;
    char own_kind[8];
  } request = {
      .head = {sizeof(request), RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
               1, 0},
      .name = {sizeof(request.name) + sizeof(request.own_name), IFLA_IFNAME},
      .own_name = "nk",
      .info = {sizeof(request.info) + sizeof(request.kind) + sizeof(request.own_kind),
               IFLA_LINKINFO},
      .kind = {sizeof(request.kind) + sizeof(request.own_kind), IFLA_INFO_KIND},
      .own_kind = "netkit",
  };
  struct {
    struct nlmsghdr head;
    struct nlmsgerr answer;
    char rest[512];
  } answer;
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

  CHECK_EQ(send(fd, &request, sizeof(request), 0), sizeof(request));
  CHECK(recv(fd, &answer, sizeof(answer), 0) > 0);
  close(fd);
  if (answer.answer.error != 0)
    skip("the kernel has no netkit devices");
  return (int)if_nametoindex("nk");
}

static void netkit(void) {
  struct bpf_program* program;
  OPTS(bpf_netkit_opts, opts, .relative_fd = 1, .relative_id = 2);
  int first;

  own_namespaces();
  first = make_netkit();
  program = program_loaded("primary");
  CHECK_ATTACHES(bpf_program__attach_netkit(program, first, NULL), link_netkit);
  CHECK_NULL(bpf_program__attach_netkit(program, 0, NULL), EINVAL);
  CHECK_NULL(bpf_program__attach_netkit(program, first, &opts), EINVAL);
  CHECK_NULL(bpf_program__attach_netkit(program, no_device, NULL), ENODEV);
  CHECK_NULL(bpf_program__attach_netkit(program, loopback, NULL), ENXIO);
  end_program();
}

static void sockets(void) {
  struct bpf_program* program = program_loaded("message");
  int map = bpf_map_create(BPF_MAP_TYPE_SOCKMAP, NULL, 4, 4, 1, NULL);

  CHECK_ATTACHES(bpf_program__attach_sockmap(program, map), link_sockmap);
  CHECK_NULL(bpf_program__attach_sockmap(program, -1), EBADF);
  end_program();
  close(map);
}

static void control_group(void) {
  char folder[] = "/tmp/conform-cgroup-XXXXXX";
  struct bpf_program* program;
  struct bpf_link* link;
  int cgroup;

  own_network();
  if (!mkdtemp(folder) || mount("cgroup2", folder, "cgroup2", 0, NULL) != 0)
    skip("no file system of control groups can be mounted");
  cgroup = open(folder, O_RDONLY | O_CLOEXEC);
  program = program_loaded("egress");
  CHECK_ATTACHES(bpf_program__attach_cgroup(program, cgroup), link_cgroup);
  /* All processes are in the group, so others may send, too. */
  link = bpf_program__attach_cgroup(program, cgroup);
  CHECK(runs_in(act_packet) >= 1);
  CHECK_EQ(bpf_link__destroy(link), 0);
  CHECK_EQ(runs_in(act_packet), 0);
  CHECK_NULL(bpf_program__attach_cgroup(program, -1), EBADF);
  end_program();
  close(cgroup);
  umount2(folder, MNT_DETACH);
  rmdir(folder);
}

static void network(void) {
  struct bpf_program* program;
  int space;

  own_network();
  space = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  program = program_loaded("lookup");
  CHECK_LINK(bpf_program__attach_netns(program, space), link_netns, act_packet, 1);
  end_program();
  close(space);
}

static void packets(void) {
  struct bpf_program* program;
  OPTS(bpf_netfilter_opts, opts, .pf = 2, .hooknum = 3, .priority = -5);

  own_network();
  program = program_loaded("filter");
  CHECK_LINK(bpf_program__attach_netfilter(program, &opts), link_netfilter, act_packet, 1);
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

/* The program whose function is replaced. */
static int replaced_fd;

static void act_replaced(void) {
  char packet[64] = {0};
  OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 1);

  CHECK_EQ(bpf_prog_test_run_opts(replaced_fd, &opts), 0);
}

static void replacement_runs(void) {
  struct bpf_object* other = open_object("attach.el", NULL);
  struct bpf_program* program = program_of(other, "with_replaceable");
  int loaded;

  /* It does not know that the kernel has written the program's BTF. */
  skip_under_valgrind();
  bpf_program__set_autoload(program, true);
  CHECK_EQ(bpf_object__load(other), 0);
  replaced_fd = bpf_program__fd(program);
  program = program_unloaded("replacing");
  CHECK_EQ(bpf_program__set_attach_target(program, replaced_fd, "replaceable"), 0);
  loaded = load_program(program);
  if (loaded == 0) {
    struct bpf_link* link = bpf_program__attach_freplace(program, replaced_fd, "replaceable");

    if (!link && (errno == EPERM || errno == EOPNOTSUPP))
      loaded = -errno;
    else
      CHECK_LINK(link, link_tracing, act_replaced, 1);
  }
  end_program();
  bpf_object__close(other);
  if (loaded != 0)
    skip("the kernel has no trampolines for programs");
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
    CASE(traffic_control, "bpf_program__attach_tcx", .since = "1.3", .kernel = "6.6"),
    CASE(netkit, "bpf_program__attach_netkit", .since = "1.3", .kernel = "6.7"),
    CASE(sockets, "bpf_program__attach_sockmap", .since = "1.5", .kernel = "6.10"),
    CASE(control_group, "bpf_program__attach_cgroup"),
    CASE(network, "bpf_program__attach_netns"),
    CASE(packets, "bpf_program__attach_netfilter", .since = "1.3"),
    CASE(iterator, "bpf_program__attach_iter"),
    CASE(replacement, "bpf_program__attach_freplace"),
    CASE(replacement_runs, "bpf_program__attach_freplace"),
    CASE(unloaded, "bpf_program__attach_cgroup"),
    CASE(another_program, "bpf_link__update_program", .since = "1.4"),
    {.name = NULL},
#undef CASE
};
