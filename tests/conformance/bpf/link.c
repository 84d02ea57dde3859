/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* link: making links, and what becomes of them. By number stand the attach types that headers of
 * Linux 6.1 lack. */
#include <string.h>

#include "bpf/tap.h"
#include "harness/conform.h"

enum {
  STRUCT_OPS = 44,
  NETFILTER = 45,
  TCX_INGRESS = 46,
  TCX_EGRESS = 47,
  UPROBE_MULTI = 48,
  NETKIT_PRIMARY = 54,
  NETKIT_PEER = 55,
  KPROBE_SESSION = 56,
  UPROBE_SESSION = 57,
  FSESSION = 58,
  FENTRY_MULTI = 59,
  FEXIT_MULTI = 60,
  FSESSION_MULTI = 61
};

#define LINK(type) "LINK_CREATE prog_fd=3 target_fd=4 attach_type=" type

static void plain(void) {
  OPTS(bpf_link_create_opts, opts, .flags = 2);

  tap_open();
  CHECK_EQ(bpf_link_create(3, 4, BPF_XDP, NULL), tap_fd);
  CHECK_TAKEN(LINK("37"));
  CHECK_EQ(bpf_link_create(3, 4, BPF_XDP, &opts), tap_fd);
  CHECK_TAKEN(LINK("37") " flags=2");
  tap_answer(-EBUSY);
  CHECK_FAILS(bpf_link_create(3, 4, BPF_XDP, &opts), EBUSY);
  CHECK_TAKEN(LINK("37") " flags=2");
}

/* Types without fields of their own take flags, and nothing else. */
static void nothing_but_flags(void) {
  static const int types[] = {BPF_XDP, BPF_SK_LOOKUP, BPF_FLOW_DISSECTOR, STRUCT_OPS,
                              BPF_SK_SKB_VERDICT};

  tap_open();
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    OPTS(bpf_link_create_opts, opts, .perf_event.bpf_cookie = 1);

    CHECK_FAILS(bpf_link_create(3, 4, (enum bpf_attach_type)types[i], &opts), EINVAL);
    CHECK_TAKEN("");
  }
}

static void iterator(void) {
  union bpf_iter_link_info iter_info;
  OPTS(bpf_link_create_opts, opts, .iter_info = &iter_info, .iter_info_len = sizeof(iter_info));

  tap_open();
  memset(&iter_info, 0, sizeof(iter_info));
  TAP_NAME(iter_info);
  opts.iter_info_len = 16;
  CHECK_EQ(bpf_link_create(3, 0, BPF_TRACE_ITER, &opts), tap_fd);
  CHECK_TAKEN("LINK_CREATE prog_fd=3 attach_type=28 [16]=@iter_info [24]=16");
  opts.target_btf_id = 5;
  CHECK_FAILS(bpf_link_create(3, 0, BPF_TRACE_ITER, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void perf_event(void) {
  OPTS(bpf_link_create_opts, opts, .perf_event.bpf_cookie = 0x100000005);

  tap_open();
  CHECK_EQ(bpf_link_create(3, 4, BPF_PERF_EVENT, &opts), tap_fd);
  CHECK_TAKEN(LINK("41") " [16]=5 [20]=1");
}

static const char* syms[2];
static const unsigned long addrs[2], offsets[2], ref_ctr_offsets[2];
static const __u64 cookies[2];

static void check_kprobe_multi(int type, const char* call) {
  OPTS(bpf_link_create_opts, opts, .kprobe_multi.flags = 1, .kprobe_multi.cnt = 2,
       .kprobe_multi.syms = syms, .kprobe_multi.addrs = addrs, .kprobe_multi.cookies = cookies);

  tap_open();
  tap_name(syms, "syms");
  tap_name(addrs, "addrs");
  tap_name(cookies, "cookies");
  CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)type, &opts), tap_fd);
  CHECK_TAKEN(call);
}
#define KPROBES " [16]=1 [20]=2 [24]=@syms [32]=@addrs [40]=@cookies"

static void kprobe_multi(void) {
  check_kprobe_multi(BPF_TRACE_KPROBE_MULTI, LINK("42") KPROBES);
}
static void kprobe_session(void) {
  check_kprobe_multi(KPROBE_SESSION, LINK("56") KPROBES);
}

static const char path[] = "/usr/bin/true";

