/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ids: what the kernel holds, by number, and what it says about it. */
#include <string.h>

#include "bpf/tap.h"
#include "harness/conform.h"

enum { next_id_at = 4, info_len_at = 4 };

static void check_next(int (*next)(__u32 start, __u32* id), const char* call) {
  __u32 id = 99;

  tap_answer(0), tap_writes(next_id_at, 6);
  CHECK_EQ(next(5, &id), 0);
  CHECK_EQ(id, 6);
  CHECK_TAKEN(call);
  tap_answer(-ENOENT), tap_writes(next_id_at, 7);
  CHECK_FAILS(next(5, &id), ENOENT);
  CHECK_EQ(id, 6);
  CHECK_TAKEN(call);
}

static void next_id(void) {
  tap_open();
  check_next(bpf_prog_get_next_id, "PROG_GET_NEXT_ID start_id=5");
  check_next(bpf_map_get_next_id, "MAP_GET_NEXT_ID start_id=5");
  check_next(bpf_btf_get_next_id, "BTF_GET_NEXT_ID start_id=5");
  check_next(bpf_link_get_next_id, "LINK_GET_NEXT_ID start_id=5");
}

static void no_place_for_an_id(void) {
  tap_open();
  CHECK_FAILS(bpf_prog_get_next_id(5, NULL), EINVAL);
  CHECK_FAILS(bpf_map_get_next_id(5, NULL), EINVAL);
  CHECK_FAILS(bpf_btf_get_next_id(5, NULL), EINVAL);
  CHECK_FAILS(bpf_link_get_next_id(5, NULL), EINVAL);
  CHECK_TAKEN("");
}

static void check_fd(int (*by_id)(__u32 id), const char* call) {
  CHECK_EQ(by_id(5), tap_fd);
  CHECK_TAKEN(call);
  tap_answer(-ENOENT);
  CHECK_FAILS(by_id(5), ENOENT);
  CHECK_TAKEN(call);
}

static void fd_by_id(void) {
  tap_open();
  check_fd(bpf_prog_get_fd_by_id, "PROG_GET_FD_BY_ID id=5");
  check_fd(bpf_map_get_fd_by_id, "MAP_GET_FD_BY_ID id=5");
  check_fd(bpf_btf_get_fd_by_id, "BTF_GET_FD_BY_ID id=5");
  check_fd(bpf_link_get_fd_by_id, "LINK_GET_FD_BY_ID id=5");
}

static void fd_by_id_options(void) {
  OPTS(bpf_get_fd_by_id_opts, opts, .open_flags = 8);
  const struct bpf_get_fd_by_id_opts bad = {.sz = 1};

  tap_open();
  CHECK_EQ(bpf_prog_get_fd_by_id_opts(5, NULL), tap_fd);
  CHECK_TAKEN("PROG_GET_FD_BY_ID id=5");
  CHECK_EQ(bpf_prog_get_fd_by_id_opts(5, &opts), tap_fd);
  CHECK_TAKEN("PROG_GET_FD_BY_ID id=5 open_flags=8");
  CHECK_EQ(bpf_map_get_fd_by_id_opts(5, &opts), tap_fd);
  CHECK_TAKEN("MAP_GET_FD_BY_ID id=5 open_flags=8");
  CHECK_EQ(bpf_btf_get_fd_by_id_opts(5, &opts), tap_fd);
  CHECK_TAKEN("BTF_GET_FD_BY_ID id=5 open_flags=8");
  CHECK_EQ(bpf_link_get_fd_by_id_opts(5, &opts), tap_fd);
  CHECK_TAKEN("LINK_GET_FD_BY_ID id=5 open_flags=8");
  CHECK_FAILS(bpf_prog_get_fd_by_id_opts(5, &bad), EINVAL);
  CHECK_FAILS(bpf_map_get_fd_by_id_opts(5, &bad), EINVAL);
  CHECK_FAILS(bpf_btf_get_fd_by_id_opts(5, &bad), EINVAL);
  CHECK_FAILS(bpf_link_get_fd_by_id_opts(5, &bad), EINVAL);
  CHECK_TAKEN("");
}

