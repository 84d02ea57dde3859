/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_positions: the ring__* functions on one ring, when the kernel gets space back, records that
 * are busy, and positions of any value. */
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "ring/ring_seen.h"

static struct ring* ring_at(unsigned index) {
  return ring_buffer__ring(ring_seen.rb, index);
}

static void rings_by_their_index(void) {
  struct ring *first, *second;

  if (!ring_seen_open(4096))
    return;
  errno = ERANGE;
  first = ring_at(0);
  CHECK(first != NULL);
  CHECK_EQ(errno, ERANGE);
  CHECK_NULL(ring_at(1), ERANGE);
  if (!ring_seen_add(8192) || !ring_seen_add(16384))
    return;
  /* A handle stays valid when rings are added. */
  CHECK(ring_at(0) == first);
  second = ring_at(1);
  CHECK(second != NULL && second != first);
  CHECK_NULL(ring_at(3), ERANGE);
  CHECK_NULL(ring_at(UINT_MAX), ERANGE);
  for (unsigned i = 0; i < 3; i++) {
    CHECK_EQ(ring__size(ring_at(i)), 4096u << i);
    CHECK_EQ(ring__map_fd(ring_at(i)), ring_seen.map_fds[i]);
  }
  ring_write(1, 5);
  CHECK_EQ(ring__consume(first), 0);
  CHECK_EQ(ring__consume(second), 1);
  CHECK(ring_saw(0, 1, 5));
  ring_seen_close();
}

static void an_index_beyond_is_told(void) {
  if (!ring_seen_open(4096))
    return;
  messages_clear();
  CHECK_NULL(ring_at(1), ERANGE);
  CHECK_EQ(messages_of(LIBBPF_WARN), differs() ? 1 : 0);
  ring_seen_close();
}

static void map_fd_as_it_was_given(void) {
  int fd, map_fd = kernel_ring(4096);

  fd = dup(map_fd);
  ring_seen.rb = ring_seen_make(fd);
  close(fd);
  CHECK_EQ(ring__map_fd(ring_at(0)), fd);
  ring_seen_close();
}

static void positions_outside_a_callback(void) {
  struct ring* ring;

  if (!ring_seen_open(4096))
    return;
  ring = ring_at(0);
  for (unsigned i = 0; i < 1000; i++) {
    errno = ERANGE;
    CHECK_EQ(ring__consumer_pos(ring), 48ul * i);
    CHECK_EQ(ring__producer_pos(ring), 48ul * i);
    CHECK_EQ(ring__avail_data_size(ring), 0);
    CHECK_EQ(errno, ERANGE);
    ring_write(0, i);
    CHECK_EQ(ring__avail_data_size(ring), 16);
    CHECK_EQ(kernel_ring_commit(ring_seen.map_fds[0], 20, i, DISCARD, 0), 0);
    CHECK_EQ(ring__consumer_pos(ring), 48ul * i);
    CHECK_EQ(ring__producer_pos(ring), 48ul * (i + 1));
    CHECK_EQ(ring__avail_data_size(ring), 48);
    CHECK_EQ(ring__consume(ring), 1);
  }
  ring_seen_close();
}

static void check_positions(const struct ring_sample* sample) {
  const struct ring* ring = ring_at(0);
  unsigned long position = 16 * (unsigned long)sample->first;

  CHECK_EQ(ring__consumer_pos(ring), position);
  CHECK_EQ(ring__producer_pos(ring), 16 * 200);
  CHECK_EQ(ring__avail_data_size(ring), 16 * 200 - position);
}

/* Even if the kernel gets space back late, a callback sees the right consumer position. */
static void positions_in_a_callback(void) {
  if (!ring_seen_open(4096))
    return;
  for (unsigned i = 0; i < 200; i++)
    ring_write(0, i);
  ring_seen.hook = check_positions;
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 200);
  ring_seen_close();
}

static struct ring_positions own;
static unsigned long published[ring_seen_max];

static void note_published(const struct ring_sample* sample) {
  (void)sample;
  published[ring_seen.count - 1] = *own.consumer;
}

static bool open_with_own_mapping(uint32_t size) {
  if (!ring_seen_open(size))
    return false;
  own = kernel_ring_positions(ring_seen.map_fds[0]);
  return true;
}

static void close_with_own_mapping(void) {
  kernel_forget_positions(own);
  ring_seen_close();
}