static void check_uprobe_multi(int type, const char* call) {
  OPTS(bpf_link_create_opts, opts, .uprobe_multi.flags = 1, .uprobe_multi.cnt = 2,
       .uprobe_multi.path = path, .uprobe_multi.offsets = offsets,
       .uprobe_multi.ref_ctr_offsets = ref_ctr_offsets, .uprobe_multi.cookies = cookies,
       .uprobe_multi.pid = 9);

  tap_open();
  tap_name(path, "path");
  tap_name(offsets, "offsets");
  tap_name(ref_ctr_offsets, "ref_ctr_offsets");
  tap_name(cookies, "cookies");
  CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)type, &opts), tap_fd);
  CHECK_TAKEN(call);
}
#define UPROBES " [16]=@path [24]=@offsets [32]=@ref_ctr_offsets [40]=@cookies [48]=2 [52]=1 [56]=9"

static void uprobe_multi(void) {
  check_uprobe_multi(UPROBE_MULTI, LINK("48") UPROBES);
}
static void uprobe_session(void) {
  check_uprobe_multi(UPROBE_SESSION, LINK("57") UPROBES);
}

static void uprobe_multi_by_descriptor(void) {
  OPTS(bpf_link_create_opts, opts, .uprobe_multi.cnt = 2, .uprobe_multi.offsets = offsets,
       .uprobe_multi.path_fd = 10);

  tap_open();
  tap_name(offsets, "offsets");
  CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)UPROBE_MULTI, &opts), tap_fd);
  CHECK_TAKEN(LINK("48") " [24]=@offsets [48]=2 [60]=10");
}

static void check_tracing(int type, const char* call) {
  OPTS(bpf_link_create_opts, opts, .tracing.cookie = 0x100000005);

  CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)type, &opts), tap_fd);
  CHECK_TAKEN(call);
}

static void tracing(void) {
  tap_open();
  check_tracing(BPF_TRACE_FENTRY, LINK("24") " [24]=5 [28]=1");
  check_tracing(BPF_TRACE_FEXIT, LINK("25") " [24]=5 [28]=1");
  check_tracing(BPF_MODIFY_RETURN, LINK("26") " [24]=5 [28]=1");
  check_tracing(BPF_LSM_MAC, LINK("27") " [24]=5 [28]=1");
}
static void raw_tp(void) {
  tap_open();
  check_tracing(BPF_TRACE_RAW_TP, LINK("23") " [24]=5 [28]=1");
}
static void fsession(void) {
  tap_open();
  check_tracing(FSESSION, LINK("58") " [24]=5 [28]=1");
}

static void tracing_multi(void) {
  static const __u32 ids[2];
  OPTS(bpf_link_create_opts, opts, .tracing_multi.ids = ids, .tracing_multi.cookies = cookies,
       .tracing_multi.cnt = 2);

  tap_open();
  tap_name(ids, "ids");
  tap_name(cookies, "cookies");
  CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)FENTRY_MULTI, &opts), tap_fd);
  CHECK_TAKEN(LINK("59") " [16]=@ids [24]=@cookies [32]=2");
  CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)FEXIT_MULTI, &opts), tap_fd);
  CHECK_TAKEN(LINK("60") " [16]=@ids [24]=@cookies [32]=2");
  CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)FSESSION_MULTI, &opts), tap_fd);
  CHECK_TAKEN(LINK("61") " [16]=@ids [24]=@cookies [32]=2");
}

static void netfilter(void) {
  OPTS(bpf_link_create_opts, opts, .netfilter.pf = 2, .netfilter.hooknum = 1,
       .netfilter.priority = -128, .netfilter.flags = 7);

  tap_open();
  CHECK_EQ(bpf_link_create(3, 0, (enum bpf_attach_type)NETFILTER, &opts), tap_fd);
  CHECK_TAKEN("LINK_CREATE prog_fd=3 attach_type=45 [16]=2 [20]=1 [24]=0xffffff80 [28]=7");
}

static void check_relative(int type, const char* head, const char* with_id) {
  OPTS(bpf_link_create_opts, opts, .flags = 8, .tcx.relative_fd = 5, .tcx.expected_revision = 7);
  char call[128];

  CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)type, &opts), tap_fd);
  strcpy(call, head);
  strcat(call, " flags=8 [16]=5 [24]=7");
  CHECK_TAKEN(call);
  opts.tcx.relative_id = 6;
  CHECK_FAILS(bpf_link_create(3, 4, (enum bpf_attach_type)type, &opts), EINVAL);
  CHECK_TAKEN("");
  opts.tcx.relative_fd = 0;
  CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)type, &opts), tap_fd);
  strcpy(call, head);
  strcat(call, with_id);
  CHECK_TAKEN(call);
}

