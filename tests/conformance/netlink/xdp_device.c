/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* xdp_device: XDP programs of a device. */
#include <linux/if_link.h>
#include <unistd.h>

#include "harness/conform.h"
#include "netlink/device.h"

enum { no_device = 4000 };

static void attach_and_detach(void) {
  const int device = device_of_our_own();
  const int prog = device_program(BPF_PROG_TYPE_XDP);
  struct bpf_xdp_query_opts opts = {.sz = offsetof(struct bpf_xdp_query_opts, feature_flags)};
  __u32 id = 99;

  CHECK_EQ(bpf_xdp_query(device, 0, &opts), 0);
  CHECK_EQ(opts.attach_mode, XDP_ATTACHED_NONE);
  CHECK_EQ(bpf_xdp_attach(device, prog, XDP_FLAGS_SKB_MODE, NULL), 0);
  CHECK_EQ(bpf_xdp_query(device, 0, &opts), 0);
  CHECK_EQ(opts.attach_mode, XDP_ATTACHED_SKB);
  CHECK_EQ(opts.prog_id, device_program_id(prog));
  CHECK_EQ(opts.skb_prog_id, device_program_id(prog));
  CHECK_EQ(opts.drv_prog_id, 0);
  CHECK_EQ(bpf_xdp_query_id(device, 0, &id), 0);
  CHECK_EQ(id, device_program_id(prog));
  CHECK_EQ(bpf_xdp_detach(device, XDP_FLAGS_SKB_MODE, NULL), 0);
  CHECK_EQ(bpf_xdp_query_id(device, 0, &id), 0);
  CHECK_EQ(id, 0);
  CHECK_EQ(bpf_xdp_detach(device, XDP_FLAGS_SKB_MODE, NULL), 0);
  close(prog);
}

static void one_is_there(void) {
  const int device = device_of_our_own();
  const int prog = device_program(BPF_PROG_TYPE_XDP), other = device_program(BPF_PROG_TYPE_XDP);
  const __u32 first = XDP_FLAGS_SKB_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST;
  OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = other);

  CHECK_EQ(bpf_xdp_attach(device, prog, first, NULL), 0);
  CHECK_FAILS(bpf_xdp_attach(device, other, first, NULL), EBUSY);
  CHECK_FAILS(bpf_xdp_attach(device, other, XDP_FLAGS_SKB_MODE, &opts), EEXIST);
  opts.old_prog_fd = -1;
  CHECK_FAILS(bpf_xdp_attach(device, other, XDP_FLAGS_SKB_MODE, &opts), EEXIST);
  opts.old_prog_fd = prog;
  CHECK_EQ(bpf_xdp_attach(device, other, XDP_FLAGS_SKB_MODE, &opts), 0);
  CHECK_FAILS(bpf_xdp_detach(device, XDP_FLAGS_SKB_MODE, &opts), EEXIST);
  opts.old_prog_fd = other;
  CHECK_EQ(bpf_xdp_detach(device, XDP_FLAGS_SKB_MODE, &opts), 0);
  close(prog);
  close(other);
}

static void what_cannot_be(void) {
  const int device = device_of_our_own();
  const int prog = device_program(BPF_PROG_TYPE_XDP);
  const int filter = device_program(BPF_PROG_TYPE_SCHED_CLS);

  CHECK_FAILS(bpf_xdp_attach(device, prog, XDP_FLAGS_DRV_MODE, NULL), EOPNOTSUPP);
  CHECK_FAILS(bpf_xdp_attach(device, prog, XDP_FLAGS_HW_MODE, NULL), EOPNOTSUPP);
  CHECK_FAILS(bpf_xdp_attach(device, prog, XDP_FLAGS_SKB_MODE | XDP_FLAGS_DRV_MODE, NULL), EINVAL);
  CHECK_FAILS(bpf_xdp_attach(device, prog, 0x20, NULL), EINVAL);
  CHECK_FAILS(bpf_xdp_attach(device, filter, XDP_FLAGS_SKB_MODE, NULL), EINVAL);
  CHECK_FAILS(bpf_xdp_attach(device, 999, XDP_FLAGS_SKB_MODE, NULL), EBADF);
  CHECK_FAILS(bpf_xdp_attach(no_device, prog, XDP_FLAGS_SKB_MODE, NULL), ENODEV);
  CHECK_FAILS(bpf_xdp_attach(0, prog, XDP_FLAGS_SKB_MODE, NULL), EINVAL);
  CHECK_FAILS(bpf_xdp_attach(-1, prog, XDP_FLAGS_SKB_MODE, NULL), EINVAL);
  close(prog);
  close(filter);
}

static void query_of_no_device(void) {
  struct bpf_xdp_query_opts opts = {.sz = offsetof(struct bpf_xdp_query_opts, feature_flags),
                                    .prog_id = 99};

  device_of_our_own();
  CHECK_EQ(bpf_xdp_query(no_device, 0, &opts), 0);
  CHECK_EQ(opts.prog_id, 0);
  CHECK_EQ(opts.attach_mode, XDP_ATTACHED_NONE);
  CHECK_EQ(bpf_xdp_query(-1, 0, &opts), 0);
}

/* Whether a library fails may depend on the kernel: one that asks for the features of the device,
 * too, fails where the kernel knows of such. */
static void query_id_of_no_device(void) {
  __u32 id = 99;

  device_of_our_own();
  if (bpf_xdp_query_id(no_device, 0, &id) == 0)
    CHECK_EQ(id, 0);
  else
    CHECK_EQ(errno, ENODEV);
}

/* Index 0 stands for any device with a program. */
static void query_of_any_device(void) {
  const int device = device_of_our_own();
  const int prog = device_program(BPF_PROG_TYPE_XDP);
  struct bpf_xdp_query_opts opts = {.sz = offsetof(struct bpf_xdp_query_opts, feature_flags)};

  CHECK_EQ(bpf_xdp_attach(device, prog, XDP_FLAGS_SKB_MODE, NULL), 0);
  CHECK_EQ(bpf_xdp_query(0, 0, &opts), 0);
  CHECK_EQ(opts.prog_id, device_program_id(prog));
  CHECK_EQ(bpf_xdp_detach(device, XDP_FLAGS_SKB_MODE, NULL), 0);
  close(prog);
}

/* A kernel before 6.3 does not say, and a loopback device can do nothing. */
static void features(void) {
  struct bpf_xdp_query_opts opts = {.sz = sizeof(opts), .feature_flags = 99};

  CHECK_EQ(bpf_xdp_query(device_of_our_own(), 0, &opts), 0);
  CHECK_EQ(opts.feature_flags, 0);
}

CASES(xdp_device) = {
#define CASE(name_, ...)                                                                           \
  { .name = "xdp_device." #name_, .needs = NEEDS_LIVE, .body = name_, .function = __VA_ARGS__ }
    CASE(attach_and_detach, "bpf_xdp_attach"),       CASE(one_is_there, "bpf_xdp_attach"),
    CASE(what_cannot_be, "bpf_xdp_attach"),          CASE(query_of_no_device, "bpf_xdp_query"),
    CASE(query_id_of_no_device, "bpf_xdp_query_id"), CASE(query_of_any_device, "bpf_xdp_query"),
    CASE(features, "bpf_xdp_query", .since = "1.2"), {.name = NULL},
#undef CASE
};
