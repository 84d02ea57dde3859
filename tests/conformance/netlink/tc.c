/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tc: requests for hooks and filters, and which fields of the caller's structs are refused. */
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "bpf/tap.h"
#include "harness/conform.h"
#include "netlink/wire.h"

static void create(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_INGRESS);

  wire_cut();
  for (int point = BPF_TC_INGRESS; point <= (BPF_TC_INGRESS | BPF_TC_EGRESS); point++) {
    hook.attach_point = (enum bpf_tc_attach_point)point;
    wire_ack(0, NULL);
    CHECK_EQ(bpf_tc_hook_create(&hook), 0);
    CHECK_SENT("36 ack excl create [4]=2 [8]=0xffff0000 [12]=0xfffffff1 1='clsact'");
  }
}

static void destroy(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_INGRESS);

  wire_cut();
  wire_ack(0, NULL);
  CHECK_EQ(bpf_tc_hook_destroy(&hook), 0);
  CHECK_SENT("45 ack [4]=2 [12]=0xfffffff2");
  hook.attach_point = BPF_TC_EGRESS;
  wire_ack(0, NULL);
  CHECK_EQ(bpf_tc_hook_destroy(&hook), 0);
  CHECK_SENT("45 ack [4]=2 [12]=0xfffffff3");
  hook.attach_point = (enum bpf_tc_attach_point)(BPF_TC_INGRESS | BPF_TC_EGRESS);
  wire_ack(0, NULL);
  CHECK_EQ(bpf_tc_hook_destroy(&hook), 0);
  CHECK_SENT("37 ack [4]=2 [8]=0xffff0000 [12]=0xfffffff1 1='clsact'");
}

static void qdisc(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_QDISC, .parent = 0xffffffff,
       .handle = 0x80000000, .qdisc = "bpf_fifo");

  wire_cut();
  wire_ack(0, NULL);
  CHECK_EQ(bpf_tc_hook_create(&hook), 0);
  CHECK_SENT("36 ack excl create [4]=2 [8]=0x80000000 [12]=0xffffffff 1='bpf_fifo'");
  wire_ack(0, NULL);
  CHECK_EQ(bpf_tc_hook_destroy(&hook), 0);
  CHECK_SENT("37 ack [4]=2 [8]=0x80000000 [12]=0xffffffff 1='bpf_fifo'");
}

static void long_kind(void) {
  char kind[130];
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_QDISC, .qdisc = kind);

  wire_cut();
  memset(kind, 'k', sizeof(kind));
  kind[124] = '\0';
  CHECK_FAILS(bpf_tc_hook_create(&hook), EMSGSIZE);
  CHECK_SENT("");
  kind[123] = '\0';
  wire_ack(-ENOENT, NULL);
  CHECK_FAILS(bpf_tc_hook_create(&hook), ENOENT);
}

static void no_kind(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_QDISC);

  wire_cut();
  CHECK_FAILS(bpf_tc_hook_create(&hook), EINVAL);
  CHECK_SENT("");
}

/* The kernel sends what it has made, then the acknowledgement. */
static void answer_filter(void) {
  const struct tcmsg head = {.tcm_ifindex = 2, .tcm_handle = 5, .tcm_info = 0xc0000003};
  const __u32 prog_id = 77;
  char body[128], nest[64];
  const size_t nest_size = wire_append(nest, 0, TCA_BPF_ID, &prog_id, sizeof(prog_id));
  size_t size = wire_append(body, sizeof(head), TCA_KIND, "bpf", sizeof("bpf"));

  memcpy(body, &head, sizeof(head));
  size = wire_append(body, size, TCA_OPTIONS | NLA_F_NESTED, nest, nest_size);
  wire_answer(RTM_NEWTFILTER, 0, body, size);
}

static void check_filter(const struct bpf_tc_opts* opts) {
  CHECK_EQ(opts->handle, 5);
  CHECK_EQ(opts->priority, 0xc000);
  CHECK_EQ(opts->prog_id, 77);
}

static void attach(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_INGRESS);
  OPTS(bpf_tc_opts, opts, .prog_fd = 9);

  wire_cut();
  tap_open_cold();
  answer_filter();
  wire_ack(0, NULL);
  CHECK_EQ(bpf_tc_attach(&hook, &opts), 0);
  CHECK_SENT("44 ack echo excl create [4]=2 [12]=0xfffffff2 [16]=768 1='bpf' "
             "2{6=9 7=':[0]' 8=1}");
  check_filter(&opts);
  CHECK_EQ(opts.prog_fd, 9);
}