static void relative(void) {
  tap_open();
  check_relative(TCX_INGRESS, LINK("46"), " flags=40 [16]=6 [24]=7");
  check_relative(TCX_EGRESS, LINK("47"), " flags=40 [16]=6 [24]=7");
  check_relative(NETKIT_PRIMARY, LINK("54"), " flags=40 [16]=6 [24]=7");
  check_relative(NETKIT_PEER, LINK("55"), " flags=40 [16]=6 [24]=7");
}

/* Every attach type whose name begins with BPF_CGROUP, and BPF_LSM_CGROUP. */
static const unsigned char cgroup_types[] = {0,  1,  2,  3,  6,  8,  9,  10, 11, 12,
                                             13, 14, 15, 18, 19, 20, 21, 22, 29, 30,
                                             31, 32, 34, 43, 49, 50, 51, 52, 53};

static void cgroup(void) {
  tap_open();
  for (size_t i = 0; i < sizeof(cgroup_types); i++) {
    OPTS(bpf_link_create_opts, opts, .cgroup.relative_fd = 5);

    if (!has_changed()) {
      CHECK_FAILS(bpf_link_create(3, 4, (enum bpf_attach_type)cgroup_types[i], &opts), EINVAL);
      CHECK_TAKEN("");
      continue;
    }
    CHECK_EQ(bpf_link_create(3, 4, (enum bpf_attach_type)cgroup_types[i], &opts), tap_fd);
    CHECK(strstr(tap_taken(), " [16]=5") != NULL);
  }
}

static void extension(void) {
  OPTS(bpf_link_create_opts, opts, .target_btf_id = 5);

  tap_open();
  CHECK_EQ(bpf_link_create(3, 4, 0, &opts), tap_fd);
  CHECK_TAKEN("LINK_CREATE prog_fd=3 target_fd=4 [16]=5");
  CHECK_EQ(bpf_link_create(3, 4, BPF_TRACE_FENTRY, &opts), tap_fd);
  CHECK_TAKEN(LINK("24") " [16]=5");
  opts.tracing.cookie = 1;
  CHECK_FAILS(bpf_link_create(3, 4, BPF_TRACE_FENTRY, &opts), EINVAL);
  CHECK_TAKEN("");
}

/* What stands behind the member of the type must be 0, bytes that are no field too. A type in the
 * target's BTF and what an iterator gets are for every type. */
static void check_rest(enum bpf_attach_type type, size_t from) {
  for (size_t at = from; at < sizeof(struct bpf_link_create_opts); at++) {
    OPTS(bpf_link_create_opts, opts, .flags = 0);

    if (at == offsetof(struct bpf_link_create_opts, target_btf_id))
      at = offsetof(struct bpf_link_create_opts, perf_event);
    ((char*)&opts)[at] = 1;
    if (!CHECK_EQ(bpf_link_create(3, 0, type, &opts), -EINVAL))
      CHECK_EQ(at, -1); /* says which */
  }
}

static void rest_must_be_zero(void) {
  tap_open();
  check_rest(BPF_PERF_EVENT, offsetof(struct bpf_link_create_opts, perf_event) + 8);
  check_rest(BPF_TRACE_FENTRY, offsetof(struct bpf_link_create_opts, tracing) + 8);
  check_rest(BPF_XDP, offsetof(struct bpf_link_create_opts, flags) + 4);
  CHECK_TAKEN("");
}

/* A kernel before 5.19 attaches tracing programs by another command. */
static void fallback(void) {
  static const int types[] = {BPF_TRACE_RAW_TP, BPF_LSM_MAC, BPF_TRACE_FENTRY, BPF_TRACE_FEXIT,
                              BPF_MODIFY_RETURN};

  tap_open();
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    tap_answer(-EINVAL);
    CHECK_EQ(bpf_link_create(3, 0, (enum bpf_attach_type)types[i], NULL), tap_fd);
    CHECK(strstr(tap_taken(), "; RAW_TRACEPOINT_OPEN prog_fd=3") != NULL);
  }
  tap_answer(-EINVAL), tap_answer(-EBUSY);
  CHECK_FAILS(bpf_link_create(3, 0, BPF_TRACE_FENTRY, NULL), EBUSY);
}

