/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_corrupt: positions and record headers that no kernel writes. If the stock library believes
 * them, its result depends on the bytes in the ring, which the case has set.
 */
#include <stdint.h>

#include "ring/ring_seen.h"

/* After a read that failed, the reader gets new records as usual. */
static void goes_on(void) {
  ring_seen_clear();
  ring_write(0, 77);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
  CHECK(ring_saw(0, 0, 77));
}

static void a_record_beyond_the_producer(void) {
  static const uint32_t sizes[] = {9, 16, 4096, 0x3fffffff};

  for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    bool refused = differs();

    if (!ring_seen_open(4096))
      return;
    ring_seen_clear();
    ring_write(0, 1);
    ring_write(0, 2);
    CHECK_EQ(sim.ringbuf_poke(ring_seen.map_fds[0], 16, &sizes[i], sizeof(sizes[i])), 0);
    messages_clear();
    if (refused) {
      /* The records before have been delivered. */
      CHECK_FAILS(ring_buffer__consume(ring_seen.rb), EBADMSG);
      CHECK_WARNED("map_fd");
      CHECK_EQ(ring_seen.count, 1);
      CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
      /* The kernel reads the headers, too: a ring that looks full to it stays full. */
      if (sizes[i] < 4096)
        goes_on();
    } else {
      CHECK_EQ(ring_buffer__consume(ring_seen.rb), 2);
      CHECK_EQ(ring_seen.samples[1].size, sizes[i]);
    }
    ring_seen_close();
  }
}

static void a_producer_that_overtook(void) {
  static const uint64_t distances[] = {4104, 8192, 1 << 20};

  for (unsigned i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
    bool refused = differs();

    if (!ring_seen_open(4096))
      return;
    CHECK_EQ(sim.ringbuf_set_positions(ring_seen.map_fds[0], 0, distances[i]), 0);
    messages_clear();
    if (refused) {
      CHECK_FAILS(ring_buffer__consume(ring_seen.rb), EBADMSG);
      CHECK_WARNED("map_fd");
      goes_on();
    } else {
      /* All zeros: records of no bytes. */
      CHECK_EQ(ring_buffer__consume(ring_seen.rb), distances[i] / 8);
    }
    ring_seen_close();
  }
}

static void a_consumer_ahead_of_the_producer(void) {
  bool refused = differs();

  if (!ring_seen_open(4096))
    return;
  CHECK_EQ(sim.ringbuf_set_positions(ring_seen.map_fds[0], 64, 32), 0);
  messages_clear();
  if (refused) {
    CHECK_FAILS(ring_buffer__consume(ring_seen.rb), EBADMSG);
    CHECK_WARNED("map_fd");
    goes_on();
  } else {
    CHECK_EQ(ring_buffer__consume(ring_seen.rb), 0);
  }
  ring_seen_close();
}

/* The other rings of the set are read by the next call. */
static void one_ring_of_two(void) {
  const uint32_t size = 0x3fffffff;

  if (!differs())
    return;
  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  ring_write(0, 1);
  ring_write(1, 2);
  CHECK_EQ(sim.ringbuf_poke(ring_seen.map_fds[0], 0, &size, sizeof(size)), 0);
  CHECK_FAILS(ring_buffer__consume(ring_seen.rb), EBADMSG);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK(ring_saw(0, 1, 2));
  ring_seen_close();
}

CASES(ring_corrupt) = {
#define CASE(name_)                                                                                \
  {                                                                                                \
    .name = "ring_corrupt." #name_, .function = "ring_buffer__consume", .needs = NEEDS_SIM,        \
    .difference = "corrupt-record", .body = name_                                                  \
  }
    CASE(a_record_beyond_the_producer),
    CASE(a_producer_that_overtook),
    CASE(a_consumer_ahead_of_the_producer),
    CASE(one_ring_of_two),
    {.name = NULL},
#undef CASE
};
