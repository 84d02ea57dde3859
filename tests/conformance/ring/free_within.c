/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* free_within: a buffer that one of its own callbacks frees. The call that reads it ends, no
 * further callback is called, and nothing of the buffer is left. */
#include <setjmp.h>
#include <stdint.h>

#include "harness/kernel.h"
#include "ring/ring_seen.h"
#include "ring/rings.h"

static struct seen seen;
static struct perf_buffer* pb;
static int map_fd;
static unsigned free_at;          /* the number, from 1, of the callback that frees */
static struct kernel_open before; /* the buffer was made */

static void free_buffer(struct seen* context) {
  if (context->count == free_at)
    perf_buffer__free(pb);
}

static void write_values(unsigned cpu, unsigned count) {
  uint64_t value = 1;

  for (unsigned i = 0; i < count; i++)
    CHECK_EQ(kernel_output(map_fd, cpu, &value, sizeof(value)), 0);
}

enum read_by { POLL, CONSUME, CONSUME_BUFFER, WAYS_TO_READ };

static int read_buffer(enum read_by how) {
  switch (how) {
  case POLL:
    return perf_buffer__poll(pb, 1000);
  case CONSUME:
    return perf_buffer__consume(pb);
  default:
    return perf_buffer__consume_buffer(pb, 0);
  }
}

/* The result of a read that read its first ring without error, and no other ring after it. */
static int of_one_ring(enum read_by how) {
  return how == POLL ? 1 : 0;
}

/* Makes a buffer that its callback number `at` frees; `raw`: with perf_buffer__new_raw. */
static bool open_buffer(unsigned at, bool raw) {
  struct perf_event_attr attr = seen_attr();

  map_fd = kernel_map(kernel_cpus());
  before = kernel_open_now();
  seen_clear(&seen);
  seen.hook = free_buffer;
  free_at = at;
  pb = raw ? perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, NULL)
           : perf_buffer__new(map_fd, 1, seen_sample, seen_lost, &seen, NULL);
  return CHECK(pb != NULL);
}

/* The callback number free_at was the last, and the buffer has given back all that it had. */
static void check_gone(void) {
  struct kernel_open after = kernel_open_now();

  CHECK_EQ(seen.count, free_at);
  CHECK_EQ(after.fds, before.fds);
  CHECK_EQ(after.mappings, before.mappings);
  CHECK_EQ(kernel_take_slots(map_fd, kernel_cpus()), 0);
  kernel_close(map_fd);
}

static void from_sample_cb(void) {
  for (enum read_by how = 0; how < WAYS_TO_READ; how++)
    for (unsigned at = 1; at <= 3; at++) {
      if (!open_buffer(at, false))
        return;
      write_values(0, 3);
      if (kernel_cpus() > 1)
        write_values(1, 3);
      CHECK_EQ(read_buffer(how), of_one_ring(how));
      check_gone();
    }
}

static void from_lost_cb(void) {
  const struct forged_lost lost = forged_lost(7);

  for (enum read_by how = CONSUME; how < WAYS_TO_READ; how++) {
    if (!open_buffer(1, false))
      return;
    ring_forge(pb, 0, map_fd, 0, &lost, sizeof(lost));
    write_values(0, 2);
    CHECK_EQ(read_buffer(how), 0);
    CHECK_EQ(seen.lost_total, 7);
    check_gone();
  }
}

static void from_event_cb(void) {
  static const enum bpf_perf_event_ret answers[] = {LIBBPF_PERF_EVENT_CONT, LIBBPF_PERF_EVENT_DONE,
                                                    LIBBPF_PERF_EVENT_ERROR};

  for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
    for (enum read_by how = 0; how < WAYS_TO_READ; how++) {
      if (!open_buffer(1, true))
        return;
      seen.answers = &answers[i];
      seen.answer_count = 1;
      write_values(0, 3);
      CHECK_EQ(read_buffer(how), answers[i] == LIBBPF_PERF_EVENT_ERROR ? -1 : of_one_ring(how));
      check_gone();
    }
}

static enum read_by inner_read;

static void read_again(struct seen* context) {
  if (context->count == 1) {
    write_values(0, 2);
    CHECK(read_buffer(inner_read) >= 0);
  } else {
    free_buffer(context);
  }
}

static void from_a_read_in_a_callback(void) {
  for (enum read_by how = 0; how < WAYS_TO_READ; how++)
    for (inner_read = 0; inner_read < WAYS_TO_READ; inner_read++) {
      if (!open_buffer(3, false))
        return;
      seen.hook = read_again;
      write_values(0, 2);
      CHECK_EQ(read_buffer(how), of_one_ring(how));
      check_gone();
    }
}

static jmp_buf way_out;

static void leave(struct seen* context) {
  (void)context;
  longjmp(way_out, 1);
}

