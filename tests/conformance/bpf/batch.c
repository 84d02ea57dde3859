/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* batch: many elements in one call. */
#include "bpf/tap.h"
#include "harness/conform.h"

static unsigned in, out, keys[4], values[4];
static const struct bpf_map_batch_opts opts = {sizeof(opts), 4, 9};

/* Where the kernel writes the count. */
enum { count_at = 32 };

static void open_with_names(void) {
  tap_open();
  TAP_NAME(in);
  TAP_NAME(out);
  tap_name(keys, "keys");
  tap_name(values, "values");
}

static void lookup(void) {
  __u32 count = 4;

  open_with_names();
  CHECK_EQ(bpf_map_lookup_batch(7, &in, &out, keys, values, &count, NULL), 0);
  CHECK_EQ(count, 4);
  CHECK_TAKEN("MAP_LOOKUP_BATCH in_batch=@in out_batch=@out keys=@keys values=@values count=4 "
              "map_fd=7");
  CHECK_EQ(bpf_map_lookup_batch(7, NULL, &out, keys, values, &count, &opts), 0);
  CHECK_TAKEN("MAP_LOOKUP_BATCH out_batch=@out keys=@keys values=@values count=4 map_fd=7 "
              "elem_flags=4 flags=9");
  CHECK_EQ(bpf_map_lookup_and_delete_batch(7, &in, &out, keys, values, &count, &opts), 0);
  CHECK_TAKEN("MAP_LOOKUP_AND_DELETE_BATCH in_batch=@in out_batch=@out keys=@keys values=@values "
              "count=4 map_fd=7 elem_flags=4 flags=9");
}

static void update_and_delete(void) {
  __u32 count = 4;

  open_with_names();
  CHECK_EQ(bpf_map_update_batch(7, keys, values, &count, NULL), 0);
  CHECK_TAKEN("MAP_UPDATE_BATCH keys=@keys values=@values count=4 map_fd=7");
  CHECK_EQ(bpf_map_update_batch(7, keys, values, &count, &opts), 0);
  CHECK_TAKEN("MAP_UPDATE_BATCH keys=@keys values=@values count=4 map_fd=7 elem_flags=4 flags=9");
  CHECK_EQ(bpf_map_delete_batch(7, keys, &count, NULL), 0);
  CHECK_TAKEN("MAP_DELETE_BATCH keys=@keys count=4 map_fd=7");
  CHECK_EQ(bpf_map_delete_batch(7, keys, &count, &opts), 0);
  CHECK_TAKEN("MAP_DELETE_BATCH keys=@keys count=4 map_fd=7 elem_flags=4 flags=9");
}

/* What the kernel leaves in the count is the count, whether the call succeeds or not. */
static void counts(void) {
  __u32 count = 4;

  open_with_names();
  tap_answer(-ENOENT), tap_writes(count_at, 3);
  CHECK_FAILS(bpf_map_lookup_batch(7, NULL, &out, keys, values, &count, NULL), ENOENT);
  CHECK_EQ(count, 3);
  tap_answer(0), tap_writes(count_at, 2);
  CHECK_EQ(bpf_map_lookup_and_delete_batch(7, NULL, &out, keys, values, &count, NULL), 0);
  CHECK_EQ(count, 2);
  tap_answer(-E2BIG), tap_writes(count_at, 1);
  CHECK_FAILS(bpf_map_update_batch(7, keys, values, &count, NULL), E2BIG);
  CHECK_EQ(count, 1);
  tap_answer(-ENOENT), tap_writes(count_at, 0);
  CHECK_FAILS(bpf_map_delete_batch(7, keys, &count, NULL), ENOENT);
  CHECK_EQ(count, 0);
}

static void refuses_options(void) {
  const struct bpf_map_batch_opts bad = {.sz = 1};
  __u32 count = 4;

  open_with_names();
  CHECK_FAILS(bpf_map_lookup_batch(7, NULL, &out, keys, values, &count, &bad), EINVAL);
  CHECK_FAILS(bpf_map_lookup_and_delete_batch(7, NULL, &out, keys, values, &count, &bad), EINVAL);
  CHECK_FAILS(bpf_map_update_batch(7, keys, values, &count, &bad), EINVAL);
  CHECK_FAILS(bpf_map_delete_batch(7, keys, &count, &bad), EINVAL);
  CHECK_EQ(count, 4);
  CHECK_TAKEN("");
}

static void no_count(void) {
  open_with_names();
  CHECK_FAILS(bpf_map_lookup_batch(7, NULL, &out, keys, values, NULL, NULL), EINVAL);
  CHECK_FAILS(bpf_map_lookup_and_delete_batch(7, NULL, &out, keys, values, NULL, NULL), EINVAL);
  CHECK_FAILS(bpf_map_update_batch(7, keys, values, NULL, NULL), EINVAL);
  CHECK_FAILS(bpf_map_delete_batch(7, keys, NULL, NULL), EINVAL);
  CHECK_TAKEN("");
}

CASES(batch) = {
#define CASE(name_, ...)                                                                           \
  { .name = "batch." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(lookup, "bpf_map_lookup_batch"),
    CASE(update_and_delete, "bpf_map_update_batch"),
    CASE(counts, "bpf_map_lookup_batch"),
    CASE(refuses_options, "bpf_map_lookup_batch"),
    CASE(no_count, "bpf_map_lookup_batch", .difference = "null-results", .stock_outcome = CRASHES),
    {.name = NULL},
#undef CASE
};