/* The kernel takes a token for BTF alone. */
static void fd_by_id_with_token(void) {
  OPTS(bpf_get_fd_by_id_opts, opts, .open_flags = 1 << 16, .token_fd = 9);

  tap_open();
  CHECK_EQ(bpf_btf_get_fd_by_id_opts(5, &opts), tap_fd);
  CHECK_TAKEN("BTF_GET_FD_BY_ID id=5 open_flags=0x10000 token_fd=9");
  CHECK_EQ(bpf_prog_get_fd_by_id_opts(5, &opts), tap_fd);
  CHECK_TAKEN("PROG_GET_FD_BY_ID id=5 open_flags=0x10000");
  CHECK_EQ(bpf_map_get_fd_by_id_opts(5, &opts), tap_fd);
  CHECK_TAKEN("MAP_GET_FD_BY_ID id=5 open_flags=0x10000");
  CHECK_EQ(bpf_link_get_fd_by_id_opts(5, &opts), tap_fd);
  CHECK_TAKEN("LINK_GET_FD_BY_ID id=5 open_flags=0x10000");
}

static void info(void) {
  struct bpf_map_info info;
  __u32 length = sizeof(info);

  memset(&info, 0, sizeof(info));
  tap_open();
  TAP_NAME(info);
  length = 64;
  tap_answer(0), tap_writes(info_len_at, 40);
  CHECK_EQ(bpf_obj_get_info_by_fd(7, &info, &length), 0);
  CHECK_EQ(length, 40);
  CHECK_TAKEN("OBJ_GET_INFO_BY_FD bpf_fd=7 info_len=64 info=@info");
  tap_answer(-EINVAL), tap_writes(info_len_at, 32);
  CHECK_FAILS(bpf_obj_get_info_by_fd(7, &info, &length), EINVAL);
  CHECK_EQ(length, 40);
  CHECK_TAKEN("OBJ_GET_INFO_BY_FD bpf_fd=7 info_len=40 info=@info");
}

static void typed_info(void) {
  static union {
    struct bpf_prog_info prog;
    struct bpf_map_info map;
    struct bpf_btf_info btf;
    struct bpf_link_info link;
  } info;
  __u32 length = 32;
  static const char call[] = "OBJ_GET_INFO_BY_FD bpf_fd=7 info_len=32 info=@info";

  tap_open();
  TAP_NAME(info);
  CHECK_EQ(bpf_prog_get_info_by_fd(7, &info.prog, &length), 0);
  CHECK_TAKEN(call);
  CHECK_EQ(bpf_map_get_info_by_fd(7, &info.map, &length), 0);
  CHECK_TAKEN(call);
  CHECK_EQ(bpf_btf_get_info_by_fd(7, &info.btf, &length), 0);
  CHECK_TAKEN(call);
  CHECK_EQ(bpf_link_get_info_by_fd(7, &info.link, &length), 0);
  CHECK_TAKEN(call);
}

static void info_without_a_length(void) {
  struct bpf_map_info info;

  memset(&info, 0, sizeof(info));
  tap_open();
  CHECK_FAILS(bpf_obj_get_info_by_fd(7, &info, NULL), EINVAL);
  CHECK_TAKEN("");
}

CASES(ids) = {
#define CASE(name_, ...)                                                                           \
  { .name = "ids." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(next_id, "bpf_prog_get_next_id"),
    CASE(no_place_for_an_id, "bpf_prog_get_next_id", .difference = "null-results",
         .stock_outcome = CRASHES),
    CASE(fd_by_id, "bpf_prog_get_fd_by_id"),
    CASE(fd_by_id_options, "bpf_prog_get_fd_by_id_opts", .since = "1.1"),
    CASE(fd_by_id_with_token, "bpf_btf_get_fd_by_id_opts", .since = "1.6"),
    CASE(info, "bpf_obj_get_info_by_fd"),
    CASE(typed_info, "bpf_prog_get_info_by_fd", .since = "1.2"),
    CASE(info_without_a_length, "bpf_obj_get_info_by_fd", .difference = "null-results",
         .stock_outcome = CRASHES),
    {.name = NULL},
#undef CASE
};
