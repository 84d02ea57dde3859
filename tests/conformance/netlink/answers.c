/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* answers: acknowledgements and errors, and messages that are not the answer to a request. */
#include <linux/rtnetlink.h>
#include <string.h>

#include "harness/conform.h"
#include "netlink/wire.h"

/* Numbers of <bpf/libbpf_legacy.h> that name no errno. */
enum { foreign_port = 4011, foreign_sequence = 4012, malformed = 4013 };

static void acknowledged(void) {
  wire_cut();
  errno = ENOTTY;
  wire_ack(0, NULL);
  CHECK_EQ(bpf_xdp_detach(2, 0, NULL), 0);
  CHECK_EQ(errno, ENOTTY);
}

static void other_messages_first(void) {
  const struct ifinfomsg device = {.ifi_index = 2};

  wire_cut();
  wire_answer(RTM_NEWLINK, 0, &device, sizeof(device));
  wire_ack(0, NULL);
  CHECK_EQ(bpf_xdp_detach(2, 0, NULL), 0);
}

static void for_another_port(void) {
  wire_cut();
  wire_ack(0, NULL);
  wire_spoils(0, 1, 0);
  CHECK_FAILS(bpf_xdp_detach(2, 0, NULL), foreign_port);
}

static void to_another_request(void) {
  wire_cut();
  wire_ack(0, NULL);
  wire_spoils(1, 0, 0);
  CHECK_FAILS(bpf_xdp_detach(2, 0, NULL), foreign_sequence);
}

/* Any process may send to the port of a socket, and claim what it likes. */
static void from_another_process(void) {
  wire_cut();
  wire_ack(-ENOTUNIQ, NULL);
  wire_spoils(0, 0, 4321);
  wire_ack(0, NULL);
  if (differs())
    CHECK_EQ(bpf_xdp_detach(2, 0, NULL), 0);
  else
    CHECK_FAILS(bpf_xdp_detach(2, 0, NULL), ENOTUNIQ);
}

static void socket_fails(void) {
  wire_cut();
  CHECK_FAILS(bpf_xdp_detach(2, 0, NULL), ECONNRESET);
}

static unsigned warnings(void) {
  return messages_of(LIBBPF_WARN);
}

static void reason(void) {
  wire_cut();
  messages_clear();
  wire_ack(-EBUSY, "the reason");
  CHECK_FAILS(bpf_xdp_detach(2, 0, NULL), EBUSY);
  CHECK_EQ(warnings(), 1);
  CHECK_WARNED("the reason");
}

/* Without a text the stock library prints "(null)". */
static void no_reason(void) {
  const struct nlmsgerr error = {.error = -EBUSY};
  char body[64] = {0};
  size_t size;

  wire_cut();
  messages_clear();
  memcpy(body, &error, sizeof(error));
  size = wire_append(body, sizeof(error), NLMSGERR_ATTR_OFFS, &(__u32){8}, sizeof(__u32));
  wire_answer(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, body, size);
  CHECK_FAILS(bpf_xdp_detach(2, 0, NULL), EBUSY);
  CHECK_EQ(warnings(), differs() ? 0 : 1);
}

static void success_with_a_text(void) {
  wire_cut();
  messages_clear();
  wire_ack(0, "the text");
  CHECK_EQ(bpf_xdp_detach(2, 0, NULL), 0);
  CHECK_EQ(warnings(), 0);
  CHECK_EQ(messages_of(LIBBPF_INFO), differs() ? 1 : 0);
}

/* An EEXIST is what a program counts on that creates a hook each time it starts. */
static void hook_is_there(void) {
  OPTS(bpf_tc_hook, hook, .ifindex = 2, .attach_point = BPF_TC_INGRESS);

  wire_cut();
  messages_clear();
  wire_ack(-EEXIST, "Exclusivity flag on, cannot modify");
  CHECK_FAILS(bpf_tc_hook_create(&hook), EEXIST);
  CHECK_EQ(warnings(), differs() ? 0 : 1);
}

/* The attribute within the attribute claims more bytes than there are. */
static void device_cut_short(void) {
  struct bpf_xdp_query_opts opts = {.sz = offsetof(struct bpf_xdp_query_opts, feature_flags)};
  char body[64] = {0};
  size_t size = wire_append(body, sizeof(struct ifinfomsg), IFLA_XDP | NLA_F_NESTED, "12345678", 8);

  wire_cut();
  ((struct ifinfomsg*)body)->ifi_index = 2;
  wire_answer(RTM_NEWLINK, NLM_F_MULTI, body, size);
  wire_answer(NLMSG_DONE, NLM_F_MULTI, &(int){0}, sizeof(int));
  if (differs())
    CHECK_FAILS(bpf_xdp_query(2, 0, &opts), malformed);
  else
    CHECK_EQ(bpf_xdp_query(2, 0, &opts), 0);
}

CASES(answers) = {
#define CASE(name_, ...)                                                                           \
  { .name = "answers." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(acknowledged, "bpf_xdp_detach"),
    CASE(other_messages_first, "bpf_xdp_detach"),
    CASE(for_another_port, "bpf_xdp_detach"),
    CASE(to_another_request, "bpf_xdp_detach"),
    CASE(from_another_process, "bpf_xdp_detach", .difference = "sender-is-the-kernel"),
    CASE(socket_fails, "bpf_xdp_detach"),
    CASE(reason, "bpf_xdp_detach"),
    CASE(no_reason, "bpf_xdp_detach", .difference = "no-empty-reasons"),
    CASE(success_with_a_text, "bpf_xdp_detach", .difference = "texts-of-success"),
    CASE(hook_is_there, "bpf_tc_hook_create", .difference = "hook-is-there"),
    CASE(device_cut_short, "bpf_xdp_query", .difference = "cut-short"),
    {.name = NULL},
#undef CASE
};
