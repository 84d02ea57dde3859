/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* attach: programs of a cgroup, a network namespace, a map or a device, without a link. */
#include "bpf/tap.h"
#include "harness/conform.h"

enum { attach_flags_at = 12, count_at = 24, revision_at = 56 };

static void attach(void) {
  tap_open();
  CHECK_EQ(bpf_prog_attach(3, 4, BPF_CGROUP_INET_EGRESS, 2), 0);
  CHECK_TAKEN("PROG_ATTACH target_fd=4 attach_bpf_fd=3 attach_type=1 attach_flags=2");
  tap_answer(-EPERM);
  CHECK_FAILS(bpf_prog_attach(3, 4, BPF_CGROUP_INET_EGRESS, 2), EPERM);
}

static void attach_options(void) {
  OPTS(bpf_prog_attach_opts, opts, .flags = 6, .replace_prog_fd = 5);

  tap_open();
  CHECK_EQ(bpf_prog_attach_opts(3, 4, BPF_CGROUP_INET_EGRESS, NULL), 0);
  CHECK_TAKEN("PROG_ATTACH target_fd=4 attach_bpf_fd=3 attach_type=1");
  CHECK_EQ(bpf_prog_attach_opts(3, 4, BPF_CGROUP_INET_EGRESS, &opts), 0);
  CHECK_TAKEN("PROG_ATTACH target_fd=4 attach_bpf_fd=3 attach_type=1 attach_flags=6 "
              "replace_bpf_fd=5");
  opts.sz = 1;
  CHECK_FAILS(bpf_prog_attach_opts(3, 4, BPF_CGROUP_INET_EGRESS, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void attach_beside(void) {
  OPTS(bpf_prog_attach_opts, opts, .flags = 8, .relative_fd = 5, .expected_revision = 7);

  tap_open();
  CHECK_EQ(bpf_prog_attach_opts(3, 4, 46, &opts), 0);
  CHECK_TAKEN("PROG_ATTACH target_fd=4 attach_bpf_fd=3 attach_type=46 attach_flags=8 "
              "relative_fd=5 expected_revision=7");
  opts.relative_id = 6;
  CHECK_FAILS(bpf_prog_attach_opts(3, 4, 46, &opts), EINVAL);
  CHECK_TAKEN("");
  opts.relative_fd = 0;
  CHECK_EQ(bpf_prog_attach_opts(3, 4, 46, &opts), 0);
  CHECK_TAKEN("PROG_ATTACH target_fd=4 attach_bpf_fd=3 attach_type=46 attach_flags=40 "
              "relative_fd=6 expected_revision=7");
}

static void detach(void) {
  tap_open();
  CHECK_EQ(bpf_prog_detach(4, BPF_CGROUP_INET_EGRESS), 0);
  CHECK_TAKEN("PROG_DETACH target_fd=4 attach_type=1");
  CHECK_EQ(bpf_prog_detach2(3, 4, BPF_CGROUP_INET_EGRESS), 0);
  CHECK_TAKEN("PROG_DETACH target_fd=4 attach_bpf_fd=3 attach_type=1");
  tap_answer(-ENOENT), tap_answer(-ENOENT);
  CHECK_FAILS(bpf_prog_detach(4, BPF_CGROUP_INET_EGRESS), ENOENT);
  CHECK_FAILS(bpf_prog_detach2(3, 4, BPF_CGROUP_INET_EGRESS), ENOENT);
}

static void detach_options(void) {
  OPTS(bpf_prog_detach_opts, opts, .flags = 8, .relative_fd = 5, .expected_revision = 7);

  tap_open();
  CHECK_EQ(bpf_prog_detach_opts(3, 4, 46, NULL), 0);
  CHECK_TAKEN("PROG_DETACH target_fd=4 attach_bpf_fd=3 attach_type=46");
  CHECK_EQ(bpf_prog_detach_opts(3, 4, 46, &opts), 0);
  CHECK_TAKEN("PROG_DETACH target_fd=4 attach_bpf_fd=3 attach_type=46 attach_flags=8 "
              "relative_fd=5 expected_revision=7");
  opts.relative_id = 6;
  CHECK_FAILS(bpf_prog_detach_opts(3, 4, 46, &opts), EINVAL);
  opts.sz = 1;
  CHECK_FAILS(bpf_prog_detach_opts(3, 4, 46, &opts), EINVAL);
  CHECK_TAKEN("");
  opts.sz = sizeof(opts);
  opts.relative_fd = 0;
  CHECK_EQ(bpf_prog_detach_opts(3, 4, 46, &opts), 0);
  CHECK_TAKEN("PROG_DETACH target_fd=4 attach_bpf_fd=3 attach_type=46 attach_flags=40 "
              "relative_fd=6 expected_revision=7");
}

static void query(void) {
  __u32 flags = 9, ids[4], count = 4;

  tap_open();
  tap_name(ids, "ids");
  tap_answer(0), tap_writes(count_at, 2);
  CHECK_EQ(bpf_prog_query(4, BPF_CGROUP_INET_EGRESS, BPF_F_QUERY_EFFECTIVE, &flags, ids, &count),
           0);
  CHECK_EQ(flags, 0);
  CHECK_EQ(count, 2);
  CHECK_TAKEN("PROG_QUERY target_fd=4 attach_type=1 query_flags=1 prog_ids=@ids count=4");
  tap_answer(-ENOSPC), tap_writes(attach_flags_at, 2);
  CHECK_FAILS(bpf_prog_query(4, BPF_CGROUP_INET_EGRESS, 0, &flags, NULL, &count), ENOSPC);
  CHECK_EQ(flags, 2);
  CHECK_EQ(count, 2);
  CHECK_TAKEN("PROG_QUERY target_fd=4 attach_type=1 count=2");
  CHECK_EQ(bpf_prog_query(4, BPF_CGROUP_INET_EGRESS, 0, NULL, ids, &count), 0);
}

static void query_options(void) {
  __u32 ids[2], attach_flags[2];
  OPTS(bpf_prog_query_opts, opts, .query_flags = 1, .attach_flags = 9, .prog_ids = ids,
       .prog_cnt = 2, .prog_attach_flags = attach_flags);

  tap_open();
  tap_name(ids, "ids");
  TAP_NAME(attach_flags);
  tap_answer(-ENOSPC), tap_writes(count_at, 3);
  CHECK_FAILS(bpf_prog_query_opts(4, BPF_CGROUP_INET_EGRESS, &opts), ENOSPC);
  CHECK_EQ(opts.prog_cnt, 3);
  CHECK_EQ(opts.attach_flags, 0);
  CHECK_TAKEN("PROG_QUERY target_fd=4 attach_type=1 query_flags=1 prog_ids=@ids count=2 "
              "prog_attach_flags=@attach_flags");
  opts.sz = 1;
  CHECK_FAILS(bpf_prog_query_opts(4, BPF_CGROUP_INET_EGRESS, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void query_links(void) {
  __u32 link_ids[2], link_attach_flags[2];
  OPTS(bpf_prog_query_opts, opts, .link_ids = link_ids, .count = 2,
       .link_attach_flags = link_attach_flags, .revision = 99);

  tap_open();
  TAP_NAME(link_ids);
  TAP_NAME(link_attach_flags);
  tap_answer(0), tap_writes(revision_at, 5);
  CHECK_EQ(bpf_prog_query_opts(4, 46, &opts), 0);
  CHECK_EQ(opts.revision, 5);
  CHECK_TAKEN("PROG_QUERY target_fd=4 attach_type=46 count=2 link_ids=@link_ids "
              "link_attach_flags=@link_attach_flags");
}

/* A question whose answers have no place. */
static void query_of_nothing(void) {
  tap_open();
  CHECK_EQ(bpf_prog_query_opts(4, BPF_CGROUP_INET_EGRESS, NULL), 0);
  CHECK_TAKEN("PROG_QUERY target_fd=4 attach_type=1");
}

static void query_without_a_count(void) {
  __u32 ids[1];

  tap_open();
  CHECK_FAILS(bpf_prog_query(4, BPF_CGROUP_INET_EGRESS, 0, NULL, ids, NULL), EINVAL);
  CHECK_TAKEN("");
}

CASES(attach) = {
#define CASE(name_, ...)                                                                           \
  { .name = "attach." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(attach, "bpf_prog_attach"),
    CASE(attach_options, "bpf_prog_attach_opts"),
    CASE(attach_beside, "bpf_prog_attach_opts", .since = "1.3"),
    CASE(detach, "bpf_prog_detach"),
    CASE(detach_options, "bpf_prog_detach_opts", .since = "1.3"),
    CASE(query, "bpf_prog_query"),
    CASE(query_options, "bpf_prog_query_opts"),
    CASE(query_links, "bpf_prog_query_opts", .since = "1.3"),
    CASE(query_of_nothing, "bpf_prog_query_opts"),
    CASE(query_without_a_count, "bpf_prog_query", .difference = "null-results",
         .stock_outcome = CRASHES),
    {.name = NULL},
#undef CASE
};
