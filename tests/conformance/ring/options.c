/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* options: option structs of every size from 0 to twice their own, with zeros and with garbage
 * after the fields that the library knows. */
#include <stdint.h>
#include <string.h>

#include "harness/kernel.h"
#include "ring/seen.h"

static struct seen seen;

/* Options as bytes, so that a case can claim any size. */
union bytes {
  size_t sz;
  unsigned char byte[96];
  struct perf_buffer_opts simple;
  struct perf_buffer_raw_opts raw;
};

/* The bytes that perf_buffer__new knows; all bytes after them must be 0. */
static size_t known_simple(void) {
  return has_changed() ? 12 : 8;
}
enum { known_raw = 32 };

static struct perf_buffer* make_simple(int map_fd, const union bytes* opts) {
  return perf_buffer__new(map_fd, 1, seen_sample, seen_lost, &seen, &opts->simple);
}

static struct perf_buffer* make_raw(int map_fd, const union bytes* opts) {
  struct perf_event_attr attr = seen_attr();

  return perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, &opts->raw);
}

typedef struct perf_buffer* (*make_fn)(int map_fd, const union bytes* opts);

static void taken(make_fn make, int map_fd, const union bytes* opts) {
  struct perf_buffer* pb = make(map_fd, opts);

  if (!CHECK(pb != NULL))
    CHECK_EQ(opts->sz, -1); /* says which */
  perf_buffer__free(pb);
}

static void refused(make_fn make, int map_fd, const union bytes* opts) {
  messages_clear();
  if (!CHECK_NULL(make(map_fd, opts), EINVAL))
    CHECK_EQ(opts->sz, -1);
  CHECK_WARNED("opts");
}

static void every_size(make_fn make, size_t limit, bool garbage, size_t known) {
  int map_fd = kernel_map(kernel_cpus());

  for (size_t size = 0; size <= limit; size++) {
    union bytes opts;

    memset(&opts, 0, sizeof(opts));
    if (garbage)
      memset(opts.byte + known, 0x5a, sizeof(opts) - known);
    opts.sz = size;
    if (size < sizeof(size_t) || (garbage && size > known))
      refused(make, map_fd, &opts);
    else
      taken(make, map_fd, &opts);
  }
}

static void every_size_of_zeros(void) {
  every_size(make_simple, 32, false, 8);
}
static void every_size_with_garbage_behind(void) {
  every_size(make_simple, 32, true, known_simple());
}
static void every_raw_size_of_zeros(void) {
  every_size(make_raw, 64, false, known_raw);
}
static void every_raw_size_with_garbage_behind(void) {
  every_size(make_raw, 64, true, known_raw);
}

/* One byte that is not 0, at each place after the known fields, up to the last byte. */
static void one_byte_behind(make_fn make, size_t known, size_t size) {
  int map_fd = kernel_map(kernel_cpus());

  for (size_t at = known; at < size; at++) {
    union bytes opts;

    memset(&opts, 0, sizeof(opts));
    opts.sz = size;
    opts.byte[at] = 1;
    refused(make, map_fd, &opts);
    /* The first byte that is not within the size. */
    opts.sz = at;
    taken(make, map_fd, &opts);
  }
}

static void one_byte_of_garbage(void) {
  one_byte_behind(make_simple, known_simple(), 40);
}
static void one_raw_byte_of_garbage(void) {
  one_byte_behind(make_raw, known_raw, 72);
}

static void size_of_0_and_of_everything(void) {
  int map_fd = kernel_map(kernel_cpus());
  union bytes opts;

  memset(&opts, 0, sizeof(opts));
  refused(make_simple, map_fd, &opts);
  refused(make_raw, map_fd, &opts);
  taken(make_simple, map_fd, &(union bytes){.sz = sizeof(struct perf_buffer_opts)});
  taken(make_raw, map_fd, &(union bytes){.sz = sizeof(struct perf_buffer_raw_opts)});
}

/* A field counts only if the size includes its last byte. */
static void a_period_cut_short(void) {
  int map_fd = kernel_map(kernel_cpus());

  for (size_t size = 8; size < 12; size++) {
    union bytes opts;
    struct perf_buffer* pb;
    uint64_t value = 1;

    memset(&opts, 0, sizeof(opts));
    opts.sz = size;
    memset(opts.byte + 8, 0x77, 4);
    pb = make_simple(map_fd, &opts);
    if (!CHECK(pb != NULL))
      return;
    CHECK_EQ(kernel_output(map_fd, 0, &value, sizeof(value)), 0);
    CHECK_EQ(perf_buffer__poll(pb, 0), 1);
    perf_buffer__free(pb);
  }
}

static void a_cpu_count_cut_short(void) {
  int map_fd = kernel_map(kernel_cpus());

  for (size_t size = 8; size < 12; size++) {
    struct perf_buffer* pb;
    union bytes opts;

    memset(&opts, 0, sizeof(opts));
    opts.sz = size;
    opts.raw.cpu_cnt = 1;
    pb = make_raw(map_fd, &opts);
    if (!CHECK(pb != NULL))
      return;
    CHECK_EQ(perf_buffer__buffer_cnt(pb), kernel_cpus());
    perf_buffer__free(pb);
  }
}

static void padding_between_fields_is_free(void) {
  int map_fd = kernel_map(kernel_cpus());
  union bytes opts;

  memset(&opts, 0, sizeof(opts));
  opts.sz = sizeof(struct perf_buffer_raw_opts);
  memset(opts.byte + 12, 0xff, 4);
  taken(make_raw, map_fd, &opts);
}

/* Without a count the library does not read the lists. */
static void lists_without_a_count(void) {
  static const int counts[] = {0, -1, INT32_MIN};
  int map_fd = kernel_map(kernel_cpus());

  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    union bytes opts;
    struct perf_buffer* pb;

    memset(&opts, 0, sizeof(opts));
    opts.raw.sz = sizeof(opts.raw);
    opts.raw.cpu_cnt = counts[i];
    opts.raw.cpus = opts.raw.map_keys = (int*)8;
    pb = make_raw(map_fd, &opts);
    if (!CHECK(pb != NULL))
      return;
    CHECK_EQ(perf_buffer__buffer_cnt(pb), kernel_cpus());
    perf_buffer__free(pb);
  }
}

CASES(options) = {
#define CASE(name_, function_, ...)                                                                \
  {                                                                                                \
    .name = "options." #name_, .function = "perf_buffer__" #function_, .needs = NEEDS_EITHER,      \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(every_size_of_zeros, new),
    CASE(every_size_with_garbage_behind, new, .changed_in = "1.2"),
    CASE(every_raw_size_of_zeros, new_raw),
    CASE(every_raw_size_with_garbage_behind, new_raw),
    CASE(one_byte_of_garbage, new, .changed_in = "1.2"),
    CASE(one_raw_byte_of_garbage, new_raw),
    CASE(size_of_0_and_of_everything, new),
    CASE(a_period_cut_short, new, .since = "1.2"),
    CASE(a_cpu_count_cut_short, new_raw),
    CASE(padding_between_fields_is_free, new_raw),
    CASE(lists_without_a_count, new_raw),
    {.name = NULL},
#undef CASE
};
