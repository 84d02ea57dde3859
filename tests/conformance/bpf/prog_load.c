/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* prog_load: loading programs: fields, logs, and what is tried again. */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "bpf/tap.h"
#include "harness/conform.h"

static const struct bpf_insn insns[2];
static char log_buf[256];
static const char license[] = "GPL";

/* Where the kernel writes its results. */
enum { func_info_rec_size_at = 76, line_info_rec_size_at = 92, log_true_size_at = 140 };

static void open_with_names(void) {
  tap_open();
  tap_name(insns, "insns");
  tap_name(license, "license");
  tap_name(log_buf, "log_buf");
}

static int load(struct bpf_prog_load_opts* opts) {
  return bpf_prog_load(BPF_PROG_TYPE_XDP, NULL, license, insns, 2, opts);
}
#define LOAD "PROG_LOAD prog_type=6 insn_cnt=2 insns=@insns license=@license"
#define LOAD_WITH_LOG LOAD " log_level=1 log_size=256 log_buf=@log_buf"

static void plain(void) {
  open_with_names();
  CHECK_EQ(load(NULL), tap_fd);
  CHECK_TAKEN(LOAD);
  tap_answer(-EACCES);
  CHECK_FAILS(load(NULL), EACCES);
  CHECK_TAKEN(LOAD);
}

static void names(void) {
  open_with_names();
  CHECK_EQ(bpf_prog_load(BPF_PROG_TYPE_XDP, "filter", license, insns, 2, NULL), tap_fd);
  CHECK_TAKEN(LOAD " prog_name=filter");
  CHECK_EQ(bpf_prog_load(BPF_PROG_TYPE_XDP, "a_name_of_20_letters", license, insns, 2, NULL),
           tap_fd);
  CHECK_TAKEN(LOAD " prog_name=a_name_of_20_le");
  CHECK_EQ(bpf_prog_load(BPF_PROG_TYPE_XDP, "", license, insns, 2, NULL), tap_fd);
  CHECK_TAKEN(LOAD);
}

static void fields(void) {
  static const int fd_array[1];
  static const char func_info[8], line_info[16];
  OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_XDP, .prog_btf_fd = 4, .prog_flags = 5,
       .prog_ifindex = 6, .kern_version = 7, .attach_btf_id = 8, .attach_btf_obj_fd = 9,
       .fd_array = fd_array, .func_info = func_info, .func_info_cnt = 1, .func_info_rec_size = 8,
       .line_info = line_info, .line_info_cnt = 1, .line_info_rec_size = 16);

  open_with_names();
  tap_name(fd_array, "fd_array");
  tap_name(func_info, "func_info");
  tap_name(line_info, "line_info");
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_TAKEN(LOAD " kern_version=7 prog_flags=5 prog_ifindex=6 expected_attach_type=37 "
                   "prog_btf_fd=4 func_info_rec_size=8 func_info=@func_info func_info_cnt=1 "
                   "line_info_rec_size=16 line_info=@line_info line_info_cnt=1 attach_btf_id=8 "
                   "attach_fd=9 fd_array=@fd_array");
  opts.attach_btf_obj_fd = 0;
  opts.attach_prog_fd = 10;
  opts.sz = offsetof(struct bpf_prog_load_opts, fd_array);
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_TAKEN(LOAD " kern_version=7 prog_flags=5 prog_ifindex=6 expected_attach_type=37 "
                   "prog_btf_fd=4 attach_btf_id=8 attach_fd=10");
}

static void token(void) {
  OPTS(bpf_prog_load_opts, opts, .prog_flags = 1 << 16, .token_fd = 9);

  open_with_names();
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_TAKEN(LOAD " prog_flags=0x10000 prog_token_fd=9");
}

static void counted_fds(void) {
  static const int fd_array[2];
  OPTS(bpf_prog_load_opts, opts, .fd_array = fd_array, .fd_array_cnt = 2);

  open_with_names();
  tap_name(fd_array, "fd_array");
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_TAKEN(LOAD " fd_array=@fd_array fd_array_cnt=2");
}

static void refuses_options(void) {
  open_with_names();
  CHECK_FAILS(load(&(struct bpf_prog_load_opts){.sz = 1}), EINVAL);
  CHECK_FAILS(
      load(&(struct bpf_prog_load_opts){.sz = sizeof(struct bpf_prog_load_opts), .attempts = -1}),
      EINVAL);
  CHECK_FAILS(load(&(struct bpf_prog_load_opts){.sz = sizeof(struct bpf_prog_load_opts),
                                                .attach_prog_fd = 1,
                                                .attach_btf_obj_fd = 1}),
              EINVAL);
  CHECK_FAILS(load(&(struct bpf_prog_load_opts){.sz = sizeof(struct bpf_prog_load_opts),
                                                .log_buf = log_buf}),
              EINVAL);
  CHECK_FAILS(
      load(&(struct bpf_prog_load_opts){.sz = sizeof(struct bpf_prog_load_opts), .log_size = 256}),
      EINVAL);
  if (sizeof(size_t) > 4)
    CHECK_FAILS(bpf_prog_load(BPF_PROG_TYPE_XDP, NULL, license, insns, (size_t)UINT_MAX + 1, NULL),
                E2BIG);
  CHECK_TAKEN("");
}

