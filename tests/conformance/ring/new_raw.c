/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* new_raw: the caller's own event attributes, CPUs and map slots. */
#include <stdint.h>
#include <string.h>

#include "harness/kernel.h"
#include "ring/rings.h"

static struct seen seen;

static struct perf_buffer* make(int map_fd, struct perf_buffer_raw_opts* opts) {
  struct perf_event_attr attr = seen_attr();

  if (opts)
    opts->sz = sizeof(*opts);
  return perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, opts);
}

static struct perf_buffer* make_listed(int map_fd, int count, int* cpus, int* keys) {
  struct perf_buffer_raw_opts opts = {.cpu_cnt = count, .cpus = cpus, .map_keys = keys};

  return make(map_fd, &opts);
}

static void a_ring_for_each_cpu(void) {
  const unsigned cpus = kernel_cpus();
  int map_fd = kernel_map(cpus);
  struct perf_buffer* pb = make(map_fd, NULL);

  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), cpus);
  for (unsigned cpu = 0; cpu < cpus; cpu++) {
    uint64_t value = cpu;

    CHECK_EQ(kernel_output(map_fd, cpu, &value, sizeof(value)), 0);
    CHECK_EQ(perf_buffer__consume_buffer(pb, cpu), 0);
    CHECK_EQ(seen.count, cpu + 1);
    CHECK_EQ(seen.events[cpu].cpu, cpu);
  }
  perf_buffer__free(pb);
}

static void attr_is_needed(void) {
  int map_fd = kernel_map(kernel_cpus());

  CHECK_NULL(perf_buffer__new_raw(map_fd, 1, NULL, seen_record, &seen, NULL), EINVAL);
  CHECK_WARNED("attr");
  /* This error comes before that of the map. */
  CHECK_NULL(perf_buffer__new_raw(9999, 1, NULL, seen_record, &seen, NULL), EINVAL);
}

static void bad_arguments(void) {
  static const size_t counts[] = {0, 3, ((size_t)1 << 40) + 1, SIZE_MAX};
  struct perf_event_attr attr = seen_attr();
  int map_fd = kernel_map(kernel_cpus());

  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
    CHECK_NULL(perf_buffer__new_raw(map_fd, counts[i], &attr, seen_record, &seen, NULL), EINVAL);
  CHECK_NULL(make(kernel_other_map(), NULL), EINVAL);
}

static void page_counts_beyond_memory(void) {
  struct perf_event_attr attr = seen_attr();
  int map_fd = kernel_map(kernel_cpus());

  skip_under_valgrind();
  CHECK_NULL(perf_buffer__new_raw(map_fd, (size_t)1 << 40, &attr, seen_record, &seen, NULL),
             ENOMEM);
}

/* The library passes the attributes to the kernel unchanged, and returns the error of the kernel.
 */
static void attr_goes_to_the_kernel(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_event_attr attr = seen_attr();

  attr.type = 4711;
  CHECK_NULL(perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, NULL), ENOENT);
  attr = seen_attr();
  attr.sample_type = (uint64_t)1 << 63;
  CHECK_NULL(perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, NULL), EINVAL);
  attr = seen_attr();
  attr.size = 8;
  CHECK_NULL(perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, NULL), E2BIG);
  CHECK_EQ(kernel_take_slots(map_fd, kernel_cpus()), 0);
}

static void attr_is_left_as_it_was(void) {
  struct perf_event_attr attr = seen_attr(), before;
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb;

  attr.size = 0; /* the kernel takes that for the first size there was */
  before = attr;
  pb = perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, NULL);
  CHECK(pb != NULL);
  CHECK(memcmp(&attr, &before, sizeof(attr)) == 0);
  /* The library has a copy: the caller may change its attributes later. */
  memset(&attr, 0xff, sizeof(attr));
  CHECK_EQ(kernel_output(map_fd, 0, "12345678", 8), 0);
  CHECK_EQ(perf_buffer__poll(pb, 1000), 1);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void wakeups_as_the_attr_says(void) {
  bool looks = differs();
  struct perf_event_attr attr = seen_attr();
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb;

  attr.wakeup_events = 3;
  pb = perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, NULL);
  if (!CHECK(pb != NULL))
    return;
  for (unsigned i = 1; i <= 6; i++) {
    CHECK_EQ(kernel_output(map_fd, 0, "12345678", 8), 0);
    CHECK_EQ(perf_buffer__poll(pb, 0), looks || i % 3 == 0);
  }
  CHECK_EQ(seen.count, 6);
  perf_buffer__free(pb);
}

