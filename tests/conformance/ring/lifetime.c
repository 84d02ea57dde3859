/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* lifetime: what free gives back, and what happens to the map. The harness checks after every case
 * that nothing stays open. */
#define _GNU_SOURCE
#include <stdint.h>
#include <unistd.h>

#include "harness/kernel.h"
#include "ring/rings.h"
#include "support/bpf_calls.h"

static struct seen seen, other_seen;

static struct perf_buffer* make(int map_fd, struct seen* context) {
  return perf_buffer__new(map_fd, 1, seen_sample, seen_lost, context, NULL);
}

static int write_value(int map_fd, unsigned cpu) {
  uint64_t value = 1;

  return kernel_output(map_fd, cpu, &value, sizeof(value));
}

static void free_of_nothing(void) {
  errno = ERANGE;
  perf_buffer__free(NULL);
  for (long error = 1; error <= 4095; error++)
    perf_buffer__free((struct perf_buffer*)-error); /* NOLINT: an error pointer */
  CHECK_EQ(errno, ERANGE);
}

static void free_empties_the_slots(void) {
  const unsigned cpus = kernel_cpus();
  int map_fd = kernel_map(cpus);
  struct perf_buffer* pb = make(map_fd, &seen);

  CHECK_EQ(write_value(map_fd, 0), 0);
  errno = ERANGE;
  perf_buffer__free(pb);
  CHECK_EQ(errno, ERANGE);
  CHECK_EQ(write_value(map_fd, 0), -ENOENT);
  CHECK_EQ(kernel_take_slots(map_fd, cpus), 0);
}

static void free_tolerates_emptied_slots(void) {
  const unsigned cpus = kernel_cpus();
  int map_fd = kernel_map(cpus);
  struct perf_buffer* pb = make(map_fd, &seen);

  CHECK_EQ(kernel_take_slots(map_fd, cpus), cpus);
  errno = ERANGE;
  perf_buffer__free(pb);
  CHECK_EQ(errno, differs() ? ERANGE : ENOENT);
}

static void free_with_data_unread(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb = make(map_fd, &seen);

  CHECK_EQ(write_value(map_fd, 0), 0);
  perf_buffer__free(pb);
  CHECK_EQ(seen.count, 0);
}

static void made_again_and_again(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct kernel_open before = kernel_open_now(), after;

  for (unsigned i = 0; i < 20; i++) {
    struct perf_buffer* pb = make(map_fd, &seen);

    if (!CHECK(pb != NULL))
      return;
    CHECK_EQ(write_value(map_fd, 0), 0);
    CHECK_EQ(perf_buffer__poll(pb, 1000), 1);
    CHECK_EQ(seen.count, i + 1);
    perf_buffer__free(pb);
    after = kernel_open_now();
    CHECK_EQ(after.fds, before.fds);
    CHECK_EQ(after.mappings, before.mappings);
  }
}

static void two_maps_two_buffers(void) {
  int one_fd = kernel_map(kernel_cpus()), two_fd = kernel_map(kernel_cpus());
  struct perf_buffer *one = make(one_fd, &seen), *two = make(two_fd, &other_seen);

  CHECK_EQ(write_value(one_fd, 0), 0);
  CHECK_EQ(write_value(two_fd, 0), 0);
  CHECK_EQ(perf_buffer__consume(one), 0);
  CHECK_EQ(seen.count, 1);
  CHECK_EQ(other_seen.count, 0);
  perf_buffer__free(one);
  CHECK_EQ(perf_buffer__consume(two), 0);
  CHECK_EQ(other_seen.count, 1);
  CHECK_EQ(write_value(two_fd, 0), 0);
  perf_buffer__free(two);
}

static void second_buffer_on_a_map_takes_over(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer *first = make(map_fd, &seen), *second;

  messages_clear();
  second = make(map_fd, &other_seen);
  if (!CHECK(first && second))
    return;
  CHECK_WARNED("another reader");
  CHECK_EQ(write_value(map_fd, 0), 0);
  CHECK_EQ(perf_buffer__consume(first), 0);
  CHECK_EQ(perf_buffer__consume(second), 0);
  CHECK_EQ(seen.count, 0);
  CHECK_EQ(other_seen.count, 1);
  /* A slot does not say which buffer filled it: to free the first buffer stops the second. */
  perf_buffer__free(first);
  CHECK_EQ(write_value(map_fd, 0), -ENOENT);
  perf_buffer__free(second);
}

