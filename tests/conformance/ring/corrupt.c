/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* corrupt: perf rings with records that cannot be true. The stock library believes them, and loops
 * or reads outside the ring; ours fails once, warns, and recovers. */
#include <stdint.h>
#include <string.h>

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

/* The kernel's own head, even if the case has changed the page. */
static uint64_t true_head;

static void forge(const void* bytes, uint32_t size) {
  ring_forge(pb, 0, map_fd, 0, bytes, size);
  true_head = ring_page(pb, 0)->data_head;
}

/* A true sample, then a record whose header says `size`, then a true sample. */
static void forge_size(uint16_t size) {
  struct {
    struct forged_sample before;
    struct forged_sample bad;
    struct forged_sample after;
  } bytes = {forged_sample(1), forged_sample(2), forged_sample(3)};

  bytes.bad.header.size = size;
  forge(&bytes, sizeof(bytes));
}

/* Ours does the same for each of them: it returns -EBADMSG once, delivers the records before, warns
 * once with the number of the CPU, and skips all up to the head. After that the ring works. */
static void recovers(unsigned delivered) {
  messages_clear();
  CHECK_FAILS(perf_buffer__consume(pb), EBADMSG);
  CHECK_WARNED("CPU 0");
  CHECK_EQ(seen.count, delivered);
  CHECK_EQ(ring_page(pb, 0)->data_tail, ring_page(pb, 0)->data_head);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, delivered);
  /* The page has the true head again. */
  ring_page(pb, 0)->data_tail = ring_page(pb, 0)->data_head = true_head;
  CHECK_EQ(kernel_output(map_fd, 0, "after", 6), 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, delivered + 1);
  perf_buffer__free(pb);
}

static void size_0(void) {
  if (!open_buffer())
    return;
  forge_size(0);
  recovers(1);
}

static void size_0_of_a_dropped_record(void) {
  map_fd = kernel_map(kernel_cpus());
  pb = perf_buffer__new(map_fd, 1, NULL, NULL, NULL, NULL);
  if (!CHECK(pb != NULL))
    return;
  forge_size(0);
  CHECK_FAILS(perf_buffer__consume(pb), EBADMSG);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  perf_buffer__free(pb);
}

/* The library recovers, or is the stock library, which misreads the bytes and ends. */
static void recovers_if_ours(unsigned delivered) {
  if (differs()) {
    recovers(delivered);
    return;
  }
  CHECK(perf_buffer__consume(pb) != -EBADMSG);
  perf_buffer__free(pb);
}

static void a_corrupt_size(uint16_t size) {
  if (!open_buffer())
    return;
  forge_size(size);
  recovers_if_ours(1);
}

static void size_4(void) {
  a_corrupt_size(4);
}
static void size_7(void) {
  a_corrupt_size(7);
}
static void size_not_of_8(void) {
  a_corrupt_size(20);
}

/* The size of the last record reaches past the head, and is more than the ring holds. */
static void size_beyond(uint16_t size) {
  struct forged_sample bad = forged_sample(1);

  if (!open_buffer())
    return;
  bad.header.size = size;
  forge(&bad, sizeof(bad));
  recovers_if_ours(0);
}

static void size_beyond_head(void) {
  size_beyond(4096 - 8);
}
/* For this one the stock library copies bytes behind the mapping. */
static void size_beyond_the_ring(void) {
  size_beyond(65528);
}

/* The ring has one true record. The case adds this to the head, and then to the tail. */
static void positions_out_of_step(int64_t head, int64_t tail) {
  struct forged_sample good = forged_sample(1);

  if (!open_buffer())
    return;
  forge(&good, sizeof(good));
  ring_page(pb, 0)->data_head += (uint64_t)head;
  ring_page(pb, 0)->data_tail += (uint64_t)tail;
  recovers_if_ours(0);
}

static void half_a_record(void) {
  positions_out_of_step(-16, 0);
}
static void half_a_header(void) {
  positions_out_of_step(-20, 0);
}
static void more_than_the_ring_holds(void) {
  positions_out_of_step(0, -16 * 4096);
}
static void head_behind_tail(void) {
  positions_out_of_step(0, 4096);
}

static void poll_tells_it_too(void) {
  if (!open_buffer())
    return;
  forge_size(4);
  if (differs())
    CHECK_FAILS(perf_buffer__poll(pb, 1000), EBADMSG);
  else
    CHECK(perf_buffer__poll(pb, 1000) != -EBADMSG);
  perf_buffer__free(pb);
}

static void raw_readers_are_told_too(void) {
  struct perf_event_attr attr = seen_attr();

  map_fd = kernel_map(kernel_cpus());
  pb = perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, NULL);
  if (!CHECK(pb != NULL))
    return;
  forge_size(4);
  recovers(1);
}

CASES(corrupt) = {
#define CASE(name_, ...)                                                                           \
  {                                                                                                \
    .name = "corrupt." #name_, .function = "perf_buffer__consume", .needs = NEEDS_EITHER,          \
    .difference = "corrupt-record", .body = name_, __VA_ARGS__                                     \
  }
    CASE(size_0, .stock_outcome = HANGS),
    CASE(size_0_of_a_dropped_record, .stock_outcome = HANGS),
    CASE(size_4),
    CASE(size_7),
    CASE(size_not_of_8),
    CASE(size_beyond_head),
    CASE(size_beyond_the_ring, .stock_outcome = ANYHOW),
    CASE(half_a_record),
    CASE(half_a_header),
    CASE(more_than_the_ring_holds),
    CASE(head_behind_tail),
    CASE(poll_tells_it_too),
    CASE(raw_readers_are_told_too, .stock_outcome = HANGS),
    {.name = NULL},
#undef CASE
};
