/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* rest: running programs, raw tracepoints, what a task has attached, statistics, tokens, streams,
 * and what belongs to a program. */
#include <string.h>

#include "bpf/tap.h"
#include "harness/conform.h"

static const char data_in[64], ctx_in[16];
static char data_out[64], ctx_out[16];

static void test_run(void) {
  OPTS(bpf_test_run_opts, opts, .data_in = data_in, .data_size_in = 64, .data_out = data_out,
       .data_size_out = 65, .ctx_in = ctx_in, .ctx_size_in = 16, .ctx_out = ctx_out,
       .ctx_size_out = 17, .retval = 18, .repeat = 19, .duration = 20, .flags = 21, .cpu = 22,
       .batch_size = 23);

  tap_open();
  tap_name(data_in, "data_in");
  tap_name(data_out, "data_out");
  tap_name(ctx_in, "ctx_in");
  tap_name(ctx_out, "ctx_out");
  CHECK_EQ(bpf_prog_test_run_opts(3, &opts), 0);
  CHECK_TAKEN("PROG_TEST_RUN prog_fd=3 data_size_in=64 data_size_out=65 data_in=@data_in "
              "data_out=@data_out repeat=19 duration=20 ctx_size_in=16 ctx_size_out=17 "
              "ctx_in=@ctx_in ctx_out=@ctx_out flags=21 cpu=22 batch_size=23");
  CHECK_EQ(opts.data_size_out, 65);
  CHECK_EQ(opts.ctx_size_out, 17);
  CHECK_EQ(opts.retval, 0);
  CHECK_EQ(opts.duration, 20);
}

/* Results are written whether it succeeds or not. */
static void test_run_results(void) {
  enum { retval_at = 4, data_size_out_at = 12, duration_at = 36, ctx_size_out_at = 44 };
  static const size_t places[] = {retval_at, data_size_out_at, duration_at, ctx_size_out_at};
  static const unsigned want[][4] = {{5, 0, 0, 0}, {0, 5, 0, 0}, {0, 0, 5, 0}, {0, 0, 0, 5}};

  tap_open();
  for (size_t i = 0; i < 4; i++) {
    OPTS(bpf_test_run_opts, opts, .retval = 9);

    tap_answer(i % 2 ? -ENOSPC : 0), tap_writes(places[i], 5);
    errno = 0;
    CHECK_EQ(bpf_prog_test_run_opts(3, &opts), i % 2 ? -ENOSPC : 0);
    CHECK_EQ(errno, i % 2 ? ENOSPC : 0);
    CHECK_EQ(opts.retval, want[i][0]);
    CHECK_EQ(opts.data_size_out, want[i][1]);
    CHECK_EQ(opts.duration, want[i][2]);
    CHECK_EQ(opts.ctx_size_out, want[i][3]);
  }
}

