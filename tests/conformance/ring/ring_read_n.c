/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_read_n: ring_buffer__consume_n and ring__consume_n: what counts towards n. */
#include <limits.h>
#include <stdint.h>

#include "ring/ring_seen.h"

static void fill(unsigned rings, unsigned each) {
  for (unsigned ring = 0; ring < rings; ring++)
    for (unsigned i = 0; i < each; i++)
      ring_write(ring, 10 * ring + i);
}

static void n_over_several_rings(void) {
  static const uint64_t by_ring[] = {0, 1, 2, 10, 11, 12, 20, 21, 22};
  static const uint64_t in_turn[] = {0, 1, 10, 11, 20, 2, 12, 21, 22};
  const uint64_t* wanted = differs() ? in_turn : by_ring;

  if (!ring_seen_open(4096) || !ring_seen_add(4096) || !ring_seen_add(4096))
    return;
  fill(3, 3);
  CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, 2), 2);
  CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, 2), 2);
  CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, 1), 1);
  CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, 3), 3);
  CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, 3), 1);
  CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, 3), 0);
  for (unsigned i = 0; i < 9; i++)
    CHECK(ring_saw(i, (unsigned)wanted[i] / 10, wanted[i]));
  ring_seen_close();
}

static void n_of_one_ring(void) {
  struct ring* ring;

  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  fill(2, 5);
  ring = ring_buffer__ring(ring_seen.rb, 1);
  CHECK_EQ(ring__consume_n(ring, 1), 1);
  CHECK_EQ(ring__consume_n(ring, 3), 3);
  CHECK_EQ(ring__consume_n(ring, 3), 1);
  CHECK_EQ(ring__consume_n(ring, 3), 0);
  CHECK_EQ(ring_seen.count, 5);
  for (unsigned i = 0; i < 5; i++)
    CHECK(ring_saw(i, 1, 10 + i));
  CHECK_EQ(ring__consume(ring_buffer__ring(ring_seen.rb, 0)), 5);
  ring_seen_close();
}

static void n_of_any_size(void) {
  static const size_t counts[] = {6,        7,        INT_MAX,      (size_t)INT_MAX + 1,
                                  UINT_MAX, SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 2 + 1};
  struct ring* ring;

  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  ring = ring_buffer__ring(ring_seen.rb, 0);
  for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    fill(2, 3);
    CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, counts[i]), 6);
    fill(1, 3);
    CHECK_EQ(ring__consume_n(ring, counts[i]), 3);
  }
  ring_seen_close();
}

static void n_of_0(void) {
  bool none = differs();

  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  fill(2, 3);
  errno = ERANGE;
  /* The stock library reads a record before it checks n, and 0 minus one record is a large n. */
  CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, 0), none ? 0 : 4);
  CHECK_EQ(errno, ERANGE);
  ring_seen_close();
}

static void n_of_0_of_a_ring(void) {
  bool none = differs();

  if (!ring_seen_open(4096))
    return;
  fill(1, 3);
  CHECK_EQ(ring__consume_n(ring_buffer__ring(ring_seen.rb, 0), 0), none ? 0 : 1);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), none ? 3 : 2);
  ring_seen_close();
}

/* Discarded records before the n-th record are skipped, those after it stay. */
static void n_and_discarded_records(void) {
  static const enum commit commits[] = {DISCARD, DISCARD, SUBMIT, DISCARD, SUBMIT, DISCARD};
  struct ring* ring;

  if (!ring_seen_open(4096))
    return;
  for (unsigned i = 0; i < 6; i++)
    CHECK_EQ(kernel_ring_commit(ring_seen.map_fds[0], 8, i, commits[i], 0), 0);
  ring = ring_buffer__ring(ring_seen.rb, 0);
  CHECK_EQ(ring__consume_n(ring, 1), 1);
  CHECK_EQ(ring__consumer_pos(ring), 48);
  CHECK_EQ(ring_buffer__consume_n(ring_seen.rb, 1), 1);
  CHECK_EQ(ring__consumer_pos(ring), 80);
  CHECK_EQ(ring__avail_data_size(ring), 16);
  CHECK_EQ(ring__consume_n(ring, 1), 0);
  CHECK_EQ(ring__consumer_pos(ring), 96);
  CHECK(ring_saw(0, 0, 2));
  CHECK(ring_saw(1, 0, 4));
  ring_seen_close();
}

CASES(ring_read_n) = {
#define CASE(name_, function_, ...)                                                                \
  {                                                                                                \
    .name = "ring_read." #name_, .function = #function_, .needs = NEEDS_EITHER, .body = name_,     \
    __VA_ARGS__                                                                                    \
  }
    CASE(n_over_several_rings, ring_buffer__consume_n, .since = "1.5",
         .difference = "rings-in-turn"),
    CASE(n_of_one_ring, ring__consume_n, .since = "1.5"),
    CASE(n_of_any_size, ring_buffer__consume_n, .since = "1.5"),
    CASE(n_of_0, ring_buffer__consume_n, .since = "1.5", .difference = "n-of-0"),
    CASE(n_of_0_of_a_ring, ring__consume_n, .since = "1.5", .difference = "n-of-0"),
    CASE(n_and_discarded_records, ring__consume_n, .since = "1.5"),
    {.name = NULL},
#undef CASE
};