static void space_goes_back(void) {
  bool late = differs();
  unsigned fitted = 0;
  uint64_t value = 0;

  if (!open_with_own_mapping(4096))
    return;
  while (kernel_ring_write(ring_seen.map_fds[0], &value, sizeof(value), 0) == 0)
    value = ++fitted;
  CHECK_EQ(fitted, 4095 / 16);
  ring_seen.hook = note_published;
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), fitted);
  for (unsigned i = 0; i < fitted; i++) {
    unsigned long position = 16ul * i;

    /* The kernel never gets back a record that is being read; it soon gets those before it. */
    CHECK(published[i] <= position);
    if (!late)
      CHECK_EQ(published[i], position);
    else
      CHECK(position - published[i] < 4096 / 8);
  }
  if (late)
    CHECK_EQ(published[10], 0);
  CHECK_EQ(*own.consumer, 16ul * fitted);
  close_with_own_mapping();
}

/* A reader that polls under load looks at fixed times, so that the kernel need not wake it. */
static void position_under_load(void) {
  enum { kRecords = 8000, kGapNs = 20000, kRecord = 16 };
  const uint64_t begin_ns = sim.now_ns();

  if (!open_with_own_mapping(1U << 20))
    return;
  for (uint64_t i = 0; i < kRecords; i++)
    CHECK_EQ(
        sim.ringbuf_output_at(begin_ns + (i + 1) * kGapNs, ring_seen.map_fds[0], &i, sizeof(i), 0),
        0);
  /* Some way into a load of 160 ms. */
  while (ring_seen.count < kRecords * 3 / 4)
    CHECK(ring_buffer__poll(ring_seen.rb, 100) > 0);
  CHECK_EQ(*own.consumer, kRecord * (ring_seen.count - (differs() ? 1 : 0)));
  /* A program that asks for a descriptor waits for it itself. */
  CHECK(ring_buffer__epoll_fd(ring_seen.rb) >= 0);
  CHECK_EQ(*own.consumer, kRecord * ring_seen.count);
  close_with_own_mapping();
}

static void space_goes_back_at_a_stop(void) {
  if (!open_with_own_mapping(4096))
    return;
  for (unsigned i = 0; i < 20; i++)
    ring_write(0, i);
  ring_seen.answer_at = 3;
  ring_seen.answer = -1;
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), -1);
  CHECK_EQ(*own.consumer, 48);
  if (ring_buffer__consume_n) {
    CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, 5), 5);
    CHECK_EQ(*own.consumer, 128);
    CHECK_EQ(ring__consume_n(ring_at(0), 1), 1);
    CHECK_EQ(*own.consumer, 144);
  }
  close_with_own_mapping();
}

/* A program moves the consumer's position itself: the library goes on from there. */
static void a_consumer_of_its_own(void) {
  if (!open_with_own_mapping(4096))
    return;
  for (unsigned i = 0; i < 3; i++)
    ring_write(0, i);
  *own.consumer += 32;
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK(ring_saw(0, 0, 2));
  close_with_own_mapping();
}

static void* busy_sample;

static void reserve(uint64_t value) {
  CHECK_EQ(sim.ringbuf_reserve(ring_seen.map_fds[0], sizeof(value), &busy_sample), 0);
  memcpy(busy_sample, &value, sizeof(value));
}

static void a_busy_record_stops_the_read(void) {
  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  ring_write(0, 1);
  reserve(2);
  ring_write(0, 3);
  ring_write(1, 4);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 2);
  CHECK(ring_saw(0, 0, 1));
  CHECK(ring_saw(1, 1, 4));
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  CHECK_EQ(sim.ringbuf_submit(busy_sample, 0), 0);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 2);
  CHECK(ring_saw(2, 0, 2));
  CHECK(ring_saw(3, 0, 3));
  ring_seen_close();
}

static void a_busy_record_is_discarded(void) {
  if (!ring_seen_open(4096))
    return;
  reserve(2);
  ring_write(0, 3);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  CHECK_EQ(sim.ringbuf_discard(busy_sample, 0), 0);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK(ring_saw(0, 0, 3));
  ring_seen_close();
}

static void submit_it(const struct ring_sample* sample) {
  if (sample->first == 1)
    CHECK_EQ(sim.ringbuf_submit(busy_sample, 0), 0);
}

static void a_busy_record_comes_meanwhile(void) {
  if (!ring_seen_open(4096))
    return;
  ring_write(0, 1);
  reserve(2);
  ring_seen.hook = submit_it;
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 2);
  CHECK(ring_saw(1, 0, 2));
  ring_seen_close();
}

/* The ring is not empty, so poll does not wait, even if it has no record to deliver. */
static void a_busy_record_ends_a_wait(void) {
  uint64_t start;

  if (!ring_seen_open(4096))
    return;
  ring_write(0, 1);
  reserve(2);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 1000), 1);
  start = sim.now_ns();
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 1000), 0);
  CHECK_EQ(sim.now_ns(), start);
  CHECK_EQ(sim.ringbuf_submit(busy_sample, 0), 0);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 1000), 1);
  ring_seen_close();
}

