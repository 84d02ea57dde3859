/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* probe: what is tried out to find what the kernel has, and what is made of its answers. */
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bpf/tap.h"
#include "harness/conform.h"

enum { kernel_enotsupp = 524 };

/* The text that the kernel has for the verifier's log, if there is room for one. */
static const char* verdict;
static void write_verdict(const void* attr) {
  const union bpf_attr* load = attr;

  if (load->log_buf && verdict)
    snprintf((char*)(uintptr_t)load->log_buf, load->log_size, "%s", verdict);
}

static void open_with_verdict(const char* text) {
  tap_open();
  verdict = text;
  tap_look(write_verdict);
}

/* field: the value of a field in the first call that has been made, 0 if there is none. */
static long field(const char* taken, const char* name) {
  char wanted[64];
  const char* at;
  long value = 0;

  snprintf(wanted, sizeof(wanted), " %s=", name);
  at = strstr(taken, wanted);
  if (at)
    sscanf(at + strlen(wanted), "%li", &value);
  return value;
}

static int probe_prog(int type) {
  return libbpf_probe_bpf_prog_type((enum bpf_prog_type)type, NULL);
}
static int probe_map(int type) {
  return libbpf_probe_bpf_map_type((enum bpf_map_type)type, NULL);
}
static int probe_helper(int type, int helper) {
  return libbpf_probe_bpf_helper((enum bpf_prog_type)type, (enum bpf_func_id)helper, NULL);
}

static void prog_types(void) {
  tap_open();
  for (int type = 0; type <= BPF_PROG_TYPE_SYSCALL; type++) {
    if (type >= BPF_PROG_TYPE_TRACING && type <= BPF_PROG_TYPE_LSM)
      continue;
    CHECK_EQ(probe_prog(type), 1);
    CHECK_EQ(field(tap_taken(), "prog_type"), type);
    tap_answer(-EINVAL);
    CHECK_EQ(probe_prog(type), 0);
    tap_answer(-EPERM);
    CHECK_EQ(probe_prog(type), 0);
    tap_taken();
    tap_forget();
  }
}

static void prog_fields(void) {
  static const struct {
    int type, attach_type, flags;
  } rows[] = {
      {BPF_PROG_TYPE_SOCKET_FILTER, 0, 0},
      {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, 0},
      {BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT, 0},
      {BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 0},
      {BPF_PROG_TYPE_LIRC_MODE2, BPF_LIRC_MODE2, 0},
      {BPF_PROG_TYPE_SYSCALL, 0, BPF_F_SLEEPABLE},
      {BPF_PROG_TYPE_XDP, 0, 0},
  };

  tap_open();
  for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
    const char* taken;

    CHECK_EQ(probe_prog(rows[row].type), 1);
    taken = tap_taken();
    CHECK_EQ(field(taken, "insn_cnt"), 2);
    CHECK_EQ(field(taken, "expected_attach_type"), rows[row].attach_type);
    CHECK_EQ(field(taken, "prog_flags"), rows[row].flags);
    CHECK_EQ(field(taken, "kern_version"), 0);
    CHECK_EQ(field(taken, "log_level"), 0);
  }
  CHECK_EQ(probe_prog(BPF_PROG_TYPE_KPROBE), 1);
  CHECK(field(tap_taken(), "kern_version") > 0x040000);
}

static void netfilter(void) {
  tap_open();
  CHECK_EQ(probe_prog(32), 1);
  CHECK_EQ(field(tap_taken(), "expected_attach_type"), 45);
}

static void prog_types_beyond(void) {
  tap_open();
  CHECK_FAILS(probe_prog(100), EOPNOTSUPP);
  CHECK_FAILS(probe_prog(-1), EOPNOTSUPP);
  CHECK_TAKEN("");
}

/* Types that are attached to a type in the kernel's BTF are known by what the verifier says. */
static void prog_types_with_a_target(void) {
  static const struct {
    int type, attach_type;
    const char* words;
  } rows[] = {
      {BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "attach_btf_id 1 is not a function\n"},
      {BPF_PROG_TYPE_LSM, BPF_MODIFY_RETURN, "attach_btf_id 1 is not a function\n"},
      {BPF_PROG_TYPE_EXT, 0, "Cannot replace kernel functions\n"},
  };

  for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
    const char* taken;

    open_with_verdict(rows[row].words);
    tap_answer(-EINVAL);
    CHECK_EQ(probe_prog(rows[row].type), 1);
    taken = tap_taken();
    CHECK_EQ(field(taken, "expected_attach_type"), rows[row].attach_type);
    CHECK_EQ(field(taken, "attach_btf_id"), 1);
    CHECK_EQ(field(taken, "log_level"), 1);
    tap_answer(-EPERM);
    CHECK_EQ(probe_prog(rows[row].type), 0);
    verdict = "another reason\n";
    tap_answer(-EINVAL);
    CHECK_EQ(probe_prog(rows[row].type), 0);
    tap_taken();
    tap_forget();
  }
}

/* A kernel that refuses the program before the verifier begins writes no log. The stock library
 * reads its buffer all the same, in which anything may be: here what the stack has from the probe
 * before. */