static void more_than_raw_in_a_sample(void) {
  struct perf_event_attr attr = seen_attr();
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb;

  attr.sample_type |= PERF_SAMPLE_TIME | PERF_SAMPLE_CPU;
  pb = perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, NULL);
  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(kernel_output(map_fd, 0, "1234", 4), 0);
  CHECK_EQ(perf_buffer__poll(pb, 1000), 1);
  CHECK_EQ(seen.count, 1);
  CHECK_EQ(seen.events[0].size, 8 + 8 + 8 + 8);
  perf_buffer__free(pb);
}

static void one_cpu_of_the_list(void) {
  int last = (int)kernel_cpus() - 1, map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb = make_listed(map_fd, 1, &last, &last);

  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), 1);
  CHECK_EQ(kernel_output(map_fd, (unsigned)last, "12345678", 8), 0);
  if (last > 0)
    CHECK_EQ(kernel_output(map_fd, 0, "12345678", 8), -ENOENT);
  CHECK_EQ(perf_buffer__poll(pb, 1000), 1);
  CHECK_EQ(seen.count, 1);
  CHECK_EQ(seen.events[0].cpu, last);
  CHECK_FAILS(perf_buffer__consume_buffer(pb, 1), EINVAL);
  perf_buffer__free(pb);
  CHECK_EQ(kernel_take_slots(map_fd, kernel_cpus()), 0);
}

/* CPU 0 at key 5, and the last CPU at key 2. */
static void keys_that_are_not_cpus(void) {
  int last = (int)kernel_cpus() - 1, map_fd = kernel_map(8);
  int cpus[] = {0, last}, keys[] = {5, 2};
  struct perf_buffer* pb = make_listed(map_fd, 2, cpus, keys);

  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(kernel_output_to(map_fd, 0, 5, "12345678", 8), 0);
  CHECK_EQ(kernel_output_to(map_fd, (unsigned)last, 2, "12345678", 8), 0);
  CHECK_EQ(kernel_output_to(map_fd, 0, 0, "12345678", 8), -ENOENT);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  if (CHECK_EQ(seen.count, 2)) {
    CHECK_EQ(seen.events[0].cpu, 0);
    CHECK_EQ(seen.events[1].cpu, last);
  }
  perf_buffer__free(pb);
  CHECK_EQ(kernel_take_slots(map_fd, 8), 0);
}

static void lists_may_go_away(void) {
  int cpus[] = {0}, keys[] = {3}, map_fd = kernel_map(8);
  struct perf_buffer* pb = make_listed(map_fd, 1, cpus, keys);

  CHECK(pb != NULL);
  cpus[0] = keys[0] = -1;
  perf_buffer__free(pb);
  CHECK_EQ(kernel_take_slots(map_fd, 8), 0);
}

/* Every slot of the map, all for CPU 0: free empties the slots by their keys, not by CPU. */
static void a_cpu_named_twice(void) {
  int cpus[] = {0, 0, 0}, keys[] = {1, 4, 7}, map_fd = kernel_map(8);
  struct perf_buffer* pb = make_listed(map_fd, 3, cpus, keys);

  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), 3);
  CHECK_EQ(kernel_take_slots(map_fd, 8), 3);
  perf_buffer__free(pb);
}

static void a_key_named_twice(void) {
  int cpus[] = {0, 0}, keys[] = {0, 0}, map_fd = kernel_map(8);
  struct perf_buffer* pb = make_listed(map_fd, 2, cpus, keys);

  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), 2);
  /* The slot has the later event. */
  CHECK_EQ(kernel_output(map_fd, 0, "12345678", 8), 0);
  CHECK_EQ(perf_buffer__consume_buffer(pb, 0), 0);
  CHECK_EQ(seen.count, 0);
  CHECK_EQ(perf_buffer__consume_buffer(pb, 1), 0);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

