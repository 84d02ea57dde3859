/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* v0_new: both constructors of libbpf 0.x, and the names that they have in 0.6 to 0.8. They return
 * failures as error pointers, and errno has no meaning. */
#include <stdint.h>

#include "harness/kernel.h"
#include "ring/seen.h"
#include "ring/v0.h"
#include "support/bpf_calls.h"

static struct seen seen;
static const struct v0_opts opts = {seen_sample, seen_lost, &seen};

static v0_new_fn new_of(const char* name) {
  v0_new_fn function;

  *(void**)&function = under_test_find(name);
  return function;
}

static v0_new_raw_fn new_raw_of(const char* name) {
  v0_new_raw_fn function;

  *(void**)&function = under_test_find(name);
  return function;
}

static struct v0_raw_opts raw_opts(struct perf_event_attr* attr) {
  *attr = seen_attr();
  return (struct v0_raw_opts){attr, seen_record, &seen, 0, NULL, NULL};
}

/* made: it is a buffer, not NULL or an error pointer. */
static bool made(const struct perf_buffer* pb) {
  return CHECK(pb != NULL && (unsigned long)pb < -4095UL);
}

#define CHECK_POINTER(call, error) CHECK_EQ((long)(call), -(long)(error))

static void reads(struct perf_buffer* pb, int map_fd) {
  const unsigned cpus = kernel_cpus();

  if (!made(pb))
    return;
  for (unsigned cpu = 0; cpu < cpus; cpu++) {
    uint64_t value = 10 + cpu;

    CHECK_EQ(kernel_output(map_fd, cpu, &value, sizeof(value)), 0);
  }
  CHECK_EQ(perf_buffer__poll(pb, 1000), cpus);
  CHECK_EQ(seen.count, cpus);
  for (unsigned i = 0; i < seen.count; i++)
    CHECK_EQ(seen.events[i].first, 10 + (uint64_t)seen.events[i].cpu);
  CHECK_EQ(kernel_output(map_fd, 0, "again", 6), 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, cpus + 1);
  perf_buffer__free(pb);
  CHECK_EQ(kernel_take_slots(map_fd, cpus), 0);
}

static void new_reads(const char* name) {
  int map_fd = kernel_map(kernel_cpus());

  reads(new_of(name)(map_fd, 1, &opts), map_fd);
}

static void new_raw_reads(const char* name) {
  struct perf_event_attr attr;
  struct v0_raw_opts raw = raw_opts(&attr);
  int map_fd = kernel_map(kernel_cpus());

  reads(new_raw_of(name)(map_fd, 1, &raw), map_fd);
}

static void new_fails(const char* name) {
  int map_fd = kernel_map(kernel_cpus()), other_fd = kernel_other_map();
  v0_new_fn make = new_of(name);
  char info[256];

  CHECK_POINTER(make(map_fd, 3, &opts), EINVAL);
  CHECK_POINTER(make(9999, 3, &opts), EINVAL);
  CHECK_POINTER(make(9999, 1, &opts), -sys_bpf_info(9999, info, sizeof(info)));
  CHECK_POINTER(make(other_fd, 1, &opts), EINVAL);
  CHECK_EQ(kernel_take_slots(map_fd, kernel_cpus()), 0);
  /* A program may give the result to libbpf_get_error, if the library has it, and to free. */
  if (libbpf_get_error)
    CHECK_EQ(libbpf_get_error(make(map_fd, 3, &opts)), -EINVAL);
  perf_buffer__free(make(map_fd, 3, &opts));
}

static void new_raw_fails(const char* name) {
  int map_fd = kernel_map(8), other_fd = kernel_other_map();
  int cpus[] = {0}, keys[] = {8};
  v0_new_raw_fn make = new_raw_of(name);
  struct perf_event_attr attr;
  struct v0_raw_opts raw = raw_opts(&attr);
  char info[256];

  CHECK_POINTER(make(map_fd, 3, &raw), EINVAL);
  CHECK_POINTER(make(9999, 1, &raw), -sys_bpf_info(9999, info, sizeof(info)));
  CHECK_POINTER(make(other_fd, 1, &raw), EINVAL);
  raw.cpu_cnt = 1;
  raw.cpus = cpus;
  raw.map_keys = keys;
  CHECK_POINTER(make(map_fd, 1, &raw), E2BIG);
  CHECK_EQ(kernel_take_slots(map_fd, 8), 0);
}

