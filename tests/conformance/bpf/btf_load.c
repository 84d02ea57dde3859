/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* btf_load: giving the kernel BTF. */
#include <stdint.h>

#include "bpf/tap.h"
#include "harness/conform.h"

static const char btf[24];
static char log_buf[256];

enum { true_size_at = 28 };

static void open_with_names(void) {
  tap_open();
  tap_name(btf, "btf");
  tap_name(log_buf, "log_buf");
}

#define LOAD "BTF_LOAD btf=@btf btf_size=24"
#define LOAD_WITH_LOG                                                                              \
  "BTF_LOAD btf=@btf btf_log_buf=@log_buf btf_size=24 btf_log_size=256 btf_log_level=1"

static void plain(void) {
  open_with_names();
  CHECK_EQ(bpf_btf_load(btf, sizeof(btf), NULL), tap_fd);
  CHECK_TAKEN(LOAD);
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_btf_load(btf, sizeof(btf), NULL), EINVAL);
  CHECK_TAKEN(LOAD);
}

static void log_at_once(void) {
  OPTS(bpf_btf_load_opts, opts, .log_buf = log_buf, .log_size = 256, .log_level = 1);

  open_with_names();
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_btf_load(btf, sizeof(btf), &opts), EINVAL);
  CHECK_TAKEN(LOAD_WITH_LOG);
}

static void log_on_failure(void) {
  OPTS(bpf_btf_load_opts, opts, .log_buf = log_buf, .log_size = 256);

  open_with_names();
  CHECK_EQ(bpf_btf_load(btf, sizeof(btf), &opts), tap_fd);
  CHECK_TAKEN(LOAD);
  tap_answer(-EPERM), tap_answer(-ENOSPC);
  CHECK_FAILS(bpf_btf_load(btf, sizeof(btf), &opts), ENOSPC);
  CHECK_TAKEN(LOAD "; " LOAD_WITH_LOG);
  tap_answer(-EPERM);
  CHECK_EQ(bpf_btf_load(btf, sizeof(btf), &opts), tap_fd);
  CHECK_TAKEN(LOAD "; " LOAD_WITH_LOG);
}

/* No signal interrupts this, so EAGAIN is an error like any other. */
static void not_again(void) {
  open_with_names();
  tap_answer(-EAGAIN);
  CHECK_FAILS(bpf_btf_load(btf, sizeof(btf), NULL), EAGAIN);
  CHECK_TAKEN(LOAD);
}

static void refuses_options(void) {
  OPTS(bpf_btf_load_opts, opts, .log_size = 256);

  open_with_names();
  CHECK_FAILS(bpf_btf_load(btf, sizeof(btf), &(struct bpf_btf_load_opts){.sz = 1}), EINVAL);
  CHECK_FAILS(bpf_btf_load(btf, sizeof(btf), &opts), EINVAL);
  CHECK_TAKEN("");
}

static void level_without_buffer(void) {
  OPTS(bpf_btf_load_opts, opts, .log_level = 1);

  open_with_names();
  CHECK_EQ(bpf_btf_load(btf, sizeof(btf), &opts), tap_fd);
  CHECK_TAKEN(LOAD " btf_log_level=1");
}

static void true_size(void) {
  OPTS(bpf_btf_load_opts, opts, .log_buf = log_buf, .log_size = 256, .log_true_size = 99);

  open_with_names();
  CHECK_EQ(bpf_btf_load(btf, sizeof(btf), &opts), tap_fd);
  CHECK_EQ(opts.log_true_size, 0);
  tap_answer(-EINVAL), tap_answer(-EINVAL), tap_writes(true_size_at, 17);
  CHECK_FAILS(bpf_btf_load(btf, sizeof(btf), &opts), EINVAL);
  CHECK_EQ(opts.log_true_size, 17);
}

static void token(void) {
  OPTS(bpf_btf_load_opts, opts, .btf_flags = 1 << 16, .token_fd = 9);

  open_with_names();
  CHECK_EQ(bpf_btf_load(btf, sizeof(btf), &opts), tap_fd);
  CHECK_TAKEN(LOAD " btf_flags=0x10000 btf_token_fd=9");
}

/* A buffer without a size cannot hold a log, and the kernel's EINVAL for that would hide why the
 * BTF is refused. */
static void empty_buffer(void) {
  OPTS(bpf_btf_load_opts, opts, .log_buf = log_buf);

  open_with_names();
  tap_answer(-EPERM), tap_answer(-EINVAL);
  if (differs()) {
    CHECK_FAILS(bpf_btf_load(btf, sizeof(btf), &opts), EPERM);
    CHECK_TAKEN(LOAD);
    return;
  }
  CHECK_FAILS(bpf_btf_load(btf, sizeof(btf), &opts), EINVAL);
  CHECK_TAKEN(LOAD "; BTF_LOAD btf=@btf btf_log_buf=@log_buf btf_size=24 btf_log_level=1");
}

static void four_gib(void) {
  if (SIZE_MAX == UINT32_MAX)
    skip("no such size");
  open_with_names();
  if (differs()) {
    CHECK_FAILS(bpf_btf_load(btf, sizeof(btf) + ((size_t)UINT32_MAX + 1), NULL), E2BIG);
    CHECK_TAKEN("");
    return;
  }
  CHECK_EQ(bpf_btf_load(btf, sizeof(btf) + ((size_t)UINT32_MAX + 1), NULL), tap_fd);
  CHECK_TAKEN(LOAD);
}

CASES(btf_load) = {
#define CASE(name_, ...)                                                                           \
  { .name = "btf_load." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(plain, "bpf_btf_load"),
    CASE(log_at_once, "bpf_btf_load"),
    CASE(log_on_failure, "bpf_btf_load"),
    CASE(not_again, "bpf_btf_load"),
    CASE(refuses_options, "bpf_btf_load"),
    CASE(level_without_buffer, "bpf_btf_load"),
    CASE(true_size, "bpf_btf_load", .since = "1.2"),
    CASE(token, "bpf_btf_load", .since = "1.4"),
    CASE(empty_buffer, "bpf_btf_load", .difference = "first-refusal-kept"),
    CASE(four_gib, "bpf_btf_load", .difference = "sizes-not-cut"),
    {.name = NULL},
#undef CASE
};