static void replace(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_CUSTOM,
       .parent = BPF_TC_PARENT(1, 2));
  OPTS(bpf_tc_opts, opts, .prog_fd = 9, .flags = BPF_TC_F_REPLACE, .handle = 5, .priority = 6);

  wire_cut();
  tap_open_cold();
  answer_filter();
  wire_ack(0, NULL);
  CHECK_EQ(bpf_tc_attach(&hook, &opts), 0);
  CHECK_SENT("44 ack echo replace create [4]=2 [8]=5 [12]=0x10002 [16]=0x60300 1='bpf' "
             "2{6=9 7=':[0]' 8=1}");
  CHECK_EQ(opts.flags, BPF_TC_F_REPLACE);
}

/* The acknowledgement alone does not tell which filter it is. */
static void no_echo(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_EGRESS);
  OPTS(bpf_tc_opts, opts, .prog_fd = 9);

  wire_cut();
  tap_open_cold();
  wire_ack(0, NULL);
  CHECK_FAILS(bpf_tc_attach(&hook, &opts), ENOENT);
}

static void program_without_information(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_EGRESS);
  OPTS(bpf_tc_opts, opts, .prog_fd = 9);

  wire_cut();
  tap_open_cold();
  tap_answer(-EBADFD);
  CHECK_FAILS(bpf_tc_attach(&hook, &opts), EBADFD);
  CHECK_SENT("");
}

static void detach_and_query(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_EGRESS);
  OPTS(bpf_tc_opts, opts, .handle = 5, .priority = 6);

  wire_cut();
  wire_ack(0, NULL);
  CHECK_EQ(bpf_tc_detach(&hook, &opts), 0);
  CHECK_SENT("45 ack [4]=2 [8]=5 [12]=0xfffffff3 [16]=0x60300 1='bpf'");
  answer_filter();
  CHECK_EQ(bpf_tc_query(&hook, &opts), 0);
  CHECK_SENT("46 [4]=2 [8]=5 [12]=0xfffffff3 [16]=0x60300 1='bpf'");
  check_filter(&opts);
}

/* The functions, in the order of the columns below. */
static int call(int function, struct bpf_tc_hook* hook, struct bpf_tc_opts* opts) {
  switch (function) {
  case 0:
    return bpf_tc_hook_create(hook);
  case 1:
    return bpf_tc_hook_destroy(hook);
  case 2:
    return bpf_tc_attach(hook, opts);
  case 3:
    return bpf_tc_detach(hook, opts);
  default:
    return bpf_tc_query(hook, opts);
  }
}
enum { functions = 5 };

static void refused_hooks(void) {
  static const struct {
    int ifindex, point;
    __u32 parent;
    int errors[functions];
  } rows[] = {
      {0, BPF_TC_INGRESS, 0, {EINVAL, EINVAL, EINVAL, EINVAL, EINVAL}},
      {-1, BPF_TC_INGRESS, 0, {EINVAL, EINVAL, EINVAL, EINVAL, EINVAL}},
      {2, BPF_TC_INGRESS, 1, {EINVAL, EINVAL, EINVAL, EINVAL, EINVAL}},
      {2, BPF_TC_EGRESS, 1, {EINVAL, EINVAL, EINVAL, EINVAL, EINVAL}},
      {2, BPF_TC_INGRESS | BPF_TC_EGRESS, 1, {EINVAL, EINVAL, EINVAL, EINVAL, EINVAL}},
      {2, BPF_TC_INGRESS | BPF_TC_EGRESS, 0, {0, 0, EINVAL, EINVAL, EINVAL}},
      {2, BPF_TC_CUSTOM, 1, {EOPNOTSUPP, EOPNOTSUPP, 0, 0, 0}},
      {2, BPF_TC_CUSTOM, 0, {EOPNOTSUPP, EOPNOTSUPP, EINVAL, EINVAL, EINVAL}},
      {2, 0, 0, {EINVAL, EINVAL, EINVAL, EINVAL, EINVAL}},
      {2, 16, 0, {EINVAL, EINVAL, EINVAL, EINVAL, EINVAL}},
      {2, BPF_TC_INGRESS | BPF_TC_CUSTOM, 0, {EINVAL, EINVAL, EINVAL, EINVAL, EINVAL}},
  };

  wire_cut();
  for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
    for (int function = 0; function < functions; function++) {
      OPTS(bpf_tc_hook, hook, .ifindex = rows[row].ifindex,
           .attach_point = (enum bpf_tc_attach_point)rows[row].point, .parent = rows[row].parent);
      OPTS(bpf_tc_opts, opts, .prog_fd = function == 2 ? 999 : 0, .handle = 5, .priority = 6);

      if (rows[row].errors[function] != 0)
        CHECK_FAILS(call(function, &hook, &opts), rows[row].errors[function]);
    }
  CHECK_SENT("");
}

