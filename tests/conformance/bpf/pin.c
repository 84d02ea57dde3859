/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* pin: names for maps, programs and links in a bpf file system. */
#include <fcntl.h>

#include "bpf/tap.h"
#include "harness/conform.h"

static const char path[] = "/sys/fs/bpf/counts";

static void pin(void) {
  tap_open();
  tap_name(path, "path");
  CHECK_EQ(bpf_obj_pin(7, path), 0);
  CHECK_TAKEN("OBJ_PIN pathname=@path bpf_fd=7");
  tap_answer(-EEXIST);
  CHECK_FAILS(bpf_obj_pin(7, path), EEXIST);
  CHECK_TAKEN("OBJ_PIN pathname=@path bpf_fd=7");
  CHECK_EQ(bpf_obj_pin(7, NULL), 0);
  CHECK_TAKEN("OBJ_PIN bpf_fd=7");
}

static void pin_options(void) {
  OPTS(bpf_obj_pin_opts, opts, .file_flags = 1 << 14, .path_fd = AT_FDCWD);

  tap_open();
  tap_name(path, "path");
  CHECK_EQ(bpf_obj_pin_opts(7, path, NULL), 0);
  CHECK_TAKEN("OBJ_PIN pathname=@path bpf_fd=7");
  CHECK_EQ(bpf_obj_pin_opts(7, path, &opts), 0);
  CHECK_TAKEN("OBJ_PIN pathname=@path bpf_fd=7 file_flags=0x4000 path_fd=-100");
  opts.sz = 1;
  CHECK_FAILS(bpf_obj_pin_opts(7, path, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void get(void) {
  tap_open();
  tap_name(path, "path");
  CHECK_EQ(bpf_obj_get(path), tap_fd);
  CHECK_TAKEN("OBJ_GET pathname=@path");
  tap_answer(-ENOENT);
  CHECK_FAILS(bpf_obj_get(path), ENOENT);
}

static void get_options(void) {
  OPTS(bpf_obj_get_opts, opts, .file_flags = BPF_F_RDONLY);

  tap_open();
  tap_name(path, "path");
  CHECK_EQ(bpf_obj_get_opts(path, NULL), tap_fd);
  CHECK_TAKEN("OBJ_GET pathname=@path");
  CHECK_EQ(bpf_obj_get_opts(path, &opts), tap_fd);
  CHECK_TAKEN("OBJ_GET pathname=@path file_flags=8");
  opts.sz = 1;
  CHECK_FAILS(bpf_obj_get_opts(path, &opts), EINVAL);
  CHECK_TAKEN("");
}

static void get_in_a_folder(void) {
  OPTS(bpf_obj_get_opts, opts, .file_flags = 1 << 14, .path_fd = 5);

  tap_open();
  tap_name(path, "path");
  CHECK_EQ(bpf_obj_get_opts(path, &opts), tap_fd);
  CHECK_TAKEN("OBJ_GET pathname=@path file_flags=0x4000 path_fd=5");
}

CASES(pin) = {
#define CASE(name_, ...)                                                                           \
  { .name = "pin." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(pin, "bpf_obj_pin"),
    CASE(pin_options, "bpf_obj_pin_opts", .since = "1.3"),
    CASE(get, "bpf_obj_get"),
    CASE(get_options, "bpf_obj_get_opts"),
    CASE(get_in_a_folder, "bpf_obj_get_opts", .since = "1.3"),
    {.name = NULL},
#undef CASE
};
