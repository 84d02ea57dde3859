/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* results_of_attaching. */
#include "results.h"

#include <fcntl.h>
#include <linux/if_link.h>

/* Room for what is found. */
static __u32 keys[8];

#define ATTACH(fd, ...)                                                                            \
  CALL(bpf_prog_attach_opts(fd, cgroup, BPF_CGROUP_INET_EGRESS,                                    \
                            WITH(bpf_prog_attach_opts, __VA_ARGS__)))
#define DETACH(fd, ...)                                                                            \
  CALL(bpf_prog_detach_opts(fd, cgroup, BPF_CGROUP_INET_EGRESS,                                    \
                            WITH(bpf_prog_detach_opts, __VA_ARGS__)))
#define QUERY(room, ...)                                                                           \
  do {                                                                                             \
    __u32 found[8] = {0};                                                                          \
    struct bpf_prog_query_opts query = {                                                           \
        .sz = sizeof(query), .prog_ids = room ? found : NULL, .count = room, __VA_ARGS__};         \
    CALL(bpf_prog_query_opts(cgroup, BPF_CGROUP_INET_EGRESS, &query));                             \
    printf("%s: count %u, flags %u\n", section, query.count, query.attach_flags);                  \
  } while (0)

static void attaching(int cgroup) {
  const int a = load(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS);
  const int b = load(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS);
  const int other = load(BPF_PROG_TYPE_SOCKET_FILTER, 0);

  section = "attach";
  DETACH(0, .relative_id = 0);
  QUERY(0, .query_flags = 0);
  ATTACH(other, .flags = 0);
  ATTACH(a, .flags = 1U << 30);
  ATTACH(a, .flags = 0);
  ATTACH(b, .flags = 0);
  ATTACH(a, .flags = BPF_F_ALLOW_MULTI);
  DETACH(a, .relative_id = 0);
  ATTACH(a, .flags = BPF_F_ALLOW_MULTI);
  ATTACH(a, .flags = BPF_F_ALLOW_MULTI);
  ATTACH(b, .flags = 0);
  ATTACH(b, .flags = BPF_F_ALLOW_MULTI);
  QUERY(0, .query_flags = 0);
  QUERY(1, .query_flags = 0);
  QUERY(8, .query_flags = 0);
  QUERY(8, .query_flags = BPF_F_QUERY_EFFECTIVE);
  QUERY(8, .query_flags = 1U << 30);
  QUERY(8, .prog_attach_flags = keys);
  QUERY(8, .link_ids = keys);
  QUERY(8, .link_attach_flags = keys);
  ATTACH(b, .flags = BPF_F_REPLACE, .replace_prog_fd = a);
  ATTACH(b, .flags = BPF_F_REPLACE | BPF_F_ALLOW_MULTI);
  ATTACH(b, .flags = BPF_F_REPLACE | BPF_F_ALLOW_MULTI, .replace_prog_fd = other);
  ATTACH(b, .flags = BPF_F_ALLOW_MULTI, .expected_revision = 999);
  ATTACH(b, .flags = BPF_F_ALLOW_MULTI, .relative_id = 0x7fffff00);
  ATTACH(b, .relative_fd = 1, .relative_id = 1);
  DETACH(0, .relative_id = 0);
  DETACH(other, .relative_id = 0);
  DETACH(a, .relative_id = 0);
  DETACH(b, .relative_id = 0);
  DETACH(b, .relative_id = 0);
  CALL(bpf_prog_attach(a, -1, BPF_CGROUP_INET_EGRESS, 0));
  CALL(bpf_prog_attach(a, 0, BPF_CGROUP_INET_EGRESS, 0));
  CALL(bpf_prog_attach(a, cgroup, (enum bpf_attach_type)999, 0));
  CALL(bpf_prog_attach(-1, cgroup, BPF_CGROUP_INET_EGRESS, 0));
  CALL(bpf_prog_attach(a, cgroup, BPF_CGROUP_INET_INGRESS, 0));
  CALL(bpf_prog_detach2(b, cgroup, BPF_CGROUP_INET_INGRESS));
  CALL(bpf_prog_detach(cgroup, BPF_CGROUP_INET_INGRESS));
  close(other);
  close(b);
  close(a);
}

