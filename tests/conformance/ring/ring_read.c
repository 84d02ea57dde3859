/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_read: what ring_buffer__consume, __consume_n, ring__consume and ring__consume_n
 * deliver, and what they return. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ring/ring_seen.h"
#include "ring/rings.h"

static void payload_of(uint32_t size) {
  const void* payload = payload_bytes(size, size);

  ring_seen_clear();
  ring_seen.want = payload;
  CHECK_EQ(kernel_ring_write(ring_seen.map_fds[0], payload, size, 0), 0);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK_EQ(ring_seen.count, 1);
  CHECK_EQ(ring_seen.samples[0].size, size);
  CHECK_EQ(ring_seen.samples[0].address % 8, 0);
  CHECK_EQ(ring_seen.mismatches, 0);
}

/* Sizes from 0 to more than two pages, so that some records wrap at the end of the ring. */
static void payloads_of_every_small_size(void) {
  if (!ring_seen_open(4096))
    return;
  for (uint32_t size = 0; size <= 1024; size++)
    payload_of(size);
  ring_seen_close();
}

static void payloads_of_large_sizes(void) {
  if (!ring_seen_open(131072))
    return;
  for (uint32_t size = 1021; size < kernel_payload_max; size = size * 3 / 2)
    payload_of(size);
  payload_of(65535);
  payload_of(65536);
  ring_seen_close();
}

static void largest_record_of_a_ring(void) {
  if (!ring_seen_open(4096))
    return;
  CHECK_EQ(kernel_ring_write(ring_seen.map_fds[0], payload_bytes(4089, 1), 4089, 0), -EAGAIN);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  payload_of(4080);
  payload_of(4080);
  ring_seen_close();
}

static void order_within_a_ring(void) {
  if (!ring_seen_open(32768))
    return;
  for (uint64_t i = 0; i < 1000; i++)
    ring_write(0, i);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1000);
  for (unsigned i = 0; i < 1000; i++)
    CHECK(ring_saw(i, 0, i));
  ring_seen_close();
}

static void rings_in_the_order_of_their_indices(void) {
  if (!ring_seen_open(4096) || !ring_seen_add(4096) || !ring_seen_add(4096))
    return;
  for (unsigned i = 0; i < 2; i++)
    for (unsigned ring = 3; ring-- > 0;)
      ring_write(ring, 10 * ring + i);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 6);
  for (unsigned i = 0; i < 6; i++)
    CHECK(ring_saw(i, i / 2, 10 * (i / 2) + i % 2));
  ring_seen_close();
}

static void nothing_to_read(void) {
  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  errno = ERANGE;
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  CHECK_EQ(errno, ERANGE);
  ring_seen_close();
}

static void errno_after_success(void) {
  if (!ring_seen_open(4096))
    return;
  ring_write(0, 1);
  errno = ERANGE;
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK_EQ(errno, ERANGE);
  ring_write(0, 1);
  errno = ERANGE;
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
  CHECK_EQ(errno, ERANGE);
  ring_seen_close();
}

/* endless: a callback for records of 0 bytes in a ring of zeros. It adds half a ring of them again
 * and again, until it was called `left` times. */
static uint64_t left, position;

static int endless(void* ctx, void* data, size_t size) {
  (void)ctx, (void)data, (void)size;
  position += 8;
  if (--left > 0 && position % 2048 == 0)
    sim.ringbuf_set_positions(ring_seen.map_fds[0], position,
                              position + (left < 512 ? 8 * left : 4096));
  return 0;
}

/* Some releases read more than that in one call. All return the same number. */
static void counts_end_at_int_max(void) {
  struct ring_buffer* rb;

  if (!kernel_is_sim())
    skip("on the simulator only");
  if (!getenv("CONFORM_LONG"))
    skip("it takes a quarter of a minute: only with CONFORM_LONG set");
  ring_seen.map_fds[0] = kernel_ring(4096);
  rb = ring_buffer__new(ring_seen.map_fds[0], endless, NULL, NULL);
  left = (uint64_t)INT_MAX + 1000;
  CHECK_EQ(sim.ringbuf_set_positions(ring_seen.map_fds[0], 0, 4096), 0);
  errno = 0;
  CHECK_EQ(ring_buffer__consume(rb), INT_MAX);
  CHECK_EQ(errno, 0);
  CHECK(left <= 1000);
  ring_buffer__free(rb);
}