/* A level without a buffer, and levels that no kernel knows yet, are the kernel's to judge. */
static void levels(void) {
  OPTS(bpf_prog_load_opts, opts, .log_level = 1);

  open_with_names();
  if (!has_changed()) {
    CHECK_FAILS(load(&opts), EINVAL);
    opts.log_level = 8, opts.log_buf = log_buf, opts.log_size = 256;
    CHECK_FAILS(load(&opts), EINVAL);
    CHECK_TAKEN("");
    return;
  }
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_TAKEN(LOAD " log_level=1");
  opts.log_level = 8, opts.log_buf = log_buf, opts.log_size = 256;
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_TAKEN(LOAD " log_level=8 log_size=256 log_buf=@log_buf");
}

/* With a level the log is asked for at once. */
static void log_at_once(void) {
  OPTS(bpf_prog_load_opts, opts, .log_level = 1, .log_buf = log_buf, .log_size = 256);

  open_with_names();
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_TAKEN(LOAD_WITH_LOG);
  tap_answer(-EINVAL);
  CHECK_FAILS(load(&opts), EINVAL);
  CHECK_TAKEN(LOAD_WITH_LOG);
}

/* Without a level it is asked for when the program does not load, whatever the error was. */
static void log_on_failure(void) {
  OPTS(bpf_prog_load_opts, opts, .log_buf = log_buf, .log_size = 256);

  open_with_names();
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_TAKEN(LOAD);
  tap_answer(-EACCES), tap_answer(-ENOSPC);
  CHECK_FAILS(load(&opts), ENOSPC);
  CHECK_TAKEN(LOAD "; " LOAD_WITH_LOG);
  tap_answer(-EPERM), tap_answer(tap_fd);
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_TAKEN(LOAD "; " LOAD_WITH_LOG);
}

static void true_size(void) {
  OPTS(bpf_prog_load_opts, opts, .log_buf = log_buf, .log_size = 256, .log_true_size = 99);

  open_with_names();
  tap_answer(tap_fd);
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_EQ(opts.log_true_size, 0);
  tap_answer(-EACCES), tap_answer(-EACCES), tap_writes(log_true_size_at, 17);
  CHECK_FAILS(load(&opts), EACCES);
  CHECK_EQ(opts.log_true_size, 17);
  /* A caller that does not know the field. */
  opts.sz = offsetof(struct bpf_prog_load_opts, log_true_size);
  tap_answer(-EACCES), tap_answer(-EACCES), tap_writes(log_true_size_at, 18);
  CHECK_FAILS(load(&opts), EACCES);
  CHECK_EQ(opts.log_true_size, 17);
}

/* Verification ends with EAGAIN when a signal comes. */
static void five_attempts(void) {
  open_with_names();
  for (unsigned i = 0; i < 4; i++)
    tap_answer(-EAGAIN);
  CHECK_EQ(load(NULL), tap_fd);
  CHECK_TAKEN(LOAD "; " LOAD "; " LOAD "; " LOAD "; " LOAD);
  for (unsigned i = 0; i < 5; i++)
    tap_answer(-EAGAIN);
  CHECK_FAILS(load(NULL), EAGAIN);
  CHECK_TAKEN(LOAD "; " LOAD "; " LOAD "; " LOAD "; " LOAD);
}

static void attempts_as_asked(void) {
  OPTS(bpf_prog_load_opts, opts, .attempts = 2);

  open_with_names();
  tap_answer(-EAGAIN), tap_answer(-EAGAIN);
  CHECK_FAILS(load(&opts), EAGAIN);
  CHECK_TAKEN(LOAD "; " LOAD);
  opts.attempts = 1;
  tap_answer(-EAGAIN);
  CHECK_FAILS(load(&opts), EAGAIN);
  CHECK_TAKEN(LOAD);
}

/* The attempts of the one with a log are its own. */
static void attempts_with_a_log(void) {
  OPTS(bpf_prog_load_opts, opts, .attempts = 2, .log_buf = log_buf, .log_size = 256);

  open_with_names();
  for (unsigned i = 0; i < 4; i++)
    tap_answer(-EAGAIN);
  CHECK_FAILS(load(&opts), EAGAIN);
  CHECK_TAKEN(LOAD "; " LOAD "; " LOAD_WITH_LOG "; " LOAD_WITH_LOG);
}

static unsigned attempt, undisturbed;
static void look_at_signals(const void* attr) {
  sigset_t blocked;

  (void)attr;
  attempt++;
  pthread_sigmask(SIG_BLOCK, NULL, &blocked);
  if (sigismember(&blocked, SIGALRM) && !sigismember(&blocked, SIGTERM))
    undisturbed = attempt;
}

