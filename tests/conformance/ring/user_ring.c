/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* user_ring: what reserve, submit and discard do, as a BPF program sees that drains the ring.
 */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "ring/rings.h"
#include "ring/user_ring_rig.h"

/* The header before a sample: its size and two flags, and a word of 0. If the header is the last of
 * the ring, the library may choose in which of the two mappings of the data the sample lies.
 */
static void check_header(const void* sample, uint32_t want) {
  uint32_t header[2];

  if ((uintptr_t)sample % (uintptr_t)sysconf(_SC_PAGESIZE) == 0)
    return;
  memcpy(header, (const unsigned char*)sample - 8, sizeof(header));
  CHECK_EQ(header[0], want);
  CHECK_EQ(header[1], 0);
}

static void arrives_at_the_drain(void) {
  if (!user_ring_open(4096))
    return;
  user_ring_drains(0);
  user_ring_write(1);
  user_ring_write(2);
  user_ring_drains(2);
  CHECK(user_ring_drained(0, 1) && user_ring_drained(1, 2));
  user_ring_drains(0);
  user_ring_close();
}

static void free_leaves_what_was_submitted(void) {
  if (!user_ring_open(4096))
    return;
  user_ring_write(5);
  user_ring_close();
  user_ring_drains(1);
  CHECK(user_ring_drained(0, 5));
  /* The next sample is placed after it. */
  user_ring.rb = user_ring_buffer__new(user_ring.map_fd, NULL);
  user_ring_write(6);
  user_ring_drains(1);
  CHECK(user_ring_drained(0, 6));
  user_ring_close();
}

static void sizes_refused(void) {
  static const uint32_t sizes[] = {
      4089,     4096,           4097,           1u << 20,   (1u << 30) - 1, 1u << 30,      3u << 30,
      1u << 31, (1u << 31) | 8, (1u << 30) | 8, UINT32_MAX, UINT32_MAX - 7, UINT32_MAX - 8};

  if (!user_ring_open(4096))
    return;
  messages_clear();
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, sizes[i]), E2BIG);
    CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, sizes[i], 1000), E2BIG);
    CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, sizes[i], -1), E2BIG);
  }
  CHECK_EQ(messages_of(LIBBPF_WARN), 0);
  /* The same in a full ring. */
  CHECK(user_ring_buffer__reserve(user_ring.rb, 4088) != NULL);
  CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, 4089), E2BIG);
  user_ring_close();
}

static void samples_of_every_small_size(void) {
  if (!user_ring_open(4096))
    return;
  for (uint32_t size = 0; size <= 1000; size++) {
    const void* payload = payload_bytes(size, size);
    void* sample = user_ring_buffer__reserve(user_ring.rb, size);

    if (!CHECK(sample != NULL))
      break;
    CHECK_EQ((uintptr_t)sample % 8, 0);
    check_header(sample, size | BPF_RINGBUF_BUSY_BIT);
    memcpy(sample, payload, size);
    user_ring_buffer__submit(user_ring.rb, sample);
    check_header(sample, size);
    user_ring_drains(1);
    CHECK_EQ(kernel_drained()->samples[0].size, size);
    CHECK_EQ(memcmp(kernel_drained()->last, payload, size), 0);
  }
  user_ring_close();
}

static void largest_sample_of_a_ring(void) {
  const void* payload = payload_bytes(4088, 3);
  void* sample;

  if (!user_ring_open(4096))
    return;
  /* The second one wraps at the end of the ring. */
  for (int i = 0; i < 3; i++) {
    user_ring_write(7);
    user_ring_drains(1);
    sample = user_ring_buffer__reserve(user_ring.rb, 4088);
    if (!CHECK(sample != NULL))
      break;
    CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, 0), ENOSPC);
    memcpy(sample, payload, 4088);
    user_ring_buffer__submit(user_ring.rb, sample);
    user_ring_drains(1);
    CHECK_EQ(kernel_drained()->samples[0].size, 4088);
    CHECK_EQ(memcmp(kernel_drained()->last, payload, 4088), 0);
  }
  user_ring_close();
}