static void test_run_options(void) {
  OPTS(bpf_test_run_opts, opts, .repeat = 2, .batch_size = 3);

  tap_open();
  CHECK_EQ(bpf_prog_test_run_opts(3, NULL), 0);
  CHECK_TAKEN("PROG_TEST_RUN prog_fd=3");
  opts.sz = offsetof(struct bpf_test_run_opts, batch_size);
  CHECK_EQ(bpf_prog_test_run_opts(3, &opts), 0);
  CHECK_TAKEN("PROG_TEST_RUN prog_fd=3 repeat=2");
  opts.sz = 1;
  CHECK_FAILS(bpf_prog_test_run_opts(3, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void raw_tracepoint(void) {
  static const char name[] = "sched_switch";

  tap_open();
  TAP_NAME(name);
  CHECK_EQ(bpf_raw_tracepoint_open(name, 3), tap_fd);
  CHECK_TAKEN("RAW_TRACEPOINT_OPEN name=@name prog_fd=3");
  CHECK_EQ(bpf_raw_tracepoint_open(NULL, 3), tap_fd);
  CHECK_TAKEN("RAW_TRACEPOINT_OPEN prog_fd=3");
  tap_answer(-ENOENT);
  CHECK_FAILS(bpf_raw_tracepoint_open(name, 3), ENOENT);
}

static void raw_tracepoint_options(void) {
  static const char name[] = "sched_switch";
  OPTS(bpf_raw_tp_opts, opts, .tp_name = name, .cookie = 0x100000005);

  tap_open();
  TAP_NAME(name);
  CHECK_EQ(bpf_raw_tracepoint_open_opts(3, &opts), tap_fd);
  CHECK_TAKEN("RAW_TRACEPOINT_OPEN name=@name prog_fd=3 cookie=0x100000005");
  CHECK_EQ(bpf_raw_tracepoint_open_opts(3, NULL), tap_fd);
  CHECK_TAKEN("RAW_TRACEPOINT_OPEN prog_fd=3");
  opts.sz = 1;
  CHECK_FAILS(bpf_raw_tracepoint_open_opts(3, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void task_fd_query(void) {
  char buf[32];
  __u32 length = sizeof(buf), prog_id = 9, type = 9;
  __u64 offset = 9, address = 9;

  tap_open();
  tap_name(buf, "buf");
  tap_answer(0), tap_writes(24, 5);
  CHECK_EQ(bpf_task_fd_query(100, 4, 1, buf, &length, &prog_id, &type, &offset, &address), 0);
  CHECK_TAKEN("TASK_FD_QUERY pid=100 fd=4 flags=1 buf_len=32 buf=@buf");
  CHECK_EQ(length, 32);
  CHECK_EQ(prog_id, 5);
  CHECK_EQ(type, 0);
  CHECK_EQ(offset, 0);
  CHECK_EQ(address, 0);
  /* On failure, too. */
  prog_id = type = 9, offset = address = 9;
  tap_answer(-ENOSPC), tap_writes(12, 40);
  CHECK_FAILS(bpf_task_fd_query(100, 4, 0, buf, &length, &prog_id, &type, &offset, &address),
              ENOSPC);
  CHECK_EQ(length, 40);
  CHECK_EQ(prog_id, 0);
  CHECK_EQ(type, 0);
  CHECK_EQ(offset, 0);
  CHECK_EQ(address, 0);
}

static void task_fd_query_without_a_place(void) {
  char buf[32];
  __u32 length = sizeof(buf), number;
  __u64 wide;

  tap_open();
  CHECK_FAILS(bpf_task_fd_query(100, 4, 0, buf, NULL, &number, &number, &wide, &wide), EINVAL);
  CHECK_FAILS(bpf_task_fd_query(100, 4, 0, buf, &length, NULL, &number, &wide, &wide), EINVAL);
  CHECK_FAILS(bpf_task_fd_query(100, 4, 0, buf, &length, &number, NULL, &wide, &wide), EINVAL);
  CHECK_FAILS(bpf_task_fd_query(100, 4, 0, buf, &length, &number, &number, NULL, &wide), EINVAL);
  CHECK_FAILS(bpf_task_fd_query(100, 4, 0, buf, &length, &number, &number, &wide, NULL), EINVAL);
  CHECK_TAKEN("");
}

static void enable_stats(void) {
  tap_open();
  CHECK_EQ(bpf_enable_stats(BPF_STATS_RUN_TIME), tap_fd);
  CHECK_TAKEN("ENABLE_STATS");
  CHECK_EQ(bpf_enable_stats((enum bpf_stats_type)1), tap_fd);
  CHECK_TAKEN("ENABLE_STATS type=1");
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_enable_stats((enum bpf_stats_type)1), EINVAL);
}

static void bind_map(void) {
  OPTS(bpf_prog_bind_opts, opts, .flags = 1);

  tap_open();
  CHECK_EQ(bpf_prog_bind_map(3, 4, NULL), 0);
  CHECK_TAKEN("PROG_BIND_MAP prog_fd=3 map_fd=4");
  CHECK_EQ(bpf_prog_bind_map(3, 4, &opts), 0);
  CHECK_TAKEN("PROG_BIND_MAP prog_fd=3 map_fd=4 flags=1");
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_prog_bind_map(3, 4, &opts), EINVAL);
  tap_taken();
  opts.sz = 1;
  CHECK_FAILS(bpf_prog_bind_map(3, 4, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void token_create(void) {
  OPTS(bpf_token_create_opts, opts, .flags = 1);

  tap_open();
  CHECK_EQ(bpf_token_create(4, NULL), tap_fd);
  CHECK_TAKEN("TOKEN_CREATE bpffs_fd=4");
  CHECK_EQ(bpf_token_create(4, &opts), tap_fd);
  CHECK_TAKEN("TOKEN_CREATE flags=1 bpffs_fd=4");
  tap_answer(-ENOENT);
  CHECK_FAILS(bpf_token_create(4, &opts), ENOENT);
  tap_taken();
  opts.sz = 1;
  CHECK_FAILS(bpf_token_create(4, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void stream_read(void) {
  struct bpf_prog_stream_read_opts opts = {.sz = sizeof(opts)};
  char buf[32];

  tap_open();
  tap_name(buf, "buf");
  tap_answer(12);
  CHECK_EQ(bpf_prog_stream_read(3, 1, buf, sizeof(buf), &opts), 12);
  CHECK_TAKEN("PROG_STREAM_READ stream_buf=@buf stream_buf_len=32 stream_id=1 prog_fd=3");
  tap_answer(0);
  CHECK_EQ(bpf_prog_stream_read(3, 1, buf, sizeof(buf), NULL), 0);
  tap_answer(-ENOENT);
  CHECK_FAILS(bpf_prog_stream_read(3, 1, buf, sizeof(buf), NULL), ENOENT);
  tap_taken();
  opts.sz = 1;
  CHECK_FAILS(bpf_prog_stream_read(3, 1, buf, sizeof(buf), &opts), EINVAL);
  CHECK_TAKEN("");
}

static void assoc_struct_ops(void) {
  OPTS(bpf_prog_assoc_struct_ops_opts, opts, .flags = 1);

  tap_open();
  CHECK_EQ(bpf_prog_assoc_struct_ops(3, 4, NULL), 0);
  CHECK_TAKEN("PROG_ASSOC_STRUCT_OPS map_fd=4 prog_fd=3");
  CHECK_EQ(bpf_prog_assoc_struct_ops(3, 4, &opts), 0);
  CHECK_TAKEN("PROG_ASSOC_STRUCT_OPS map_fd=4 prog_fd=3 flags=1");
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_prog_assoc_struct_ops(3, 4, &opts), EINVAL);
  tap_taken();
  opts.sz = 1;
  CHECK_FAILS(bpf_prog_assoc_struct_ops(3, 4, &opts), EINVAL);
  CHECK_TAKEN("");
}

CASES(rest) = {
#define CASE(name_, ...)                                                                           \
  { .name = "rest." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(test_run, "bpf_prog_test_run_opts"),
    CASE(test_run_results, "bpf_prog_test_run_opts"),
    CASE(test_run_options, "bpf_prog_test_run_opts"),
    CASE(raw_tracepoint, "bpf_raw_tracepoint_open"),
    CASE(raw_tracepoint_options, "bpf_raw_tracepoint_open_opts", .since = "1.4"),
    CASE(task_fd_query, "bpf_task_fd_query"),
    CASE(task_fd_query_without_a_place, "bpf_task_fd_query", .difference = "null-results",
         .stock_outcome = CRASHES),
    CASE(enable_stats, "bpf_enable_stats"),
    CASE(bind_map, "bpf_prog_bind_map"),
    CASE(token_create, "bpf_token_create", .since = "1.4"),
    CASE(stream_read, "bpf_prog_stream_read", .since = "1.6"),
    CASE(assoc_struct_ops, "bpf_prog_assoc_struct_ops", .since = "1.7"),
    {.name = NULL},
#undef CASE
};