static void a_busy_record_and_its_positions(void) {
  const struct ring* ring;

  if (!ring_seen_open(4096))
    return;
  ring = ring_at(0);
  reserve(1);
  CHECK_EQ(ring__producer_pos(ring), 16);
  CHECK_EQ(ring__avail_data_size(ring), 16);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  CHECK_EQ(ring__consumer_pos(ring), 0);
  CHECK_EQ(sim.ringbuf_discard(busy_sample, 0), 0);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  CHECK_EQ(ring__consumer_pos(ring), 16);
  ring_seen_close();
}

/* over_position: 200 records. The first ten of them end at `position`. */
static void over_position(unsigned long position) {
  const unsigned long start = position - 160;

  if (!ring_seen_open(4096))
    return;
  ring_seen_clear();
  CHECK_EQ(sim.ringbuf_set_positions(ring_seen.map_fds[0], start, start), 0);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  for (unsigned i = 0; i < 200; i++) {
    ring_write(0, i);
    if (i % 3 == 2)
      CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 3);
  }
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 2);
  for (unsigned i = 0; i < 200; i++)
    CHECK(ring_saw(i, 0, i));
  if (ring_buffer__ring) {
    CHECK(ring__consumer_pos(ring_at(0)) == start + 3200);
    CHECK(ring__producer_pos(ring_at(0)) == start + 3200);
    CHECK_EQ(ring__avail_data_size(ring_at(0)), 0);
  }
  ring_seen_close();
}

/* Where a number of 32 bits ends, and where a signed number becomes negative. */
static void positions_anywhere(void) {
  over_position(1ul << 31);
  if (sizeof(long) == 8) {
    over_position((unsigned long)(UINT64_C(1) << 32));
    over_position((unsigned long)(UINT64_C(1) << 33));
    over_position((unsigned long)(UINT64_C(1) << 63));
  }
}

/* Positions start again from 0: if long has 32 bits, after 4 GiB. */
static void positions_that_wrap(void) {
  const unsigned long start = 0ul - 2048;

  if (differs())
    over_position(0);
  if (!ring_seen_open(4096))
    return;
  ring_seen_clear();
  CHECK_EQ(sim.ringbuf_set_positions(ring_seen.map_fds[0], start, start), 0);
  for (unsigned i = 0; i < 255; i++)
    ring_write(0, i);
  if (differs()) {
    ring_seen.answer_at = 100;
    ring_seen.answer = -5;
    CHECK_FAILS(ring_buffer__consume(ring_seen.rb), 5);
    CHECK_EQ(ring_buffer__consume(ring_seen.rb), 155);
    for (unsigned i = 0; i < 255; i++)
      CHECK(ring_saw(i, 0, i));
  } else {
    /* The ring is full, and stays full. */
    CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
    CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 0);
  }
  ring_seen_close();
}

CASES(ring_positions) = {
#define CASE(name_, function_, needs_, ...)                                                        \
  {                                                                                                \
    .name = "ring_positions." #name_, .function = #function_, .needs = needs_, .body = name_,      \
    __VA_ARGS__                                                                                    \
  }
    CASE(rings_by_their_index, ring_buffer__ring, NEEDS_EITHER, .since = "1.3"),
    CASE(an_index_beyond_is_told, ring_buffer__ring, NEEDS_EITHER, .since = "1.3",
         .difference = "index-beyond-is-told"),
    CASE(map_fd_as_it_was_given, ring__map_fd, NEEDS_EITHER, .since = "1.3"),
    CASE(positions_outside_a_callback, ring__consumer_pos, NEEDS_EITHER, .since = "1.3"),
    CASE(positions_in_a_callback, ring__consumer_pos, NEEDS_EITHER, .since = "1.3"),
    CASE(space_goes_back, ring_buffer__consume, NEEDS_EITHER, .difference = "late-positions"),
    CASE(space_goes_back_at_a_stop, ring_buffer__consume, NEEDS_EITHER),
    CASE(a_consumer_of_its_own, ring_buffer__consume, NEEDS_EITHER),
    CASE(a_busy_record_stops_the_read, ring_buffer__consume, NEEDS_SIM),
    CASE(a_busy_record_is_discarded, ring_buffer__consume, NEEDS_SIM),
    CASE(a_busy_record_comes_meanwhile, ring_buffer__consume, NEEDS_SIM),
    CASE(a_busy_record_ends_a_wait, ring_buffer__poll, NEEDS_SIM),
    CASE(a_busy_record_and_its_positions, ring__producer_pos, NEEDS_SIM, .since = "1.3"),
    CASE(position_under_load, ring_buffer__poll, NEEDS_SIM, .difference = "adaptive-wakeups"),
    CASE(positions_anywhere, ring_buffer__poll, NEEDS_SIM),
    CASE(positions_that_wrap, ring_buffer__consume, NEEDS_SIM, .difference = "wrapped-positions"),
    {.name = NULL},
#undef CASE
};