static void slots_of_others_are_left(void) {
  const unsigned cpus = kernel_cpus();
  int key = (int)cpus, cpu = 0, map_fd = kernel_map(cpus + 1);
  struct perf_event_attr attr = seen_attr();
  struct perf_buffer_raw_opts opts = {
      .sz = sizeof(opts), .cpu_cnt = 1, .cpus = &cpu, .map_keys = &key};
  struct perf_buffer* pb = make(map_fd, &seen);
  struct perf_buffer* raw = perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &other_seen, &opts);

  CHECK(pb && raw);
  perf_buffer__free(pb);
  CHECK_EQ(kernel_take_slots(map_fd, cpus + 1), 1);
  perf_buffer__free(raw);
}

/* The program closes its descriptor of the map. The BPF program that writes keeps the map. */
static void map_fd_closed_by_its_owner(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb = make(map_fd, &seen);

  close(map_fd);
  if (differs()) {
    CHECK_EQ(write_value(map_fd, 0), 0);
    CHECK_EQ(perf_buffer__poll(pb, 1000), 1);
    CHECK_EQ(seen.count, 1);
    perf_buffer__free(pb);
    CHECK_EQ(write_value(map_fd, 0), -ENOENT);
  } else {
    /* The kernel empties the slots when the last descriptor is closed. */
    CHECK_EQ(write_value(map_fd, 0), -ENOENT);
    CHECK_EQ(perf_buffer__poll(pb, 0), 0);
    perf_buffer__free(pb);
  }
  dup2(STDERR_FILENO, map_fd); /* for kernel_end to close */
}

/* ... and its number becomes that of another map before the buffer is freed. */
static void map_fd_reused(void) {
  int first_fd = kernel_map(kernel_cpus()), second_fd = kernel_map(kernel_cpus());
  struct perf_buffer *first = make(first_fd, &seen), *second = make(second_fd, &other_seen);

  CHECK(first && second);
  dup2(second_fd, first_fd);
  perf_buffer__free(first);
  CHECK_EQ(write_value(second_fd, 0), differs() ? 0 : -ENOENT);
  perf_buffer__free(second);
}

/* A program may keep an event in another way, here by a slot of another map. */
static void an_event_that_was_given_is_off(void) {
  int map_fd = kernel_map(kernel_cpus()), other_fd = kernel_map(1), event_fd;
  struct perf_buffer* pb = make(map_fd, &seen);
  const uint32_t key = 0;

  event_fd = perf_buffer__buffer_fd(pb, 0);
  if (!CHECK(event_fd >= 0))
    return;
  CHECK_EQ(sys_bpf_map_update(other_fd, &key, &event_fd), 0);
  CHECK_EQ(write_value(other_fd, 0), 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
  CHECK_EQ(write_value(other_fd, 0), -EOPNOTSUPP);
}

CASES(lifetime) = {
#define CASE(name_, needs_, ...)                                                                   \
  {                                                                                                \
    .name = "free." #name_, .function = "perf_buffer__free", .needs = needs_, .body = name_,       \
    __VA_ARGS__                                                                                    \
  }
    CASE(free_of_nothing, NEEDS_NOTHING),
    CASE(free_empties_the_slots, NEEDS_EITHER),
    CASE(free_tolerates_emptied_slots, NEEDS_EITHER, .difference = "errno-on-success"),
    CASE(free_with_data_unread, NEEDS_EITHER),
    CASE(made_again_and_again, NEEDS_EITHER),
    CASE(two_maps_two_buffers, NEEDS_EITHER),
    CASE(second_buffer_on_a_map_takes_over, NEEDS_EITHER),
    CASE(slots_of_others_are_left, NEEDS_EITHER),
    CASE(an_event_that_was_given_is_off, NEEDS_EITHER),
    CASE(map_fd_closed_by_its_owner, NEEDS_LIVE, .difference = "own-map-fd"),
    CASE(map_fd_reused, NEEDS_EITHER, .difference = "own-map-fd"),
    {.name = NULL},
#undef CASE
};
