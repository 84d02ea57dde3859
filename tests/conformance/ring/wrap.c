/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* wrap: records that wrap at the end of the ring, at every offset, and positions that are large
 * numbers. */
#include <stdint.h>
#include <string.h>

#include "harness/kernel.h"
#include "ring/rings.h"

static struct seen seen;
static struct perf_buffer* pb;
static int map_fd;

static bool open_buffer(bool raw, size_t page_count) {
  struct perf_event_attr attr = seen_attr();

  map_fd = kernel_map(kernel_cpus());
  pb = raw ? perf_buffer__new_raw(map_fd, page_count, &attr, seen_record, &seen, NULL)
           : perf_buffer__new(map_fd, page_count, seen_sample, seen_lost, &seen, NULL);
  return CHECK(pb != NULL);
}

/* A record of an odd number of 8-byte steps begins in time at each of the 512 offsets of a page. */
static void every_offset(bool raw, uint32_t size) {
  bool begun_at[512] = {false};
  unsigned offsets = 0;

  if (!open_buffer(raw, 1))
    return;
  for (unsigned i = 0; i < 512; i++) {
    const void* bytes = payload_bytes(size, i);
    uint64_t head = ring_page(pb, 0)->data_head;

    begun_at[head % 4096 / 8] = true;
    seen_clear(&seen);
    seen.want = bytes;
    seen.want_size = size;
    CHECK_EQ(kernel_output(map_fd, 0, bytes, size), 0);
    CHECK_EQ(perf_buffer__consume(pb), 0);
    if (!CHECK_EQ(seen.count, 1) || !CHECK_EQ(seen.mismatches, 0))
      break;
    CHECK_EQ(seen.events[0].size, raw ? seen_padded(size) + 12 : seen_padded(size));
  }
  for (unsigned i = 0; i < 512; i++)
    offsets += begun_at[i];
  CHECK_EQ(offsets, 512);
  perf_buffer__free(pb);
}

static void small_record_at_every_offset(void) {
  every_offset(false, 8);
}
static void record_at_every_offset(void) {
  every_offset(false, 200);
}
static void large_record_at_every_offset(void) {
  every_offset(false, 4072);
}
static void raw_small_record_at_every_offset(void) {
  every_offset(true, 8);
}
static void raw_record_at_every_offset(void) {
  every_offset(true, 200);
}
static void raw_large_record_at_every_offset(void) {
  every_offset(true, 4072);
}

static void several_records_over_the_end(void) {
  if (!open_buffer(false, 2))
    return;
  for (uint64_t round = 0; round < 200; round++) {
    seen_clear(&seen);
    for (uint64_t i = 0; i < 11; i++) {
      uint64_t payload[30] = {round * 11 + i};

      CHECK_EQ(kernel_output(map_fd, 0, payload, sizeof(payload)), 0);
    }
    CHECK_EQ(perf_buffer__consume(pb), 0);
    CHECK_EQ(seen.count, 11);
    for (unsigned i = 0; i < 11; i++)
      CHECK_EQ(seen.events[i].first, round * 11 + i);
  }
  perf_buffer__free(pb);
}

/* The same record, wrapped or not, with both positions near the limit of a 32 or 64-bit number. */
static void positions_near(uint64_t boundary) {
  const struct {
    struct forged_sample one, two;
    struct forged_lost lost;
  } bytes = {forged_sample(1), forged_sample(2), forged_lost(5)};

  if (!open_buffer(false, 1))
    return;
  /* The forged bytes are at offset 16; after that the positions pass the limit itself. */
  ring_forge(pb, 0, map_fd, 0, &bytes, sizeof(bytes));
  ring_shift(pb, 0, boundary);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 3);
  CHECK_EQ(seen.lost_total, 5);
  CHECK_EQ(ring_page(pb, 0)->data_tail, ring_page(pb, 0)->data_head);
  CHECK(ring_page(pb, 0)->data_tail == boundary + 16 + sizeof(bytes));
  ring_shift(pb, 0, -boundary);
  /* The kernel goes on at its own position. */
  CHECK_EQ(kernel_output(map_fd, 0, "after", 6), 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 4);
  perf_buffer__free(pb);
}

static void positions_at_4_gib(void) {
  positions_near((uint64_t)1 << 32);
}
static void positions_at_2_to_63(void) {
  positions_near((uint64_t)1 << 63);
}

/* A record that wraps, with positions before and after the limit. */
static void across(uint64_t boundary) {
  uint64_t payload[27] = {77}, distance;

  if (!open_buffer(false, 1))
    return;
  while (ring_page(pb, 0)->data_head < 4096 - 200) {
    uint64_t value = 1;

    CHECK_EQ(kernel_output(map_fd, 0, &value, sizeof(value)), 0);
    CHECK_EQ(perf_buffer__consume(pb), 0);
  }
  seen_clear(&seen);
  CHECK_EQ(kernel_output(map_fd, 0, payload, sizeof(payload)), 0);
  distance = boundary - 4096;
  ring_shift(pb, 0, distance);
  CHECK(ring_page(pb, 0)->data_tail < boundary);
  CHECK(ring_page(pb, 0)->data_head > boundary || boundary == 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  if (CHECK_EQ(seen.count, 1))
    CHECK_EQ(seen.events[0].first, 77);
  perf_buffer__free(pb);
}

static void record_across_4_gib(void) {
  across((uint64_t)1 << 32);
}
static void record_across_2_to_63(void) {
  across((uint64_t)1 << 63);
}

CASES(wrap) = {
#define CASE(name_, ...)                                                                           \
  {                                                                                                \
    .name = "wrap." #name_, .function = "perf_buffer__consume", .needs = NEEDS_EITHER,             \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(small_record_at_every_offset), CASE(record_at_every_offset),
    CASE(large_record_at_every_offset), CASE(raw_small_record_at_every_offset),
    CASE(raw_record_at_every_offset),   CASE(raw_large_record_at_every_offset),
    CASE(several_records_over_the_end), CASE(positions_at_4_gib),
    CASE(positions_at_2_to_63),         CASE(record_across_4_gib),
    CASE(record_across_2_to_63),        {.name = NULL},
#undef CASE
};