/* A read that a callback has left by longjmp is over: a free does not wait for it. */
static void after_longjmp(void) {
  for (volatile enum read_by how = 0; how < WAYS_TO_READ; how++) {
    if (!open_buffer(1, false))
      return;
    seen.hook = leave;
    write_values(0, 3);
    if (setjmp(way_out) == 0)
      read_buffer(how);
    perf_buffer__free(pb);
    check_gone();
  }
}

static void free_ring_buffer(const struct ring_sample* sample) {
  (void)sample;
  if (ring_seen.count == free_at)
    ring_buffer__free(ring_seen.rb);
}

enum ring_read_by { RING_POLL, RING_CONSUME, RING_CONSUME_N, ONE_CONSUME, ONE_CONSUME_N };

static int read_rings(enum ring_read_by how) {
  switch (how) {
  case RING_POLL:
    return ring_buffer__poll(ring_seen.rb, 1000);
  case RING_CONSUME:
    return ring_buffer__consume(ring_seen.rb);
  case RING_CONSUME_N:
    return ring_buffer__consume_n(ring_seen.rb, 100);
  case ONE_CONSUME:
    return ring__consume(ring_buffer__ring(ring_seen.rb, 0));
  default:
    return ring__consume_n(ring_buffer__ring(ring_seen.rb, 0), 100);
  }
}

/* Two rings of three records each; the buffer is freed at each record. The end of a record that
 * wraps lies in the second mapping of the data. */
static void freed_at_each_record(enum ring_read_by how, bool wraps) {
  for (free_at = 1; free_at <= (how < ONE_CONSUME ? 6 : 3); free_at++) {
    struct kernel_open after;

    for (unsigned ring = 0; ring < 2; ring++)
      ring_seen.map_fds[ring] = kernel_ring(4096);
    before = kernel_open_now();
    ring_seen.rb = ring_seen_make(ring_seen.map_fds[0]);
    if (!CHECK(ring_seen.rb != NULL))
      return;
    CHECK_EQ(ring_buffer__add(ring_seen.rb, ring_seen.map_fds[1], ring_seen_sample, NULL), 0);
    ring_seen_clear();
    if (wraps) {
      ring_seen.hook = NULL;
      CHECK_EQ(kernel_ring_write(ring_seen.map_fds[0], payload_bytes(4048, 1), 4048, 0), 0);
      CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
      ring_seen_clear();
    }
    ring_seen.hook = free_ring_buffer;
    for (unsigned ring = 0; ring < 2; ring++)
      for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(kernel_ring_write(ring_seen.map_fds[ring], payload_bytes(40, i), 40, 0), 0);
    CHECK_EQ(read_rings(how), free_at);
    CHECK_EQ(ring_seen.count, free_at);
    after = kernel_open_now();
    CHECK_EQ(after.fds, before.fds);
    CHECK_EQ(after.mappings, before.mappings);
    for (unsigned ring = 0; ring < 2; ring++)
      kernel_close(ring_seen.map_fds[ring]);
  }
}

static void from_ring_poll(void) {
  freed_at_each_record(RING_POLL, false);
}
static void from_ring_consume(void) {
  freed_at_each_record(RING_CONSUME, false);
  freed_at_each_record(RING_CONSUME, true);
}
static void from_ring_consume_n(void) {
  freed_at_each_record(RING_CONSUME_N, false);
}
static void from_consume_of_a_ring(void) {
  freed_at_each_record(ONE_CONSUME, false);
}
static void from_consume_n_of_a_ring(void) {
  freed_at_each_record(ONE_CONSUME_N, true);
}

CASES(free_within) = {
#define CASE(name_, function_, ...)                                                                \
  {                                                                                                \
    .name = "free_within." #name_, .function = #function_, .needs = NEEDS_EITHER, .body = name_,   \
    __VA_ARGS__                                                                                    \
  }
#define CRASH .stock_outcome = CRASHES, .difference = "free-from-a-callback"
    CASE(from_sample_cb, perf_buffer__free, CRASH),
    CASE(from_lost_cb, perf_buffer__free, CRASH),
    CASE(from_event_cb, perf_buffer__free, CRASH),
    CASE(from_a_read_in_a_callback, perf_buffer__free, CRASH),
    CASE(after_longjmp, perf_buffer__free),
    CASE(from_ring_poll, ring_buffer__free, CRASH),
    CASE(from_ring_consume, ring_buffer__free, CRASH),
    CASE(from_ring_consume_n, ring_buffer__consume_n, .since = "1.5", CRASH),
    CASE(from_consume_of_a_ring, ring__consume, .since = "1.3", CRASH),
    CASE(from_consume_n_of_a_ring, ring__consume_n, .since = "1.5", CRASH),
    {.name = NULL},
#undef CRASH
#undef CASE
};