static void discarded_records_are_skipped(void) {
  int map_fd;

  if (!ring_seen_open(4096))
    return;
  map_fd = ring_seen.map_fds[0];
  /* One of four is submitted, 10 of 40. */
  for (uint64_t i = 0; i < 40; i++)
    CHECK_EQ(
        kernel_ring_commit(map_fd, 8 + 8 * (uint32_t)(i % 3), i, i % 4 == 2 ? SUBMIT : DISCARD, 0),
        0);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 10);
  for (unsigned i = 0; i < 10; i++)
    CHECK_EQ(ring_seen.samples[i].first, 4 * i + 2);
  CHECK_EQ(kernel_ring_commit(map_fd, 8, 1, DISCARD, 0), 0);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  /* Discarded records do not stay in the ring. */
  for (unsigned i = 0; i < 300; i++) {
    CHECK_EQ(kernel_ring_commit(map_fd, 1000, i, DISCARD, 0), 0);
    CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  }
  ring_seen_close();
}

/* Answers above 0 mean the same as 0. */
static void answers_that_go_on(void) {
  static const int answers[] = {0, 1, 5, INT_MAX};

  if (!ring_seen_open(4096))
    return;
  for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
    ring_seen_clear();
    ring_seen.answer_at = 1;
    ring_seen.answer = answers[i];
    ring_write(0, 1);
    ring_write(0, 2);
    CHECK_EQ(ring_buffer__consume(ring_seen.rb), 2);
  }
  ring_seen_close();
}

typedef int (*reader)(void);
static int by_consume(void) {
  return ring_buffer__consume(ring_seen.rb);
}
static int by_poll(void) {
  return ring_buffer__poll(ring_seen.rb, 0);
}
static int by_consume_n(void) {
  return ring_buffer__consume_n(ring_seen.rb, 100);
}
static int by_ring_consume(void) {
  return ring__consume(ring_buffer__ring(ring_seen.rb, 0));
}
static int by_ring_consume_n(void) {
  return ring__consume_n(ring_buffer__ring(ring_seen.rb, 0), 100);
}

/* An answer below 0 is the result of the read, and the record that it answers is consumed. */
static void answers_that_stop(reader read) {
  static const int answers[] = {-1, -2, -42, -EINTR, -4095, -100000, INT_MIN};

  if (!ring_seen_open(4096))
    return;
  for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
    ring_seen_clear();
    for (uint64_t value = 0; value < 4; value++)
      ring_write(0, value);
    ring_seen.answer_at = 2;
    ring_seen.answer = answers[i];
    errno = 0;
    CHECK_EQ(read(), answers[i]);
    CHECK_EQ(errno, (int)-(unsigned)answers[i]);
    CHECK_EQ(ring_seen.count, 2);
    CHECK_EQ(read(), 2);
    CHECK(ring_saw(2, 0, 2));
    CHECK(ring_saw(3, 0, 3));
  }
  ring_seen_close();
}

static void answers_that_stop_consume(void) {
  answers_that_stop(by_consume);
}
static void answers_that_stop_poll(void) {
  answers_that_stop(by_poll);
}
static void answers_that_stop_consume_n(void) {
  answers_that_stop(by_consume_n);
}
static void answers_that_stop_a_ring(void) {
  answers_that_stop(by_ring_consume);
}
static void answers_that_stop_a_ring_n(void) {
  answers_that_stop(by_ring_consume_n);
}

static void a_stop_at_the_last_record(void) {
  if (!ring_seen_open(4096))
    return;
  ring_write(0, 1);
  ring_seen.answer_at = 1;
  ring_seen.answer = -7;
  CHECK_FAILS(ring_buffer__consume(ring_seen.rb), 7);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  CHECK_EQ(ring_seen.count, 1);
  ring_seen_close();
}

