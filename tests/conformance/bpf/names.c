/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* names: the names of types, which are the words of the kernel's enumerators. */
#include <stdio.h>
#include <string.h>

#include "harness/conform.h"

/* The four functions take different enums. Their numbers may be newer than the headers. */
static const char* attach_type(int type) {
  return libbpf_bpf_attach_type_str((enum bpf_attach_type)type);
}
static const char* link_type(int type) {
  return libbpf_bpf_link_type_str((enum bpf_link_type)type);
}
static const char* map_type(int type) {
  return libbpf_bpf_map_type_str((enum bpf_map_type)type);
}
static const char* prog_type(int type) {
  return libbpf_bpf_prog_type_str((enum bpf_prog_type)type);
}

/* The types from `first` on have the names that `words` lists, each behind a blank. */
static void check_names(const char* (*name_of)(int), int first, const char* words) {
  char names[2048] = "";
  size_t length = 0;

  for (int type = first; length < strlen(words); type++) {
    const char* name = name_of(type);

    length += (size_t)snprintf(names + length, sizeof(names) - length, " %s", name ? name : "-");
  }
  CHECK_TEXT(names, words);
}

static void attach_types(void) {
  check_names(attach_type, 0,
              " cgroup_inet_ingress cgroup_inet_egress cgroup_inet_sock_create cgroup_sock_ops"
              " sk_skb_stream_parser sk_skb_stream_verdict cgroup_device sk_msg_verdict"
              " cgroup_inet4_bind cgroup_inet6_bind cgroup_inet4_connect cgroup_inet6_connect"
              " cgroup_inet4_post_bind cgroup_inet6_post_bind cgroup_udp4_sendmsg"
              " cgroup_udp6_sendmsg lirc_mode2 flow_dissector cgroup_sysctl cgroup_udp4_recvmsg"
              " cgroup_udp6_recvmsg cgroup_getsockopt cgroup_setsockopt trace_raw_tp trace_fentry"
              " trace_fexit modify_return lsm_mac trace_iter cgroup_inet4_getpeername"
              " cgroup_inet6_getpeername cgroup_inet4_getsockname cgroup_inet6_getsockname"
              " xdp_devmap cgroup_inet_sock_release xdp_cpumap sk_lookup xdp sk_skb_verdict"
              " sk_reuseport_select sk_reuseport_select_or_migrate perf_event trace_kprobe_multi"
              " lsm_cgroup");
}

static void attach_types_of_1_3(void) {
  check_names(attach_type, 44, " struct_ops netfilter tcx_ingress tcx_egress trace_uprobe_multi");
}

static void attach_types_of_1_4(void) {
  check_names(attach_type, 49,
              " cgroup_unix_connect cgroup_unix_sendmsg cgroup_unix_recvmsg"
              " cgroup_unix_getpeername cgroup_unix_getsockname netkit_primary netkit_peer");
}

static void attach_types_of_1_7(void) {
  check_names(attach_type, 56, " trace_kprobe_session trace_uprobe_session trace_fsession");
}

static void attach_types_of_1_8(void) {
  check_names(attach_type, 59, " trace_fentry_multi trace_fexit_multi trace_fsession_multi");
}

static void link_types(void) {
  check_names(link_type, 0,
              " unspec raw_tracepoint tracing cgroup iter netns xdp perf_event kprobe_multi"
              " struct_ops");
}

static void link_types_of_1_5(void) {
  check_names(link_type, 10, " netfilter tcx uprobe_multi netkit sockmap");
}

static void link_types_of_1_8(void) {
  check_names(link_type, 15, " tracing_multi");
}

static void map_types(void) {
  check_names(map_type, 0,
              " unspec hash array prog_array perf_event_array percpu_hash percpu_array stack_trace"
              " cgroup_array lru_hash lru_percpu_hash lpm_trie array_of_maps hash_of_maps devmap"
              " sockmap cpumap xskmap sockhash cgroup_storage reuseport_sockarray"
              " percpu_cgroup_storage queue stack sk_storage devmap_hash struct_ops ringbuf"
              " inode_storage task_storage bloom_filter user_ringbuf cgrp_storage");
}

static void map_types_of_1_7(void) {
  check_names(map_type, 33, " arena insn_array");
}

static void map_types_of_1_8(void) {
  check_names(map_type, 35, " rhash");
}

static void prog_types(void) {
  check_names(prog_type, 0,
              " unspec socket_filter kprobe sched_cls sched_act tracepoint xdp perf_event"
              " cgroup_skb cgroup_sock lwt_in lwt_out lwt_xmit sock_ops sk_skb cgroup_device sk_msg"
              " raw_tracepoint cgroup_sock_addr lwt_seg6local lirc_mode2 sk_reuseport"
              " flow_dissector cgroup_sysctl raw_tracepoint_writable cgroup_sockopt tracing"
              " struct_ops ext lsm sk_lookup syscall");
}

static void prog_types_of_1_3(void) {
  check_names(prog_type, 32, " netfilter");
}

/* A number without a name is no failure: errno stays as it is. */
static void no_types(void) {
  const int none[] = {100, 1000000, -1};

  errno = ENOTTY;
  for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
    CHECK(!attach_type(none[i]));
    CHECK(!link_type(none[i]));
    CHECK(!map_type(none[i]));
    CHECK(!prog_type(none[i]));
  }
  CHECK_EQ(errno, ENOTTY);
}

CASES(names) = {
#define CASE(name_, ...)                                                                           \
  { .name = "names." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(attach_types, "libbpf_bpf_attach_type_str"),
    CASE(attach_types_of_1_3, "libbpf_bpf_attach_type_str", .since = "1.3"),
    CASE(attach_types_of_1_4, "libbpf_bpf_attach_type_str", .since = "1.4"),
    CASE(attach_types_of_1_7, "libbpf_bpf_attach_type_str", .since = "1.7"),
    CASE(attach_types_of_1_8, "libbpf_bpf_attach_type_str", .since = "1.8"),
    CASE(link_types, "libbpf_bpf_link_type_str"),
    CASE(link_types_of_1_5, "libbpf_bpf_link_type_str", .since = "1.5"),
    CASE(link_types_of_1_8, "libbpf_bpf_link_type_str", .since = "1.8"),
    CASE(map_types, "libbpf_bpf_map_type_str"),
    CASE(map_types_of_1_7, "libbpf_bpf_map_type_str", .since = "1.7"),
    CASE(map_types_of_1_8, "libbpf_bpf_map_type_str", .since = "1.8"),
    CASE(prog_types, "libbpf_bpf_prog_type_str"),
    CASE(prog_types_of_1_3, "libbpf_bpf_prog_type_str", .since = "1.3"),
    CASE(no_types, "libbpf_bpf_prog_type_str"),
    {.name = NULL},
#undef CASE
};