static void no_verdict(void) {
  open_with_verdict("attach_btf_id 1 is not a function\n");
  tap_answer(-EINVAL);
  CHECK_EQ(probe_prog(BPF_PROG_TYPE_TRACING), 1);
  verdict = NULL;
  tap_answer(-EINVAL);
  CHECK_EQ(probe_prog(BPF_PROG_TYPE_TRACING), 0);
}

static void struct_ops_programs(void) {
  tap_open();
  tap_answer(-kernel_enotsupp);
  CHECK_EQ(probe_prog(BPF_PROG_TYPE_STRUCT_OPS), 1);
  tap_answer(-EINVAL);
  CHECK_EQ(probe_prog(BPF_PROG_TYPE_STRUCT_OPS), 0);
  CHECK_EQ(probe_prog(BPF_PROG_TYPE_STRUCT_OPS), 0);
}

static void map_fields(void) {
  static const struct {
    int type, key_size, value_size, max_entries, flags;
  } rows[] = {
      {BPF_MAP_TYPE_HASH, 4, 4, 1, 0},
      {BPF_MAP_TYPE_STACK_TRACE, 4, 8, 1, 0},
      {BPF_MAP_TYPE_LPM_TRIE, 8, 8, 1, BPF_F_NO_PREALLOC},
      {BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0, 0},
      {BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 16, 8, 0, 0},
      {BPF_MAP_TYPE_QUEUE, 0, 4, 1, 0},
      {BPF_MAP_TYPE_STACK, 0, 4, 1, 0},
      {BPF_MAP_TYPE_BLOOM_FILTER, 0, 4, 1, 0},
      {BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0},
      {BPF_MAP_TYPE_USER_RINGBUF, 0, 0, 4096, 0},
      {BPF_MAP_TYPE_SOCKMAP, 4, 4, 1, 0},
  };

  tap_open();
  for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
    const char* taken;

    CHECK_EQ(probe_map(rows[row].type), 1);
    taken = tap_taken();
    CHECK_EQ(field(taken, "map_type"), rows[row].type);
    CHECK_EQ(field(taken, "key_size"), rows[row].key_size);
    CHECK_EQ(field(taken, "value_size"), rows[row].value_size);
    CHECK_EQ(field(taken, "max_entries"), rows[row].max_entries);
    CHECK_EQ(field(taken, "map_flags"), rows[row].flags);
    tap_answer(-EINVAL);
    CHECK_EQ(probe_map(rows[row].type), 0);
    tap_taken();
    tap_forget();
  }
}

static void arena(void) {
  const char* taken;

  tap_open();
  CHECK_EQ(probe_map(33), 1);
  taken = tap_taken();
  CHECK_EQ(field(taken, "key_size"), 0);
  CHECK_EQ(field(taken, "value_size"), 0);
  CHECK_EQ(field(taken, "map_flags"), BPF_F_MMAPABLE);
}

static void insn_array(void) {
  tap_open();
  CHECK_EQ(probe_map(34), 1);
  CHECK_EQ(field(tap_taken(), "value_size"), 16);
}

static void map_types_beyond(void) {
  tap_open();
  CHECK_FAILS(probe_map(0), EOPNOTSUPP);
  CHECK_FAILS(probe_map(100), EOPNOTSUPP);
  CHECK_FAILS(probe_map(-1), EOPNOTSUPP);
  CHECK_TAKEN("");
}

static void map_of_maps(void) {
  tap_open();
  CHECK_EQ(probe_map(BPF_MAP_TYPE_HASH_OF_MAPS), 1);
  CHECK_TAKEN("MAP_CREATE map_type=1 key_size=4 value_size=4 max_entries=1; MAP_CREATE map_type=13 "
              "key_size=4 value_size=4 max_entries=1 inner_map_fd=777");
  tap_answer(-EPERM);
  CHECK_EQ(probe_map(BPF_MAP_TYPE_HASH_OF_MAPS), 0);
}

static void storage(void) {
  const char* second;

  tap_open();
  CHECK_EQ(probe_map(BPF_MAP_TYPE_SK_STORAGE), 1);
  second = strstr(tap_taken(), "; MAP_CREATE");
  if (CHECK(second != NULL))
    CHECK_TEXT(second, "; MAP_CREATE map_type=24 key_size=4 value_size=8 map_flags=1 btf_fd=777 "
                       "btf_key_type_id=1 btf_value_type_id=3");
  tap_answer(-ENOSPC), tap_answer(-ENOSPC);
  CHECK_FAILS(probe_map(BPF_MAP_TYPE_SK_STORAGE), ENOSPC);
}

/* Before 6.9 the kernel takes no BTF object of a module, so it cannot say that it has the type. */
static void struct_ops_maps(void) {
  tap_open();
  tap_answer(-kernel_enotsupp);
  CHECK_EQ(probe_map(BPF_MAP_TYPE_STRUCT_OPS), 1);
  CHECK_TAKEN("MAP_CREATE map_type=26 key_size=4 value_size=4 max_entries=1 "
              "btf_vmlinux_value_type_id=1 value_type_btf_obj_fd=-1");
  tap_answer(-EINVAL), tap_answer(-kernel_enotsupp);
  CHECK_EQ(probe_map(BPF_MAP_TYPE_STRUCT_OPS), differs() ? 1 : 0);
}