static void new_works(void) {
  new_reads(V0_NEW);
}
static void new_raw_works(void) {
  new_raw_reads(V0_NEW_RAW);
}
static void new_returns_errors(void) {
  new_fails(V0_NEW);
}
static void new_raw_returns_errors(void) {
  new_raw_fails(V0_NEW_RAW);
}
static void deprecated_new_works(void) {
  new_reads(V0_DEPRECATED_NEW);
}
static void deprecated_new_raw_works(void) {
  new_raw_reads(V0_DEPRECATED_NEW_RAW);
}
static void deprecated_new_returns_errors(void) {
  new_fails(V0_DEPRECATED_NEW);
}
static void deprecated_new_raw_returns_errors(void) {
  new_raw_fails(V0_DEPRECATED_NEW_RAW);
}

static void pages_beyond_memory(void) {
  skip_under_valgrind();
  CHECK_POINTER(new_of(V0_NEW)(kernel_map(kernel_cpus()), (size_t)1 << 40, &opts), ENOMEM);
}

static void no_options(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb = new_of(V0_NEW)(map_fd, 1, NULL);

  if (!made(pb))
    return;
  CHECK_EQ(kernel_output(map_fd, 0, "dropped", 8), 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  perf_buffer__free(pb);
}

static void listed_cpus(void) {
  int cpus[] = {0}, keys[] = {0}, map_fd = kernel_map(8);
  struct perf_event_attr attr;
  struct v0_raw_opts raw = raw_opts(&attr);
  struct perf_buffer* pb;

  raw.cpu_cnt = 1;
  raw.cpus = cpus;
  raw.map_keys = keys;
  pb = new_raw_of(V0_NEW_RAW)(map_fd, 1, &raw);
  if (!made(pb))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), 1);
  CHECK_EQ(kernel_output(map_fd, 0, "one", 4), 0);
  CHECK_EQ(perf_buffer__consume_buffer(pb, 0), 0);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void no_pages(void) {
  struct perf_buffer* pb = new_of(V0_NEW)(kernel_map(kernel_cpus()), 0, &opts);

  if (differs())
    CHECK_POINTER(pb, EINVAL);
  else
    made(pb);
  perf_buffer__free(pb);
}

static void no_attr(void) {
  struct perf_event_attr attr;
  struct v0_raw_opts raw = raw_opts(&attr);

  raw.attr = NULL;
  CHECK_POINTER(new_raw_of(V0_NEW_RAW)(kernel_map(kernel_cpus()), 1, &raw),
                differs() ? EINVAL : EFAULT);
}

static void no_raw_options(void) {
  CHECK_POINTER(new_raw_of(V0_NEW_RAW)(kernel_map(kernel_cpus()), 1, NULL), EINVAL);
}

CASES(v0_new) = {
#define CASE(name_, function_, ...)                                                                \
  {                                                                                                \
    .name = "v0." #name_, .function = function_, .needs = NEEDS_EITHER, .body = name_,             \
    .until = "1.0", __VA_ARGS__                                                                    \
  }
    CASE(new_works, V0_NEW, .since = "0.0.4"),
    CASE(new_raw_works, V0_NEW_RAW, .since = "0.0.4"),
    CASE(new_returns_errors, V0_NEW, .since = "0.0.4"),
    CASE(new_raw_returns_errors, V0_NEW_RAW, .since = "0.0.4"),
    CASE(deprecated_new_works, V0_DEPRECATED_NEW, .since = "0.6"),
    CASE(deprecated_new_raw_works, V0_DEPRECATED_NEW_RAW, .since = "0.6"),
    CASE(deprecated_new_returns_errors, V0_DEPRECATED_NEW, .since = "0.6"),
    CASE(deprecated_new_raw_returns_errors, V0_DEPRECATED_NEW_RAW, .since = "0.6"),
    CASE(pages_beyond_memory, V0_NEW, .since = "0.0.4"),
    CASE(no_options, V0_NEW, .since = "0.0.4"),
    CASE(listed_cpus, V0_NEW_RAW, .since = "0.0.4"),
    CASE(no_pages, V0_NEW, .since = "0.0.4", .difference = "v0-no-pages"),
    CASE(no_attr, V0_NEW_RAW, .since = "0.0.4", .difference = "v0-no-attr"),
    CASE(no_raw_options, V0_NEW_RAW, .since = "0.0.4", .stock_outcome = CRASHES,
         .difference = "v0-no-raw-options"),
    {.name = NULL},
#undef CASE
};
