/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tc_device: hooks and filters of a device. */
#include <unistd.h>

#include "harness/conform.h"
#include "netlink/device.h"

static void filters(void) {
  const int device = device_of_our_own();
  const int prog = device_program(BPF_PROG_TYPE_SCHED_CLS);
  OPTS(bpf_tc_hook, hook, .ifindex = device, .attach_point = BPF_TC_INGRESS);
  OPTS(bpf_tc_opts, opts, .prog_fd = prog);
  OPTS(bpf_tc_opts, named, .handle = 1, .priority = 0xc000);

  CHECK_FAILS(bpf_tc_attach(&hook, &opts), EINVAL);
  CHECK_EQ(bpf_tc_hook_create(&hook), 0);
  CHECK_FAILS(bpf_tc_hook_create(&hook), EEXIST);
  CHECK_EQ(bpf_tc_attach(&hook, &opts), 0);
  CHECK_EQ(opts.handle, 1);
  CHECK_EQ(opts.priority, 0xc000);
  CHECK_EQ(opts.prog_id, device_program_id(prog));
  CHECK_EQ(bpf_tc_query(&hook, &named), 0);
  CHECK_EQ(named.prog_id, device_program_id(prog));
  named.prog_id = 0;
  named.handle = 2;
  CHECK_FAILS(bpf_tc_query(&hook, &named), ENOENT);
  CHECK_FAILS(bpf_tc_detach(&hook, &named), ENOENT);
  named.handle = 1;
  CHECK_EQ(bpf_tc_detach(&hook, &named), 0);
  /* It was the last one, so its list is gone, too. */
  CHECK_FAILS(bpf_tc_query(&hook, &named), EINVAL);
  CHECK_FAILS(bpf_tc_detach(&hook, &named), ENOENT);
  close(prog);
}

static void one_is_there(void) {
  const int device = device_of_our_own();
  const int prog = device_program(BPF_PROG_TYPE_SCHED_CLS);
  OPTS(bpf_tc_hook, hook, .ifindex = device, .attach_point = BPF_TC_EGRESS);
  OPTS(bpf_tc_opts, opts, .prog_fd = prog, .handle = 7, .priority = 8);

  CHECK_EQ(bpf_tc_hook_create(&hook), 0);
  CHECK_EQ(bpf_tc_attach(&hook, &opts), 0);
  opts.prog_id = 0;
  CHECK_FAILS(bpf_tc_attach(&hook, &opts), EEXIST);
  opts.flags = BPF_TC_F_REPLACE;
  CHECK_EQ(bpf_tc_attach(&hook, &opts), 0);
  CHECK_EQ(opts.handle, 7);
  CHECK_EQ(opts.priority, 8);
  close(prog);
}

/* To destroy the hook of one side is to remove its filters; the qdisc stays for the other. */
static void one_side(void) {
  const int device = device_of_our_own();
  const int prog = device_program(BPF_PROG_TYPE_SCHED_CLS);
  OPTS(bpf_tc_hook, hook, .ifindex = device, .attach_point = BPF_TC_INGRESS);
  OPTS(bpf_tc_opts, opts, .prog_fd = prog, .handle = 1, .priority = 1);
  OPTS(bpf_tc_opts, named, .handle = 1, .priority = 1);

  CHECK_EQ(bpf_tc_hook_create(&hook), 0);
  CHECK_EQ(bpf_tc_attach(&hook, &opts), 0);
  CHECK_EQ(bpf_tc_hook_destroy(&hook), 0);
  CHECK_FAILS(bpf_tc_query(&hook, &named), EINVAL);
  opts.prog_id = 0;
  CHECK_EQ(bpf_tc_attach(&hook, &opts), 0);
  hook.attach_point = (enum bpf_tc_attach_point)(BPF_TC_INGRESS | BPF_TC_EGRESS);
  CHECK_EQ(bpf_tc_hook_destroy(&hook), 0);
  CHECK_FAILS(bpf_tc_hook_destroy(&hook), EINVAL);
  close(prog);
}

static void what_is_not_there(void) {
  const int device = device_of_our_own();
  OPTS(bpf_tc_hook, hook, .ifindex = 4000, .attach_point = BPF_TC_INGRESS);
  OPTS(bpf_tc_opts, opts, .prog_fd = 999);

  CHECK_FAILS(bpf_tc_hook_create(&hook), ENODEV);
  hook.ifindex = device;
  hook.attach_point = (enum bpf_tc_attach_point)(BPF_TC_INGRESS | BPF_TC_EGRESS);
  CHECK_FAILS(bpf_tc_hook_destroy(&hook), ENOENT);
  hook.attach_point = BPF_TC_INGRESS;
  CHECK_FAILS(bpf_tc_hook_destroy(&hook), EINVAL);
  CHECK_EQ(bpf_tc_hook_create(&hook), 0);
  CHECK_FAILS(bpf_tc_attach(&hook, &opts), EBADFD);
}

static void a_program_of_another_type(void) {
  const int device = device_of_our_own();
  const int prog = device_program(BPF_PROG_TYPE_XDP);
  OPTS(bpf_tc_hook, hook, .ifindex = device, .attach_point = BPF_TC_INGRESS);
  OPTS(bpf_tc_opts, opts, .prog_fd = prog);

  CHECK_EQ(bpf_tc_hook_create(&hook), 0);
  CHECK_FAILS(bpf_tc_attach(&hook, &opts), EINVAL);
  close(prog);
}

CASES(tc_device) = {
#define CASE(name_, ...)                                                                           \
  { .name = "tc_device." #name_, .needs = NEEDS_LIVE, .body = name_, .function = __VA_ARGS__ }
    CASE(filters, "bpf_tc_attach"),
    CASE(one_is_there, "bpf_tc_attach"),
    CASE(one_side, "bpf_tc_hook_destroy"),
    CASE(what_is_not_there, "bpf_tc_hook_create"),
    CASE(a_program_of_another_type, "bpf_tc_attach"),
    {.name = NULL},
#undef CASE
};