static void refused_options(void) {
  static const struct {
    struct bpf_tc_opts opts;
    bool attach, others;
  } rows[] = {
      {{.sz = sizeof(rows[0].opts), .handle = 5, .priority = 6}, true, false},
      {{.sz = sizeof(rows[0].opts), .prog_fd = 9, .handle = 5, .priority = 6}, false, true},
      {{.sz = sizeof(rows[0].opts), .prog_id = 9, .prog_fd = 9, .handle = 5, .priority = 6},
       true,
       true},
      {{.sz = sizeof(rows[0].opts), .prog_id = 9, .handle = 5, .priority = 6}, true, true},
      {{.sz = sizeof(rows[0].opts), .prog_fd = 9, .flags = 2, .handle = 5, .priority = 6},
       true,
       true},
      {{.sz = sizeof(rows[0].opts), .flags = 1, .handle = 5, .priority = 6}, true, true},
      {{.sz = sizeof(rows[0].opts), .prog_fd = 9, .handle = 5, .priority = 65536}, true, true},
      {{.sz = sizeof(rows[0].opts), .handle = 5, .priority = 65536}, true, true},
      {{.sz = sizeof(rows[0].opts), .handle = 5}, true, true},
      {{.sz = sizeof(rows[0].opts), .priority = 6}, true, true},
      {{.sz = 1}, true, true},
  };
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_INGRESS);

  wire_cut();
  tap_open_cold();
  for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
    struct bpf_tc_opts opts = rows[row].opts;

    if (rows[row].attach)
      CHECK_FAILS(bpf_tc_attach(&hook, &opts), EINVAL);
    if (rows[row].others) {
      CHECK_FAILS(bpf_tc_detach(&hook, &opts), EINVAL);
      CHECK_FAILS(bpf_tc_query(&hook, &opts), EINVAL);
    }
  }
  CHECK_SENT("");
  CHECK_TAKEN("");
}

static void nothing_given(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_INGRESS);
  struct bpf_tc_hook bad = {.sz = 1};
  OPTS(bpf_tc_opts, opts, .handle = 5, .priority = 6);

  wire_cut();
  for (int function = 0; function < functions; function++) {
    CHECK_FAILS(call(function, NULL, &opts), EINVAL);
    CHECK_FAILS(call(function, &bad, &opts), EINVAL);
    if (function >= 2)
      CHECK_FAILS(call(function, &hook, NULL), EINVAL);
  }
  CHECK_SENT("");
}

CASES(tc) = {
#define CASE(name_, ...)                                                                           \
  { .name = "tc." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(create, "bpf_tc_hook_create"),
    CASE(destroy, "bpf_tc_hook_destroy"),
    CASE(qdisc, "bpf_tc_hook_create", .since = "1.6"),
    CASE(long_kind, "bpf_tc_hook_create", .since = "1.6"),
    CASE(no_kind, "bpf_tc_hook_create", .since = "1.6", .difference = "null-results",
         .stock_outcome = CRASHES),
    CASE(attach, "bpf_tc_attach"),
    CASE(replace, "bpf_tc_attach"),
    CASE(no_echo, "bpf_tc_attach"),
    CASE(program_without_information, "bpf_tc_attach"),
    CASE(detach_and_query, "bpf_tc_detach"),
    CASE(refused_hooks, "bpf_tc_attach"),
    CASE(refused_options, "bpf_tc_attach"),
    CASE(nothing_given, "bpf_tc_attach"),
    {.name = NULL},
#undef CASE
};
