/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* xdp: requests for XDP programs, and what is made of the answers. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "harness/conform.h"
#include "netlink/wire.h"

static void attach(void) {
  OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = 7);

  wire_cut();
  wire_ack(0, NULL);
  CHECK_EQ(bpf_xdp_attach(2, 5, 0, NULL), 0);
  CHECK_SENT("19 ack [4]=2 43{1=5}");
  wire_ack(0, NULL);
  CHECK_EQ(bpf_xdp_attach(2, 5, XDP_FLAGS_SKB_MODE, NULL), 0);
  CHECK_SENT("19 ack [4]=2 43{1=5 3=2}");
  wire_ack(0, NULL);
  CHECK_EQ(bpf_xdp_attach(2, 5, XDP_FLAGS_SKB_MODE, &opts), 0);
  CHECK_SENT("19 ack [4]=2 43{1=5 3=18 8=7}");
  opts.old_prog_fd = -1;
  wire_ack(0, NULL);
  CHECK_EQ(bpf_xdp_attach(2, 5, 0, &opts), 0);
  CHECK_SENT("19 ack [4]=2 43{1=5 3=16 8=-1}");
}

static void replace_by_flag(void) {
  wire_cut();
  wire_ack(0, NULL);
  CHECK_EQ(bpf_xdp_attach(2, 5, XDP_FLAGS_REPLACE, NULL), 0);
  CHECK_SENT("19 ack [4]=2 43{1=5 3=16 8=-1}");
}

static void detach(void) {
  OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = 7);

  wire_cut();
  wire_ack(0, NULL);
  CHECK_EQ(bpf_xdp_detach(2, 0, NULL), 0);
  CHECK_SENT("19 ack [4]=2 43{1=-1}");
  wire_ack(0, NULL);
  CHECK_EQ(bpf_xdp_detach(2, XDP_FLAGS_DRV_MODE, &opts), 0);
  CHECK_SENT("19 ack [4]=2 43{1=-1 3=20 8=7}");
}

static void refused(void) {
  wire_cut();
  wire_ack(-EBUSY, NULL);
  CHECK_FAILS(bpf_xdp_attach(2, 5, 0, NULL), EBUSY);
  wire_ack(-EOPNOTSUPP, "there is no such mode");
  CHECK_FAILS(bpf_xdp_detach(2, 0, NULL), EOPNOTSUPP);
}

static void refuses_options(void) {
  const struct bpf_xdp_attach_opts opts = {.sz = 1};
  struct bpf_xdp_query_opts query_opts = {.sz = 1};

  wire_cut();
  CHECK_FAILS(bpf_xdp_attach(2, 5, 0, &opts), EINVAL);
  CHECK_FAILS(bpf_xdp_detach(2, 0, &opts), EINVAL);
  CHECK_FAILS(bpf_xdp_query(2, 0, &query_opts), EINVAL);
  CHECK_SENT("");
}

/* The options of a program that knows no features of devices. */
enum { without_features = offsetof(struct bpf_xdp_query_opts, feature_flags) };

/* link_with: a device, with a mode and the programs of each. */
struct link_body {
  char bytes[256];
  size_t size;
};
static struct link_body link_with(int ifindex, __u8 mode, const __u32 ids[4]) {
  static const __u16 types[] = {IFLA_XDP_PROG_ID, IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID,
                                IFLA_XDP_HW_PROG_ID};
  const struct ifinfomsg head = {.ifi_index = ifindex};
  struct link_body body = {.size = sizeof(head)};
  char nest[128];
  size_t size = wire_append(nest, 0, IFLA_XDP_ATTACHED, &mode, sizeof(mode));

  for (int i = 0; i < 4; i++)
    if (ids[i] != 0)
      size = wire_append(nest, size, types[i], &ids[i], sizeof(ids[i]));
  memcpy(body.bytes, &head, sizeof(head));
  body.size = wire_append(body.bytes, body.size, IFLA_XDP | NLA_F_NESTED, nest, size);
  return body;
}

/* answer_link: a device, and the end that a dump has. */
static void answer_link(int ifindex, __u8 mode, const __u32 ids[4]) {
  const struct link_body body = link_with(ifindex, mode, ids);

  wire_answer(RTM_NEWLINK, NLM_F_MULTI, body.bytes, body.size);
  wire_answer(NLMSG_DONE, NLM_F_MULTI, &(int){0}, sizeof(int));
}

/* The stock library asks for all devices, and looks for its own among them. */
static void query_asks(void) {
  struct bpf_xdp_query_opts opts = {.sz = without_features};

  wire_cut();
  answer_link(2, XDP_ATTACHED_SKB, (const __u32[]){11, 0, 11, 0});
  CHECK_EQ(bpf_xdp_query(2, 0, &opts), 0);
  if (differs())
    CHECK_SENT("18 [4]=2");
  else
    CHECK_SENT("18 replace excl [0]=17");
  CHECK_EQ(opts.attach_mode, XDP_ATTACHED_SKB);
  CHECK_EQ(opts.prog_id, 11);
}