static void links(int cgroup) {
  enum { loopback = 1, tcx_ingress = 46, netfilter = 45, uprobe_multi = 48, kprobe_multi = 42 };
  const int skb = load(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS);
  const int xdp = load(BPF_PROG_TYPE_XDP, 0), raw = load(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
  const int tcx = load(BPF_PROG_TYPE_SCHED_CLS, 0),
            lookup = load(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP);
  const int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int link, second;

  section = "links of a cgroup";
  link = OPEN(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS, NULL));
  second = OPEN(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS, NULL));
  close(second);
  CLOSED(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS,
                         WITH(bpf_link_create_opts, .flags = 1U << 30)));
  CLOSED(bpf_link_create(skb, -1, BPF_CGROUP_INET_EGRESS, NULL));
  CLOSED(bpf_link_create(-1, cgroup, BPF_CGROUP_INET_EGRESS, NULL));
  CLOSED(bpf_link_create(skb, cgroup, (enum bpf_attach_type)999, NULL));
  CLOSED(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS,
                         WITH(bpf_link_create_opts, .cgroup = {1, 1, 0})));
  CLOSED(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS,
                         WITH(bpf_link_create_opts, .cgroup.expected_revision = 999)));
  CALL(bpf_link_update(link, skb, NULL));
  CALL(bpf_link_update(link, xdp, NULL));
  CALL(bpf_link_update(link, skb, WITH(bpf_link_update_opts, .old_prog_fd = skb)));
  CALL(bpf_link_update(link, skb,
                       WITH(bpf_link_update_opts, .old_prog_fd = skb, .flags = BPF_F_REPLACE)));
  CALL(bpf_link_update(link, skb,
                       WITH(bpf_link_update_opts, .old_prog_fd = xdp, .flags = BPF_F_REPLACE)));
  CALL(bpf_link_update(link, skb,
                       WITH(bpf_link_update_opts, .old_prog_fd = skb, .old_map_fd = skb)));
  CALL(bpf_link_detach(link));
  CALL(bpf_link_detach(link));
  CALL(bpf_link_update(link, skb, NULL));
  CLOSED(bpf_iter_create(link));
  close(link);
  CALL(bpf_link_detach(-1));
  CLOSED(bpf_iter_create(-1));

  section = "links of a device";
  link = OPEN(bpf_link_create(xdp, loopback, BPF_XDP,
                              WITH(bpf_link_create_opts, .flags = XDP_FLAGS_SKB_MODE)));
  CLOSED(bpf_link_create(xdp, loopback, BPF_XDP,
                         WITH(bpf_link_create_opts, .flags = XDP_FLAGS_SKB_MODE)));
  CLOSED(bpf_link_create(xdp, loopback, BPF_XDP,
                         WITH(bpf_link_create_opts, .flags = XDP_FLAGS_DRV_MODE)));
  CLOSED(bpf_link_create(xdp, loopback, BPF_XDP, WITH(bpf_link_create_opts, .flags = 1U << 30)));
  CLOSED(bpf_link_create(xdp, 9999, BPF_XDP, NULL));
  CLOSED(bpf_link_create(xdp, 0, BPF_XDP, NULL));
  CLOSED(bpf_link_create(xdp, loopback, BPF_XDP,
                         WITH(bpf_link_create_opts, .perf_event.bpf_cookie = 1)));
  CALL(bpf_xdp_attach(loopback, xdp, XDP_FLAGS_SKB_MODE, NULL));
  CALL(bpf_xdp_detach(loopback, XDP_FLAGS_SKB_MODE, NULL));
  CALL(bpf_link_update(link, xdp, NULL));
  close(link);
  CLOSED(bpf_link_create(tcx, loopback, (enum bpf_attach_type)tcx_ingress, NULL));
  CLOSED(bpf_link_create(tcx, 9999, (enum bpf_attach_type)tcx_ingress, NULL));
  CLOSED(bpf_link_create(tcx, loopback, (enum bpf_attach_type)tcx_ingress,
                         WITH(bpf_link_create_opts, .tcx.expected_revision = 999)));

  section = "other links";
  CLOSED(bpf_link_create(lookup, netns, BPF_SK_LOOKUP, NULL));
  CLOSED(bpf_link_create(lookup, -1, BPF_SK_LOOKUP, NULL));
  CLOSED(bpf_link_create(xdp, -1, BPF_PERF_EVENT, NULL));
  CLOSED(bpf_link_create(xdp, 0, (enum bpf_attach_type)kprobe_multi, NULL));
  CLOSED(bpf_link_create(xdp, 0, (enum bpf_attach_type)uprobe_multi, NULL));
  CLOSED(bpf_link_create(xdp, 0, (enum bpf_attach_type)netfilter, NULL));
  CLOSED(bpf_link_create(xdp, 0, BPF_TRACE_ITER, NULL));
  CLOSED(bpf_raw_tracepoint_open("sched_switch", raw));
  CLOSED(bpf_raw_tracepoint_open("no_such_tracepoint", raw));
  CLOSED(bpf_raw_tracepoint_open(NULL, raw));
  CLOSED(bpf_raw_tracepoint_open("sched_switch", xdp));
  CLOSED(bpf_raw_tracepoint_open("sched_switch", -1));
  CLOSED(bpf_raw_tracepoint_open_opts(
      raw, WITH(bpf_raw_tp_opts, .tp_name = "sched_switch", .cookie = 1)));
  close(netns);
  close(lookup);
  close(tcx);
  close(raw);
  close(xdp);
  close(skb);
}

void results_of_attaching(int cgroup) {
  attaching(cgroup);
  links(cgroup);
}
