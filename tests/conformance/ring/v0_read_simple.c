/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* v0_read_simple: one mapped ring, and a callback of the caller. The ring is memory of the case, so
 * that it can choose every position and every byte. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ring/v0.h"

enum { page_size = 4096, data_size = 4096 };

static union {
  struct perf_event_mmap_page page;
  unsigned char bytes[page_size + data_size];
} ring __attribute__((aligned(page_size)));

static void* copy;
static size_t copy_size;

/* What the callback saw, and its answer to the n-th record (CONT after the last answer). */
static struct {
  unsigned count;
  uint16_t sizes[512];
  bool in_ring[512];
  bool equal;
  const int* answers;
  unsigned answer_count;
} seen;

static unsigned char pattern(unsigned record, unsigned at) {
  return (unsigned char)(record * 37 + at * 5 + 1);
}

static enum bpf_perf_event_ret on_record(struct perf_event_header* header, void* data) {
  const unsigned char* bytes = (const unsigned char*)header;
  unsigned index = seen.count++;

  CHECK(data == &seen);
  seen.sizes[index % 512] = header->size;
  seen.in_ring[index % 512] = bytes >= ring.bytes && bytes < ring.bytes + sizeof(ring.bytes);
  for (unsigned i = sizeof(*header); i < header->size; i++)
    seen.equal = seen.equal && bytes[i] == pattern(index, i);
  return index < seen.answer_count ? (enum bpf_perf_event_ret)seen.answers[index]
                                   : LIBBPF_PERF_EVENT_CONT;
}

/* Writes records of these sizes at `start`, and forgets what the callback saw. */
static void fill(uint64_t start, const uint16_t* sizes, unsigned count) {
  uint64_t position = start;

  memset(&seen, 0, sizeof(seen));
  seen.equal = true;
  for (unsigned i = 0; i < count; i++) {
    struct perf_event_header header = {.type = 77, .size = sizes[i]};
    unsigned char from[sizeof(header)];

    memcpy(from, &header, sizeof(header));
    for (unsigned at = 0; at < sizes[i]; at++, position++)
      ring.bytes[page_size + position % data_size] =
          at < sizeof(header) ? from[at] : pattern(i, at);
  }
  ring.page.data_tail = start;
  ring.page.data_head = position;
}

static int read_ring(void) {
  v0_read_simple_fn read_simple;

  *(void**)&read_simple = under_test_find(V0_READ_SIMPLE);
  return read_simple(&ring, data_size, page_size, &copy, &copy_size, on_record, &seen);
}

static void an_empty_ring(void) {
  errno = ERANGE;
  fill(8192 + 24, NULL, 0);
  CHECK_EQ(read_ring(), LIBBPF_PERF_EVENT_CONT);
  CHECK_EQ(seen.count, 0);
  CHECK(copy == NULL);
  CHECK_EQ(errno, ERANGE);
}

static void records_in_order(void) {
  static const uint16_t sizes[] = {16, 24, 8, 1000, 16};

  errno = ERANGE;
  fill(0, sizes, 5);
  CHECK_EQ(read_ring(), LIBBPF_PERF_EVENT_CONT);
  CHECK_EQ(seen.count, 5);
  for (unsigned i = 0; i < 5; i++) {
    CHECK_EQ(seen.sizes[i], sizes[i]);
    CHECK(seen.in_ring[i]);
  }
  CHECK(seen.equal);
  CHECK_EQ(ring.page.data_tail, ring.page.data_head);
  CHECK(copy == NULL);
  CHECK_EQ(errno, ERANGE);
  /* Nothing is left. */
  CHECK_EQ(read_ring(), LIBBPF_PERF_EVENT_CONT);
  CHECK_EQ(seen.count, 5);
}

/* The answer to the second of three records is the result, and that record is consumed. */
static void each_answer(void) {
  static const int answers[] = {LIBBPF_PERF_EVENT_DONE, LIBBPF_PERF_EVENT_ERROR, -EAGAIN, 5};
  static const uint16_t sizes[] = {16, 24, 16};

  for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
    const int says[] = {LIBBPF_PERF_EVENT_CONT, answers[i]};

    fill(0, sizes, 3);
    seen.answers = says;
    seen.answer_count = 2;
    CHECK_EQ(read_ring(), answers[i]);
    CHECK_EQ(seen.count, 2);
    CHECK_EQ(ring.page.data_tail, 40);
    CHECK_EQ(read_ring(), LIBBPF_PERF_EVENT_CONT);
    CHECK_EQ(seen.count, 3);
    CHECK_EQ(ring.page.data_tail, 56);
  }
}