/* A timer of 1 ms ends every attempt at a large program. */
static void last_attempt(void) {
  sigset_t blocked;

  open_with_names();
  tap_look(look_at_signals);
  for (unsigned i = 0; i < 4; i++)
    tap_answer(-EAGAIN);
  CHECK_EQ(load(NULL), tap_fd);
  CHECK_EQ(attempt, 5);
  CHECK_EQ(undisturbed, differs() ? 5 : 0);
  pthread_sigmask(SIG_BLOCK, NULL, &blocked);
  CHECK(!sigismember(&blocked, SIGALRM));
}

/* A log that was wanted after a failure may come with success. */
static void errno_of_a_success(void) {
  OPTS(bpf_prog_load_opts, opts, .log_buf = log_buf, .log_size = 256);

  open_with_names();
  tap_answer(-EACCES);
  errno = ENOTTY;
  CHECK_EQ(load(&opts), tap_fd);
  CHECK_EQ(errno, differs() ? ENOTTY : EACCES);
}

/* A kernel that knows shorter records says so by their size, and gets them with the rest zeroed. */

static unsigned func_info[2][3] = {{0, 1, 7}, {1, 2, 7}};
static unsigned line_info[1][5] = {{0, 1, 2, 3, 7}};
static unsigned func_seen[2][3], line_seen[1][5];
static const void *func_at, *line_at;

static void look_at_records(const void* attr) {
  __u64 func, line;

  memcpy(&func, (const char*)attr + 80, sizeof(func));
  memcpy(&line, (const char*)attr + 96, sizeof(line));
  func_at = (const void*)(uintptr_t)func;
  line_at = (const void*)(uintptr_t)line;
  if (func_at)
    memcpy(func_seen, func_at, sizeof(func_seen));
  if (line_at)
    memcpy(line_seen, line_at, sizeof(line_seen));
}

static void shorter_records(void) {
  OPTS(bpf_prog_load_opts, opts, .func_info = func_info, .func_info_cnt = 2,
       .func_info_rec_size = sizeof(func_info[0]), .line_info = line_info, .line_info_cnt = 1,
       .line_info_rec_size = sizeof(line_info[0]));

  tap_open();
  tap_look(look_at_records);
  tap_answer(-E2BIG), tap_writes(func_info_rec_size_at, 8);
  tap_answer(-E2BIG), tap_writes(line_info_rec_size_at, 16);
  tap_answer(tap_fd);
  CHECK_EQ(load(&opts), tap_fd);
  CHECK(func_at && func_at != func_info && line_at && line_at != line_info);
  for (unsigned i = 0; i < 2; i++) {
    CHECK_EQ(memcmp(func_seen[i], func_info[i], 8), 0);
    CHECK_EQ(func_seen[i][2], 0);
    CHECK_EQ(func_info[i][2], 7);
  }
  CHECK_EQ(memcmp(line_seen[0], line_info[0], 16), 0);
  CHECK_EQ(line_seen[0][4], 0);
}

static void shorter_records_once_each(void) {
  OPTS(bpf_prog_load_opts, opts, .func_info = func_info, .func_info_cnt = 2,
       .func_info_rec_size = sizeof(func_info[0]));

  open_with_names();
  tap_name(func_info, "func_info");
  tap_answer(-E2BIG), tap_writes(func_info_rec_size_at, 8);
  tap_answer(-E2BIG), tap_writes(func_info_rec_size_at, 8);
  CHECK_FAILS(load(&opts), E2BIG);
  tap_taken();
  /* E2BIG for another reason. */
  tap_answer(-E2BIG);
  CHECK_FAILS(load(&opts), E2BIG);
  CHECK_TAKEN(LOAD " func_info_rec_size=12 func_info=@func_info func_info_cnt=2");
}

CASES(prog_load) = {
#define CASE(name_, ...)                                                                           \
  { .name = "prog_load." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(plain, "bpf_prog_load"),
    CASE(names, "bpf_prog_load"),
    CASE(fields, "bpf_prog_load"),
    CASE(token, "bpf_prog_load", .since = "1.4"),
    CASE(counted_fds, "bpf_prog_load", .since = "1.6"),
    CASE(refuses_options, "bpf_prog_load"),
    CASE(levels, "bpf_prog_load", .changed_in = "1.2"),
    CASE(log_at_once, "bpf_prog_load"),
    CASE(log_on_failure, "bpf_prog_load"),
    CASE(true_size, "bpf_prog_load", .since = "1.2"),
    CASE(five_attempts, "bpf_prog_load"),
    CASE(attempts_as_asked, "bpf_prog_load"),
    CASE(attempts_with_a_log, "bpf_prog_load"),
    CASE(last_attempt, "bpf_prog_load", .difference = "last-attempt-undisturbed"),
    CASE(errno_of_a_success, "bpf_prog_load", .difference = "errno-kept"),
    CASE(shorter_records, "bpf_prog_load"),
    CASE(shorter_records_once_each, "bpf_prog_load"),
    {.name = NULL},
#undef CASE
};