/* The library does not check a list: the kernel refuses what is wrong in it. */
static void wrong_entries_in_lists(void) {
  static const struct {
    int cpu, key, error;
  } entries[] = {
      {0, 8, E2BIG}, {0, -1, E2BIG}, {0, INT32_MAX, E2BIG}, {-1, 0, EINVAL}, {INT32_MIN, 0, EINVAL},
  };
  int map_fd = kernel_map(8);

  for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
    int cpus[] = {0, entries[i].cpu}, keys[] = {0, entries[i].key};

    messages_clear();
    if (!CHECK_NULL(make_listed(map_fd, 2, cpus, keys), entries[i].error))
      CHECK_EQ(i, -1);
    CHECK_WARNED("CPU");
    CHECK_EQ(kernel_take_slots(map_fd, 8), 0);
  }
}

static void longer_lists_than_the_map(void) {
  int cpus[] = {0, 0, 0}, keys[] = {0, 1, 2}, map_fd = kernel_map(2);

  CHECK_NULL(make_listed(map_fd, 3, cpus, keys), E2BIG);
  CHECK_EQ(kernel_take_slots(map_fd, 2), 0);
}

static void a_count_without_lists(void) {
  int zero = 0, map_fd = kernel_map(8);

  CHECK_NULL(make_listed(map_fd, 1, NULL, NULL), EINVAL);
  CHECK_NULL(make_listed(map_fd, 1, &zero, NULL), EINVAL);
  CHECK_NULL(make_listed(map_fd, 1, NULL, &zero), EINVAL);
}

static void a_listed_cpu_that_is_offline(void) {
  int cpus[] = {0, 2}, keys[] = {0, 2}, map_fd = kernel_map(4);

  sim.set_online(2, 0);
  CHECK_NULL(make_listed(map_fd, 2, cpus, keys), ENODEV);
  CHECK_EQ(kernel_take_slots(map_fd, 4), 0);
}

static void event_cb_may_be_null(void) {
  struct perf_event_attr attr = seen_attr();
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb = perf_buffer__new_raw(map_fd, 1, &attr, NULL, NULL, NULL);

  CHECK(pb != NULL);
  perf_buffer__free(pb);
}

CASES(new_raw) = {
#define CASE(name_, needs_, ...)                                                                   \
  {                                                                                                \
    .name = "new_raw." #name_, .function = "perf_buffer__new_raw", .needs = needs_, .body = name_, \
    __VA_ARGS__                                                                                    \
  }
    CASE(a_ring_for_each_cpu, NEEDS_EITHER),
    CASE(attr_is_needed, NEEDS_EITHER),
    CASE(bad_arguments, NEEDS_EITHER),
    CASE(page_counts_beyond_memory, NEEDS_EITHER),
    CASE(attr_goes_to_the_kernel, NEEDS_LIVE),
    CASE(attr_is_left_as_it_was, NEEDS_EITHER),
    CASE(wakeups_as_the_attr_says, NEEDS_EITHER, .difference = "deadline-looks"),
    CASE(more_than_raw_in_a_sample, NEEDS_LIVE),
    CASE(one_cpu_of_the_list, NEEDS_EITHER),
    CASE(keys_that_are_not_cpus, NEEDS_LIVE),
    CASE(lists_may_go_away, NEEDS_EITHER),
    CASE(a_cpu_named_twice, NEEDS_EITHER),
    CASE(a_key_named_twice, NEEDS_EITHER),
    CASE(wrong_entries_in_lists, NEEDS_EITHER),
    CASE(longer_lists_than_the_map, NEEDS_EITHER),
    CASE(a_count_without_lists, NEEDS_EITHER, .stock_outcome = CRASHES,
         .difference = "count-without-lists"),
    CASE(a_listed_cpu_that_is_offline, NEEDS_SIM),
    CASE(event_cb_may_be_null, NEEDS_EITHER),
    {.name = NULL},
#undef CASE
};
