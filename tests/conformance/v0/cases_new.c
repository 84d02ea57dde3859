/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* v0/cases_new: both constructors of libbpf 0.x, and the names that 0.6 to 0.8 gave them. Failures
 * are error pointers; errno was not part of the bargain. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#include "../../support/bpf_calls.h"
#include "../kernel.h"
#include "../seen.h"
#include "v0.h"

static struct seen seen;
static const struct v0_opts opts = {seen_sample, seen_lost, &seen};

/* The constructors under test: the old names, or the ones that came to mean the same. */
static v0_new_fn new_of(const char* name) {
  v0_new_fn function = v0_new;

  if (name)
    *(void**)&function = dlvsym(RTLD_DEFAULT, name, "LIBBPF_0.6.0");
  return function;
}

static v0_new_raw_fn new_raw_of(const char* name) {
  v0_new_raw_fn function = v0_new_raw;

  if (name)
    *(void**)&function = dlvsym(RTLD_DEFAULT, name, "LIBBPF_0.6.0");
  return function;
}

static struct v0_raw_opts raw_opts(struct perf_event_attr* attr) {
  *attr = seen_attr();
  return (struct v0_raw_opts){attr, seen_record, &seen, 0, NULL, NULL};
}

#define CHECK_POINTER(call, error) CHECK_EQ((long)(call), -(long)(error))

static void reads(struct perf_buffer* pb, int map_fd) {
  const unsigned cpus = kernel_cpus();

  if (!CHECK(libbpf_get_error(pb) == 0 && pb != NULL))
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
  CHECK_POINTER(make(map_fd, (size_t)1 << 40, &opts), ENOMEM);
  CHECK_EQ(kernel_take_slots(map_fd, kernel_cpus()), 0);
  /* What comes back is for the old way of asking, and for free. */
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
  new_reads(NULL);
}
static void new_raw_works(void) {
  new_raw_reads(NULL);
}
static void new_returns_errors(void) {
  new_fails(NULL);
}
static void new_raw_returns_errors(void) {
  new_raw_fails(NULL);
}
static void deprecated_new_works(void) {
  new_reads("perf_buffer__new_deprecated");
}
static void deprecated_new_raw_works(void) {
  new_raw_reads("perf_buffer__new_raw_deprecated");
}
static void deprecated_new_returns_errors(void) {
  new_fails("perf_buffer__new_deprecated");
}
static void deprecated_new_raw_returns_errors(void) {
  new_raw_fails("perf_buffer__new_raw_deprecated");
}

static void no_options(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb = v0_new(map_fd, 1, NULL);

  if (!CHECK(libbpf_get_error(pb) == 0))
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
  pb = v0_new_raw(map_fd, 1, &raw);
  if (!CHECK(libbpf_get_error(pb) == 0))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), 1);
  CHECK_EQ(kernel_output(map_fd, 0, "one", 4), 0);
  CHECK_EQ(perf_buffer__consume_buffer(pb, 0), 0);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void no_pages(void) {
  struct perf_buffer* pb = v0_new(kernel_map(kernel_cpus()), 0, &opts);

  CHECK_EQ(libbpf_get_error(pb), differs("v0-no-pages") ? -EINVAL : 0);
  perf_buffer__free(pb);
}

static void no_attr(void) {
  struct perf_event_attr attr;
  struct v0_raw_opts raw = raw_opts(&attr);

  raw.attr = NULL;
  CHECK_POINTER(v0_new_raw(kernel_map(kernel_cpus()), 1, &raw),
                differs("v0-no-attr") ? EINVAL : EFAULT);
}

static void no_raw_options(void) {
  CHECK_POINTER(v0_new_raw(kernel_map(kernel_cpus()), 1, NULL), EINVAL);
}

const struct conform_case cases_v0_new[] = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "v0." #name_, .function = function_, .needs = NEEDS_EITHER, .body = name_, __VA_ARGS__ }
#define NEW "perf_buffer__new@LIBBPF_0.0.4"
#define NEW_RAW "perf_buffer__new_raw@LIBBPF_0.0.4"
#define DEPRECATED_NEW "perf_buffer__new_deprecated@LIBBPF_0.6.0"
#define DEPRECATED_NEW_RAW "perf_buffer__new_raw_deprecated@LIBBPF_0.6.0"
    CASE(new_works, NEW),
    CASE(new_raw_works, NEW_RAW),
    CASE(new_returns_errors, NEW),
    CASE(new_raw_returns_errors, NEW_RAW),
    CASE(deprecated_new_works, DEPRECATED_NEW),
    CASE(deprecated_new_raw_works, DEPRECATED_NEW_RAW),
    CASE(deprecated_new_returns_errors, DEPRECATED_NEW),
    CASE(deprecated_new_raw_returns_errors, DEPRECATED_NEW_RAW),
    CASE(no_options, NEW),
    CASE(listed_cpus, NEW_RAW),
    CASE(no_pages, NEW),
    CASE(no_attr, NEW_RAW),
    CASE(no_raw_options, NEW_RAW, .stock_outcome = CRASHES, .difference = "v0-no-raw-options"),
    {.name = NULL},
#undef CASE
};