static void no_fallback(void) {
  OPTS(bpf_link_create_opts, opts, .target_btf_id = 5);

  tap_open();
  tap_answer(-EPERM);
  CHECK_FAILS(bpf_link_create(3, 0, BPF_TRACE_FENTRY, NULL), EPERM);
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_link_create(3, 4, BPF_TRACE_FENTRY, NULL), EINVAL);
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_link_create(3, 0, BPF_XDP, NULL), EINVAL);
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_link_create(3, 0, BPF_TRACE_FENTRY, &opts), EINVAL);
  CHECK(strstr(tap_taken(), "RAW_TRACEPOINT_OPEN") == NULL);
}

/* A plain raw tracepoint's program needs a name, which the fallback has not. */
static void fallback_without_a_name(void) {
  tap_open();
  tap_answer(-EINVAL), tap_answer(-EFAULT);
  CHECK_FAILS(bpf_link_create(3, 0, BPF_TRACE_RAW_TP, NULL), differs() ? EINVAL : EFAULT);
  CHECK_WARNED("bpf_raw_tracepoint_open");
}

static void update(void) {
  OPTS(bpf_link_update_opts, opts, .flags = 4, .old_prog_fd = 5);

  tap_open();
  CHECK_EQ(bpf_link_update(3, 4, NULL), 0);
  CHECK_TAKEN("LINK_UPDATE link_fd=3 new_fd=4");
  CHECK_EQ(bpf_link_update(3, 4, &opts), 0);
  CHECK_TAKEN("LINK_UPDATE link_fd=3 new_fd=4 flags=4 old_fd=5");
  tap_answer(-EPERM);
  CHECK_FAILS(bpf_link_update(3, 4, &opts), EPERM);
  tap_taken();
  opts.sz = 1;
  CHECK_FAILS(bpf_link_update(3, 4, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void update_map(void) {
  OPTS(bpf_link_update_opts, opts, .flags = 4, .old_map_fd = 6);

  tap_open();
  CHECK_EQ(bpf_link_update(3, 4, &opts), 0);
  CHECK_TAKEN("LINK_UPDATE link_fd=3 new_fd=4 flags=4 old_fd=6");
  opts.old_prog_fd = 5;
  CHECK_FAILS(bpf_link_update(3, 4, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void detach(void) {
  tap_open();
  CHECK_EQ(bpf_link_detach(3), 0);
  CHECK_TAKEN("LINK_DETACH link_fd=3");
  tap_answer(-EOPNOTSUPP);
  CHECK_FAILS(bpf_link_detach(3), EOPNOTSUPP);
}

static void iter_create(void) {
  tap_open();
  CHECK_EQ(bpf_iter_create(3), tap_fd);
  CHECK_TAKEN("ITER_CREATE link_fd=3");
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_iter_create(3), EINVAL);
}

CASES(link) = {
#define CASE(name_, ...)                                                                           \
  { .name = "link." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(plain, "bpf_link_create"),
    CASE(nothing_but_flags, "bpf_link_create"),
    CASE(iterator, "bpf_link_create"),
    CASE(perf_event, "bpf_link_create"),
    CASE(kprobe_multi, "bpf_link_create"),
    CASE(kprobe_session, "bpf_link_create", .since = "1.5"),
    CASE(uprobe_multi, "bpf_link_create", .since = "1.3"),
    CASE(uprobe_session, "bpf_link_create", .since = "1.6"),
    CASE(uprobe_multi_by_descriptor, "bpf_link_create", .since = "1.8"),
    CASE(tracing, "bpf_link_create"),
    CASE(raw_tp, "bpf_link_create", .since = "1.4"),
    CASE(fsession, "bpf_link_create", .since = "1.7"),
    CASE(tracing_multi, "bpf_link_create", .since = "1.8"),
    CASE(netfilter, "bpf_link_create", .since = "1.3"),
    CASE(relative, "bpf_link_create", .since = "1.3"),
    CASE(cgroup, "bpf_link_create", .changed_in = "1.6"),
    CASE(extension, "bpf_link_create"),
    CASE(rest_must_be_zero, "bpf_link_create"),
    CASE(fallback, "bpf_link_create"),
    CASE(no_fallback, "bpf_link_create"),
    CASE(fallback_without_a_name, "bpf_link_create", .difference = "fallback-explained"),
    CASE(update, "bpf_link_update"),
    CASE(update_map, "bpf_link_update", .since = "1.2"),
    CASE(detach, "bpf_link_detach"),
    CASE(iter_create, "bpf_iter_create"),
    {.name = NULL},
#undef CASE
};
