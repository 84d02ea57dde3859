/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tail: when the kernel gets the space of a record back, also if the program moves the tail. */
#include <stdint.h>

#include "harness/kernel.h"
#include "ring/rings.h"

static struct seen seen;
static struct perf_buffer* pb;
static int map_fd;

static bool open_buffer(void) {
  map_fd = kernel_map(kernel_cpus());
  pb = perf_buffer__new(map_fd, 1, seen_sample, seen_lost, &seen, NULL);
  return CHECK(pb != NULL);
}

static void write_value(unsigned cpu, uint64_t value) {
  CHECK_EQ(kernel_output(map_fd, cpu, &value, sizeof(value)), 0);
}

static uint64_t tails[seen_max];

static void note_tail(struct seen* from) {
  tails[from->count - 1] = ring_page(pb, 0)->data_tail;
}

static void tail_follows_the_callback(void) {
  if (!open_buffer())
    return;
  seen.hook = note_tail;
  write_value(0, 1);
  write_value(0, 2);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 2);
  /* While a callback reads a record, the kernel does not get its space back. */
  CHECK(tails[0] == 0);
  CHECK(tails[1] <= 24);
  CHECK_EQ(ring_page(pb, 0)->data_tail, 48);
  CHECK_EQ(ring_page(pb, 0)->data_head, 48);
  perf_buffer__free(pb);
}

static void tail_on_a_long_run(void) {
  uint64_t fitted = 0;

  if (!open_buffer())
    return;
  seen.hook = note_tail;
  while (kernel_output(map_fd, 0, &fitted, sizeof(fitted)) == 0)
    fitted++;
  CHECK_EQ(perf_buffer__consume(pb), 0);
  if (!CHECK(seen.count >= fitted && fitted > 100))
    return;
  for (uint64_t i = 0; i < fitted; i++) {
    uint64_t position = i * 24;

    CHECK(tails[i] <= position);
    if (differs())
      CHECK(position - tails[i] < 1024 + 24);
    else
      CHECK_EQ(tails[i], 0);
  }
  perf_buffer__free(pb);
}

static void a_consumer_of_its_own(void) {
  /* With perf_buffer__buffer() a program can read the ring itself; the library then goes on where
   * the program stopped. */
  if (!open_buffer())
    return;
  write_value(0, 1);
  write_value(0, 2);
  ring_page(pb, 0)->data_tail += 24;
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 1);
  CHECK_EQ(seen.events[0].first, 2);
  perf_buffer__free(pb);
}

CASES(tail) = {
#define CASE(name_, ...)                                                                           \
  {                                                                                                \
    .name = "read." #name_, .function = "perf_buffer__consume", .needs = NEEDS_EITHER,             \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(tail_follows_the_callback),
    CASE(tail_on_a_long_run, .difference = "tail-in-steps"),
    CASE(a_consumer_of_its_own),
    {.name = NULL},
#undef CASE
};