static void a_full_ring(void) {
  unsigned fitted = 0;
  void* sample;

  if (!user_ring_open(4096))
    return;
  messages_clear();
  for (; (sample = user_ring_buffer__reserve(user_ring.rb, 8)); fitted++) {
    memcpy(sample, &(uint64_t){fitted}, 8);
    user_ring_buffer__submit(user_ring.rb, sample);
  }
  /* Until the last byte is used. */
  CHECK_EQ(fitted, 4096 / 16);
  CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, 0), ENOSPC);
  CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, 4088), ENOSPC);
  CHECK_EQ(messages_of(LIBBPF_WARN), 0);
  /* A drain of one sample makes room for one. */
  CHECK_EQ(kernel_drain(user_ring.map_fd, 1, 0), 1);
  CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, 9), ENOSPC);
  user_ring_write(1000);
  CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, 0), ENOSPC);
  user_ring_drains(fitted);
  for (unsigned i = 0; i + 1 < fitted; i++)
    CHECK(user_ring_drained(i, i + 1));
  CHECK(user_ring_drained(fitted - 1, 1000));
  user_ring_close();
}

static void goes_round_many_times(void) {
  if (!user_ring_open(4096))
    return;
  for (uint64_t i = 0; i < 500; i++) {
    uint32_t size = (uint32_t)(i * 37 % 1900);
    const void* payload = payload_bytes(size, (unsigned)i);

    for (int twice = 0; twice < 2; twice++) {
      void* sample = user_ring_buffer__reserve(user_ring.rb, size);

      if (!CHECK(sample != NULL))
        return;
      memcpy(sample, payload, size);
      user_ring_buffer__submit(user_ring.rb, sample);
    }
    user_ring_drains(2);
    CHECK_EQ(kernel_drained()->samples[0].size, size);
    CHECK_EQ(memcmp(kernel_drained()->last, payload, size), 0);
  }
  user_ring_close();
}

static void samples_lie_one_after_another(void) {
  static const uint32_t sizes[] = {0, 1, 7, 8, 9, 100};
  struct ring_positions at;
  const unsigned char* before;

  if (!user_ring_open(4096))
    return;
  at = kernel_ring_positions(user_ring.map_fd);
  before = user_ring_buffer__reserve(user_ring.rb, 0);
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    const unsigned long position = *at.producer;
    const unsigned char* sample = user_ring_buffer__reserve(user_ring.rb, sizes[i]);
    const uint32_t rounded = (sizes[i] + 7) & ~7u;

    CHECK_EQ(*at.producer, position + 8 + rounded);
    CHECK_EQ(sample - before, i == 0 ? 8 : 8 + ((sizes[i - 1] + 7) & ~7u));
    before = sample;
  }
  CHECK_EQ(*at.consumer, 0);
  kernel_forget_positions(at);
  user_ring_close();
}

static void submitted_out_of_order(void) {
  void* samples[4];

  if (!user_ring_open(4096))
    return;
  for (uint64_t i = 0; i < 4; i++) {
    samples[i] = user_ring_buffer__reserve(user_ring.rb, 8);
    memcpy(samples[i], &i, 8);
  }
  user_ring_buffer__submit(user_ring.rb, samples[3]);
  user_ring_buffer__submit(user_ring.rb, samples[1]);
  user_ring_drains(0);
  user_ring_buffer__submit(user_ring.rb, samples[0]);
  user_ring_drains(2);
  CHECK(user_ring_drained(0, 0) && user_ring_drained(1, 1));
  user_ring_drains(0);
  user_ring_buffer__submit(user_ring.rb, samples[2]);
  user_ring_drains(2);
  CHECK(user_ring_drained(0, 2) && user_ring_drained(1, 3));
  user_ring_close();
}