static void helpers(void) {
  static const char* const refusals[] = {"invalid func bpf_x#200\n", "unknown func bpf_x#6\n"};

  open_with_verdict("a log\n");
  CHECK_EQ(probe_helper(BPF_PROG_TYPE_KPROBE, 6), 1);
  CHECK_EQ(field(tap_taken(), "log_level"), 1);
  tap_answer(-EINVAL);
  CHECK_EQ(probe_helper(BPF_PROG_TYPE_XDP, 6), 1);
  for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
    verdict = refusals[i];
    tap_answer(-EINVAL);
    CHECK_EQ(probe_helper(BPF_PROG_TYPE_XDP, 6), 0);
  }
}

static void helpers_of_newer_kernels(void) {
  open_with_verdict("program of this type cannot use helper bpf_x#6\n");
  tap_answer(-EINVAL);
  CHECK_EQ(probe_helper(BPF_PROG_TYPE_XDP, 6), 0);
}

/* A program type that the kernel lacks is refused before there is a verifier to say a word. */
static void helpers_of_no_type(void) {
  tap_open();
  tap_answer(-EINVAL);
  CHECK_EQ(probe_helper(BPF_PROG_TYPE_SYSCALL, 6), differs() ? 0 : 1);
}

/* bpftool asks errno whether the answer is a guess. */
static void helpers_without_privilege(void) {
  tap_open();
  tap_answer(-EPERM);
  errno = 0;
  CHECK_EQ(probe_helper(BPF_PROG_TYPE_XDP, 6), 1);
  CHECK_EQ(errno, EPERM);
}

static void helpers_of_types_with_a_target(void) {
  tap_open();
  errno = 0;
  CHECK_EQ(probe_helper(BPF_PROG_TYPE_TRACING, 6), -EOPNOTSUPP);
  CHECK_EQ(errno, differs() ? EOPNOTSUPP : 0);
  CHECK_EQ(probe_helper(BPF_PROG_TYPE_EXT, 6), -EOPNOTSUPP);
  CHECK_EQ(probe_helper(BPF_PROG_TYPE_LSM, 6), -EOPNOTSUPP);
  CHECK_EQ(probe_helper(BPF_PROG_TYPE_STRUCT_OPS, 6), -EOPNOTSUPP);
  CHECK_EQ(probe_helper(100, 6), -EOPNOTSUPP);
  CHECK_TAKEN("");
}

static void options(void) {
  tap_open();
  CHECK_FAILS(libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_XDP, ""), EINVAL);
  CHECK_FAILS(libbpf_probe_bpf_map_type(BPF_MAP_TYPE_HASH, ""), EINVAL);
  CHECK_FAILS(libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_map_lookup_elem, ""), EINVAL);
  CHECK_TAKEN("");
}

CASES(probe) = {
#define CASE(name_, ...)                                                                           \
  { .name = "probe." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(prog_types, "libbpf_probe_bpf_prog_type"),
    CASE(prog_fields, "libbpf_probe_bpf_prog_type"),
    CASE(netfilter, "libbpf_probe_bpf_prog_type", .since = "1.3"),
    CASE(prog_types_beyond, "libbpf_probe_bpf_prog_type"),
    CASE(prog_types_with_a_target, "libbpf_probe_bpf_prog_type"),
    CASE(no_verdict, "libbpf_probe_bpf_prog_type", .difference = "empty-logs",
         .stock_outcome = ANYHOW),
    CASE(struct_ops_programs, "libbpf_probe_bpf_prog_type"),
    CASE(map_fields, "libbpf_probe_bpf_map_type"),
    CASE(arena, "libbpf_probe_bpf_map_type", .since = "1.4"),
    CASE(insn_array, "libbpf_probe_bpf_map_type", .since = "1.7"),
    CASE(map_types_beyond, "libbpf_probe_bpf_map_type"),
    CASE(map_of_maps, "libbpf_probe_bpf_map_type"),
    CASE(storage, "libbpf_probe_bpf_map_type"),
    CASE(struct_ops_maps, "libbpf_probe_bpf_map_type", .since = "1.4",
         .difference = "probes-reach-further"),
    CASE(helpers, "libbpf_probe_bpf_helper"),
    CASE(helpers_of_newer_kernels, "libbpf_probe_bpf_helper", .since = "1.5"),
    CASE(helpers_of_no_type, "libbpf_probe_bpf_helper", .difference = "probes-reach-further"),
    CASE(helpers_without_privilege, "libbpf_probe_bpf_helper"),
    CASE(helpers_of_types_with_a_target, "libbpf_probe_bpf_helper",
         .difference = "errno-of-probes"),
    CASE(options, "libbpf_probe_bpf_prog_type"),
    {.name = NULL},
#undef CASE
};