static void query(void) {
  struct bpf_xdp_query_opts opts = {.sz = without_features, .prog_id = 99, .hw_prog_id = 99};

  wire_cut();
  answer_link(2, XDP_ATTACHED_SKB, (const __u32[]){11, 0, 11, 0});
  CHECK_EQ(bpf_xdp_query(2, 0, &opts), 0);
  CHECK_EQ(opts.attach_mode, XDP_ATTACHED_SKB);
  CHECK_EQ(opts.prog_id, 11);
  CHECK_EQ(opts.drv_prog_id, 0);
  CHECK_EQ(opts.skb_prog_id, 11);
  CHECK_EQ(opts.hw_prog_id, 0);
  answer_link(2, XDP_ATTACHED_MULTI, (const __u32[]){0, 12, 13, 14});
  CHECK_EQ(bpf_xdp_query(2, XDP_FLAGS_SKB_MODE, &opts), 0);
  CHECK_EQ(opts.attach_mode, XDP_ATTACHED_MULTI);
  CHECK_EQ(opts.prog_id, 0);
  CHECK_EQ(opts.drv_prog_id, 12);
  CHECK_EQ(opts.skb_prog_id, 13);
  CHECK_EQ(opts.hw_prog_id, 14);
}

/* Without a mode nothing else counts. */
static void query_of_none(void) {
  struct bpf_xdp_query_opts opts = {.sz = without_features};

  wire_cut();
  answer_link(2, XDP_ATTACHED_NONE, (const __u32[]){11, 12, 13, 14});
  CHECK_EQ(bpf_xdp_query(2, 0, &opts), 0);
  CHECK_EQ(opts.attach_mode, XDP_ATTACHED_NONE);
  CHECK_EQ(opts.prog_id, 0);
  CHECK_EQ(opts.drv_prog_id, 0);
}

static void query_refuses_flags(void) {
  struct bpf_xdp_query_opts opts = {.sz = sizeof(opts)};
  __u32 id = 99;

  wire_cut();
  CHECK_FAILS(bpf_xdp_query(2, 0x20, &opts), EINVAL);
  CHECK_FAILS(bpf_xdp_query(2, XDP_FLAGS_SKB_MODE | XDP_FLAGS_DRV_MODE, &opts), EINVAL);
  CHECK_FAILS(bpf_xdp_query_id(2, 0x20, &id), EINVAL);
  CHECK_FAILS(bpf_xdp_query_id(2, XDP_FLAGS_HW_MODE | XDP_FLAGS_DRV_MODE, &id), EINVAL);
  CHECK_EQ(id, 99);
  CHECK_SENT("");
}

static void query_fails(void) {
  struct bpf_xdp_query_opts opts = {.sz = without_features, .prog_id = 99};
  __u32 id = 99;

  wire_cut();
  wire_ack(-EPERM, NULL);
  CHECK_FAILS(bpf_xdp_query(2, 0, &opts), EPERM);
  CHECK_EQ(opts.prog_id, 99);
  wire_ack(-ENOBUFS, NULL);
  CHECK_FAILS(bpf_xdp_query_id(2, 0, &id), ENOBUFS);
  CHECK_EQ(id, 99);
}

/* check_id: the id by the flags. Stock asks for the features, too, which older kernels lack. */
static void check_id(__u8 mode, const __u32 ids[4], int flags, __u32 want) {
  __u32 id = 99;

  answer_link(2, mode, ids);
  if (!differs())
    wire_ack(-ENOENT, NULL);
  CHECK_EQ(bpf_xdp_query_id(2, flags, &id), 0);
  CHECK_EQ(id, want);
}

static void query_id(void) {
  const __u32 native[] = {11, 11, 0, 0};

  wire_cut();
  check_id(XDP_ATTACHED_DRV, native, 0, 11);
  check_id(XDP_ATTACHED_DRV, native, XDP_FLAGS_SKB_MODE, 0);
}

static void query_id_of_several(void) {
  const __u32 several[] = {0, 12, 13, 14};

  wire_cut();
  check_id(XDP_ATTACHED_MULTI, several, XDP_FLAGS_DRV_MODE, 12);
  check_id(XDP_ATTACHED_MULTI, several, XDP_FLAGS_SKB_MODE, 13);
}

static void query_id_of_several_without_mode(void) {
  const __u32 several[] = {0, 12, 13, 14};

  wire_cut();
  check_id(XDP_ATTACHED_MULTI, several, XDP_FLAGS_HW_MODE, 14);
  check_id(XDP_ATTACHED_MULTI, several, 0, 0);
}

static void query_id_without_a_place(void) {
  wire_cut();
  answer_link(2, XDP_ATTACHED_SKB, (const __u32[]){11, 0, 11, 0});
  wire_ack(-ENOENT, NULL);
  CHECK_FAILS(bpf_xdp_query_id(2, 0, NULL), EINVAL);
  CHECK_SENT("");
}

CASES(xdp) = {
#define CASE(name_, ...)                                                                           \
  { .name = "xdp." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(attach, "bpf_xdp_attach"),
    CASE(replace_by_flag, "bpf_xdp_attach"),
    CASE(detach, "bpf_xdp_detach"),
    CASE(refused, "bpf_xdp_attach"),
    CASE(refuses_options, "bpf_xdp_attach"),
    CASE(query_asks, "bpf_xdp_query", .difference = "one-device"),
    CASE(query, "bpf_xdp_query"),
    CASE(query_of_none, "bpf_xdp_query"),
    CASE(query_refuses_flags, "bpf_xdp_query"),
    CASE(query_fails, "bpf_xdp_query"),
    CASE(query_id, "bpf_xdp_query_id", .since = "1.2", .difference = "one-device"),
    CASE(query_id_of_several, "bpf_xdp_query_id", .since = "1.2", .difference = "one-device"),
    CASE(query_id_of_several_without_mode, "bpf_xdp_query_id", .since = "1.2",
         .difference = "one-device"),
    CASE(query_id_without_a_place, "bpf_xdp_query_id", .difference = "null-results",
         .stock_outcome = CRASHES),
    {.name = NULL},
#undef CASE
};