static void discarded_samples_are_skipped(void) {
  void* samples[6];

  if (!user_ring_open(4096))
    return;
  for (uint64_t i = 0; i < 6; i++) {
    samples[i] = user_ring_buffer__reserve(user_ring.rb, 8);
    memcpy(samples[i], &i, 8);
  }
  for (unsigned i = 0; i < 6; i++) {
    if (i % 3 == 1) {
      user_ring_buffer__submit(user_ring.rb, samples[i]);
    } else {
      user_ring_buffer__discard(user_ring.rb, samples[i]);
      check_header(samples[i], 8 | BPF_RINGBUF_DISCARD_BIT);
    }
  }
  user_ring_drains(2);
  CHECK(user_ring_drained(0, 1) && user_ring_drained(1, 4));
  /* The drain has skipped the last one, too. */
  CHECK(user_ring_buffer__reserve(user_ring.rb, 4088) != NULL);
  user_ring_close();
}

static void a_drain_that_stops(void) {
  if (!user_ring_open(4096))
    return;
  for (uint64_t i = 0; i < 5; i++)
    user_ring_write(i);
  CHECK_EQ(kernel_drain(user_ring.map_fd, 2, 0), 2);
  CHECK(user_ring_drained(1, 1));
  user_ring_drains(3);
  CHECK(user_ring_drained(0, 2));
  user_ring_close();
}

/* Both positions are read each time, so that two writers may write in turn. */
static void two_managers_of_one_map(void) {
  struct user_ring_buffer* managers[2];

  if (!user_ring_open(4096))
    return;
  managers[0] = user_ring.rb;
  managers[1] = user_ring_buffer__new(user_ring.map_fd, NULL);
  for (uint64_t i = 0; i < 6; i++) {
    user_ring.rb = managers[i % 2];
    user_ring_write(i);
  }
  user_ring_drains(6);
  for (unsigned i = 0; i < 6; i++)
    CHECK(user_ring_drained(i, i));
  user_ring_buffer__free(managers[0]);
  user_ring_buffer__free(managers[1]);
}

/* Except where they wrap: there the drain of the kernel finds nothing any more. */
static void positions_anywhere(void) {
  static const uint64_t starts[] = {UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 63};

  for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
    if (sizeof(long) == 4 && (starts[i] >> 32) != 0)
      continue;
    if (!user_ring_open(4096))
      return;
    CHECK_EQ(sim.ringbuf_set_positions(user_ring.map_fd, starts[i] - 160, starts[i] - 160), 0);
    for (uint64_t j = 0; j < 60; j++) {
      user_ring_write(j);
      user_ring_write(j + 1);
      user_ring_drains(2);
      CHECK(user_ring_drained(0, j) && user_ring_drained(1, j + 1));
    }
    CHECK(user_ring_buffer__reserve(user_ring.rb, 4088) != NULL);
    CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, 0), ENOSPC);
    user_ring_close();
  }
}

CASES(user_ring) = {
#define CASE(name_, function_, needs_, ...)                                                        \
  {                                                                                                \
    .name = "user_ring." #name_, .function = "user_ring_buffer__" #function_, .needs = needs_,     \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(arrives_at_the_drain, submit, NEEDS_EITHER),
    CASE(two_managers_of_one_map, new, NEEDS_EITHER),
    CASE(free_leaves_what_was_submitted, free, NEEDS_EITHER),
    CASE(sizes_refused, reserve, NEEDS_EITHER),
    CASE(samples_of_every_small_size, reserve, NEEDS_EITHER),
    CASE(largest_sample_of_a_ring, reserve, NEEDS_EITHER),
    CASE(a_full_ring, reserve, NEEDS_EITHER),
    CASE(goes_round_many_times, reserve, NEEDS_EITHER),
    CASE(samples_lie_one_after_another, reserve, NEEDS_EITHER),
    CASE(submitted_out_of_order, submit, NEEDS_EITHER),
    CASE(discarded_samples_are_skipped, discard, NEEDS_EITHER),
    CASE(a_drain_that_stops, submit, NEEDS_EITHER),
    CASE(positions_anywhere, reserve, NEEDS_SIM),
    {.name = NULL},
#undef CASE
};