static void rings_behind_a_stop_wait(void) {
  bool in_turn = differs();

  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  ring_write(0, 1);
  ring_write(0, 2);
  ring_write(1, 3);
  ring_seen.answer_at = 1;
  ring_seen.answer = -7;
  CHECK_FAILS(ring_buffer__consume(ring_seen.rb), 7);
  CHECK_EQ(ring_seen.count, 1);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 2);
  CHECK(ring_saw(in_turn ? 2 : 1, 0, 2));
  CHECK(ring_saw(in_turn ? 1 : 2, 1, 3));
  ring_seen_close();
}

static unsigned more;

static void write_one_more(const struct ring_sample* sample) {
  if (more > 0)
    ring_write(sample->ring, 100 + --more);
}

/* A read goes on until there are no new records. */
static void what_comes_meanwhile(reader read) {
  if (!ring_seen_open(4096))
    return;
  ring_seen.hook = write_one_more;
  more = 50;
  ring_write(0, 1);
  CHECK_EQ(read(), 51);
  for (unsigned i = 1; i <= 50; i++)
    CHECK(ring_saw(i, 0, 150 - i));
  ring_seen_close();
}

static void what_comes_during_consume(void) {
  what_comes_meanwhile(by_consume);
}
static void what_comes_during_poll(void) {
  what_comes_meanwhile(by_poll);
}
static void what_comes_during_ring_consume(void) {
  what_comes_meanwhile(by_ring_consume);
}
static void what_comes_during_consume_n(void) {
  what_comes_meanwhile(by_consume_n);
}

static void write_to_the_other(const struct ring_sample* sample) {
  if (more > 0)
    ring_write(1 - sample->ring, 100 + --more);
}

/* One call does not read a ring a second time. */
static void what_comes_to_a_ring_before(void) {
  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  ring_seen.hook = write_to_the_other;
  more = 2;
  ring_write(0, 1);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 2);
  CHECK(ring_saw(1, 1, 101));
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK(ring_saw(2, 0, 100));
  ring_seen_close();
}

CASES(ring_read) = {
#define CASE(name_, function_, ...)                                                                \
  {                                                                                                \
    .name = "ring_read." #name_, .function = #function_, .needs = NEEDS_EITHER, .body = name_,     \
    __VA_ARGS__                                                                                    \
  }
    CASE(payloads_of_every_small_size, ring_buffer__consume),
    CASE(payloads_of_large_sizes, ring_buffer__consume),
    CASE(largest_record_of_a_ring, ring_buffer__consume),
    CASE(order_within_a_ring, ring_buffer__consume),
    CASE(rings_in_the_order_of_their_indices, ring_buffer__consume),
    CASE(nothing_to_read, ring_buffer__consume),
    CASE(errno_after_success, ring_buffer__consume),
    CASE(counts_end_at_int_max, ring_buffer__consume),
    CASE(discarded_records_are_skipped, ring_buffer__consume),
    CASE(answers_that_go_on, ring_buffer__consume),
    CASE(answers_that_stop_consume, ring_buffer__consume),
    CASE(answers_that_stop_poll, ring_buffer__poll),
    CASE(answers_that_stop_consume_n, ring_buffer__consume_n, .since = "1.5"),
    CASE(answers_that_stop_a_ring, ring__consume, .since = "1.3"),
    CASE(answers_that_stop_a_ring_n, ring__consume_n, .since = "1.5"),
    CASE(a_stop_at_the_last_record, ring_buffer__consume),
    CASE(rings_behind_a_stop_wait, ring_buffer__consume, .difference = "rings-in-turn"),
    CASE(what_comes_during_consume, ring_buffer__consume),
    CASE(what_comes_during_poll, ring_buffer__poll),
    CASE(what_comes_during_ring_consume, ring__consume, .since = "1.3"),
    CASE(what_comes_during_consume_n, ring_buffer__consume_n, .since = "1.5"),
    CASE(what_comes_to_a_ring_before, ring_buffer__consume),
    {.name = NULL},
#undef CASE
};
