/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bpf_bench LIBRARY WORK TIMES: does one small work with a libbpf TIMES times. Instructions are
 * counted by callgrind within the function that the work is about, system calls by strace between
 * two calls of getppid(2), which no library makes. With TIMES 0 the works are listed, each with its
 * function. */
#include <linux/if_link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define FUNCTIONS(X)                                                                               \
  X(bpf_map_create)                                                                                \
  X(bpf_map_lookup_elem)                                                                           \
  X(bpf_obj_get_info_by_fd)                                                                        \
  X(bpf_prog_load)                                                                                 \
  X(bpf_link_create)                                                                               \
  X(bpf_prog_linfo__new)                                                                           \
  X(bpf_prog_linfo__lfind)                                                                         \
  X(bpf_xdp_query)                                                                                 \
  X(bpf_xdp_query_id)                                                                              \
  X(bpf_tc_hook_create)                                                                            \
  X(bpf_tc_attach)                                                                                 \
  X(libbpf_probe_bpf_helper)
#include "work.h"

enum { loopback = 1, lines = 20000, tcx_ingress = 46 };

static void done(const char* what, int result) {
  if (result < 0)
    fail(what);
}

static int make_map(const char* name) {
  const int fd = p_bpf_map_create(BPF_MAP_TYPE_ARRAY, name, 4, 8, 1, NULL);

  done("bpf_map_create", fd);
  return fd;
}

static int load(enum bpf_prog_type type) {
  static const struct bpf_insn insns[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT},
  };
  const int fd = p_bpf_prog_load(type, "bench", "GPL", insns, 2, NULL);

  done("bpf_prog_load", fd);
  return fd;
}

static int fd;

static void prepare_map(void) {
  fd = make_map("bench");
}
static void look_up(void) {
  const __u32 key = 0;
  __u64 value;

  done("bpf_map_lookup_elem", p_bpf_map_lookup_elem(fd, &key, &value));
}
static void ask_info(void) {
  struct bpf_map_info info = {0};
  __u32 size = sizeof(info);

  done("bpf_obj_get_info_by_fd", p_bpf_obj_get_info_by_fd(fd, &info, &size));
}
static void create_map(void) {
  close(make_map("bench"));
}
static void load_program(void) {
  close(load(BPF_PROG_TYPE_SOCKET_FILTER));
}

static void prepare_xdp(void) {
  fd = load(BPF_PROG_TYPE_XDP);
}
static void prepare_filter(void) {
  fd = load(BPF_PROG_TYPE_SCHED_CLS);
}
static void link_xdp(void) {
  LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);
  const int link = p_bpf_link_create(fd, loopback, BPF_XDP, &opts);

  done("bpf_link_create", link);
  close(link);
}
static void link_tcx(void) {
  LIBBPF_OPTS(bpf_link_create_opts, opts, .tcx.expected_revision = 0);
  const int link = p_bpf_link_create(fd, loopback, (enum bpf_attach_type)tcx_ingress, &opts);

  done("bpf_link_create", link);
  close(link);
}

static struct bpf_prog_linfo* linfo;

static void prepare_lines(void) {
  struct bpf_line_info* const records = calloc(lines, sizeof(*records));
  struct bpf_prog_info info = {0};

  if (records == NULL)
    fail("calloc");
  for (__u32 i = 0; i < lines; i++)
    records[i].insn_off = 3 * i;
  info.nr_line_info = lines;
  info.line_info_rec_size = sizeof(*records);
  info.line_info = (uintptr_t)records;
  linfo = p_bpf_prog_linfo__new(&info);
  if (linfo == NULL)
    fail("bpf_prog_linfo__new");
}
static void find_line(void) {
  if (p_bpf_prog_linfo__lfind(linfo, 3 * (lines - 7), 0) == NULL)
    fail("bpf_prog_linfo__lfind");
}

static void nothing(void) {}
static void first_map(void) {
  make_map("first");
}
static void query_id(void) {
  __u32 id;

  done("bpf_xdp_query_id", p_bpf_xdp_query_id(loopback, 0, &id));
}
static void query(void) {
  LIBBPF_OPTS(bpf_xdp_query_opts, opts);

  done("bpf_xdp_query", p_bpf_xdp_query(loopback, 0, &opts));
}
static void prepare_hook(void) {
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = loopback, .attach_point = BPF_TC_INGRESS);

  prepare_filter();
  done("bpf_tc_hook_create", p_bpf_tc_hook_create(&hook));
}
static void attach_filter(void) {
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = loopback, .attach_point = BPF_TC_INGRESS);
  LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = fd);

  done("bpf_tc_attach", p_bpf_tc_attach(&hook, &opts));
}
static void probe_helper(void) {
  done("libbpf_probe_bpf_helper",
       p_libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_map_lookup_elem, NULL));
}

static const struct work {
  const char* name;
  const char* function;
  void (*prepare)(void);
  void (*run)(void);
} works[] = {
    {"look an element up", "bpf_map_lookup_elem", prepare_map, look_up},
    {"ask about a map", "bpf_obj_get_info_by_fd", prepare_map, ask_info},
    {"make a map", "bpf_map_create", prepare_map, create_map},
    {"load a program", "bpf_prog_load", prepare_map, load_program},
    {"make a link of an XDP program, with options", "bpf_link_create", prepare_xdp, link_xdp},
    {"make a link of a tcx program, with options", "bpf_link_create", prepare_filter, link_tcx},
    {"find a line of 20,000", "bpf_prog_linfo__lfind", prepare_lines, find_line},
    {"make the first map of a process", "-", nothing, first_map},
    {"ask for the id of an XDP program", "-", nothing, query_id},
    {"ask for all about an XDP program", "-", query, query},
    {"attach a filter", "-", prepare_hook, attach_filter},
    {"probe a helper for kprobes", "-", probe_helper, probe_helper},
};

static uint64_t now_ns(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int main(int count, char** arguments) {
  if (count != 4) {
    fputs("bpf_bench LIBRARY WORK TIMES\n", stderr);
    return 2;
  }
  load_library(arguments[1]);
  const unsigned long times = strtoul(arguments[3], NULL, 10);

  for (size_t at = 0; at < sizeof(works) / sizeof(works[0]); at++) {
    const struct work* const work = &works[at];
    uint64_t least = UINT64_MAX;

    if (times == 0)
      printf("%s\t%s\n", work->function, work->name);
    if (times == 0 || strcmp(work->name, arguments[2]) != 0)
      continue;
    work->prepare();
    syscall(SYS_getppid);
    for (unsigned long i = 0; i < times; i++) {
      const uint64_t begin = now_ns();

      work->run();
      const uint64_t took = now_ns() - begin;
      least = took < least ? took : least;
    }
    syscall(SYS_getppid);
    printf("%.1f\n", (double)least / 1000);
    return 0;
  }
  if (times != 0)
    fail(arguments[2]);
  return 0;
}