static void every_offset(void) {
  static const uint16_t sizes[] = {40, 208, 16};

  for (uint64_t start = 0; start < data_size; start += 8) {
    fill(start, sizes, 3);
    CHECK_EQ(read_ring(), LIBBPF_PERF_EVENT_CONT);
    CHECK_EQ(seen.count, 3);
    CHECK(seen.equal);
    CHECK_EQ(ring.page.data_tail, start + 264);
  }
  free(copy);
}

static void a_record_that_ends_with_the_ring(void) {
  static const uint16_t sizes[] = {64, 16};

  fill(data_size - 64, sizes, 2);
  CHECK_EQ(read_ring(), LIBBPF_PERF_EVENT_CONT);
  CHECK_EQ(seen.count, 2);
  CHECK(seen.in_ring[0] && seen.in_ring[1]);
  CHECK(copy == NULL);
}

/* The caller's buffer for records that wrap: allocated when needed, and again if too small. */
static void copy_grows(void) {
  static const struct {
    uint16_t size;
    size_t want;
  } steps[] = {{512, 512}, {64, 512}, {512, 512}, {520, 520}, {1000, 1000}, {8 * 100, 1000}};

  for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
    fill(data_size - 24, &steps[i].size, 1);
    CHECK_EQ(read_ring(), LIBBPF_PERF_EVENT_CONT);
    CHECK_EQ(seen.count, 1);
    CHECK(!seen.in_ring[0]);
    CHECK(seen.equal);
    CHECK_EQ(copy_size, steps[i].want);
  }
  free(copy);
}

static void the_callers_buffer_is_used(void) {
  static const uint16_t size = 512;
  void* mine = malloc(1000);

  copy = mine;
  copy_size = 1000;
  fill(data_size - 24, &size, 1);
  CHECK_EQ(read_ring(), LIBBPF_PERF_EVENT_CONT);
  CHECK(copy == mine);
  CHECK_EQ(copy_size, 1000);
  CHECK(seen.equal);
  free(copy);
}

static void positions_of_64_bits(void) {
  static const uint64_t starts[] = {((uint64_t)1 << 32) - 104, ((uint64_t)1 << 63) - 104,
                                    (uint64_t)1 << 40};
  static const uint16_t sizes[] = {40, 208, 16};

  for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
    fill(starts[i], sizes, 3);
    CHECK_EQ(read_ring(), LIBBPF_PERF_EVENT_CONT);
    CHECK_EQ(seen.count, 3);
    CHECK(seen.equal);
    CHECK(ring.page.data_tail == starts[i] + 264);
  }
  free(copy);
}

static void a_record_without_a_size(void) {
  static const uint16_t sizes[] = {16, 16};
  int result;

  fill(0, sizes, 2);
  ring.bytes[page_size + 16 + 6] = 0;
  result = read_ring();
  CHECK(result < 0 && result != LIBBPF_PERF_EVENT_CONT);
  CHECK_EQ(seen.count, 1);
  CHECK_EQ(ring.page.data_tail, ring.page.data_head);
}

CASES(v0_read_simple) = {
#define CASE(name_, ...)                                                                           \
  {                                                                                                \
    .name = "v0.read_simple." #name_, .function = V0_READ_SIMPLE, .since = "0.0.1",                \
    .until = "1.0", .body = name_, __VA_ARGS__                                                     \
  }
    CASE(an_empty_ring),
    CASE(records_in_order),
    CASE(each_answer),
    CASE(every_offset),
    CASE(a_record_that_ends_with_the_ring),
    CASE(copy_grows),
    CASE(the_callers_buffer_is_used),
    CASE(positions_of_64_bits),
    CASE(a_record_without_a_size, .stock_outcome = HANGS, .difference = "corrupt-record"),
    {.name = NULL},
#undef CASE
};
