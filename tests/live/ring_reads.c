/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_reads: what one read of two BPF rings covers: records that come while it reads, and nothing
 * behind a callback that stops. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>

#include "source.h"

enum { kRings = 2, kBytes = 1 << 16, kGrow = 5000, kRecords = 10, kStopAt = 4, kWakeupMs = 10000 };

static struct ring {
  struct source source;
  uint64_t seen, wrong;
  uint64_t grow;    /* the number of callbacks that send one more record */
  uint64_t stop_at; /* the callback of this record, counted from 1, stops; 0: none does */
} rings[kRings];

static int failures;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("line %d: not so: %s (errno %d)\n", __LINE__, #condition, errno);                     \
      failures++;                                                                                  \
    }                                                                                              \
  } while (0)

static int on_sample(void* ctx, void* data, size_t size) {
  struct ring* ring = ctx;

  if (!source_check_ring(data, size, ring->seen++))
    ring->wrong++;
  if (ring->grow) {
    ring->grow--;
    source_emit(&ring->source, 1);
  }
  return ring->stop_at && ring->seen == ring->stop_at ? -EBUSY : 0;
}

/* The producer is always one record ahead: the read follows it to its end, over the end of the ring
 * several times. */
static void check_growing(struct ring_buffer* rb, struct ring* ring) {
  uint64_t before = ring->seen;

  ring->grow = kGrow;
  source_emit(&ring->source, 1);
  CHECK(ring_buffer__consume(rb) == kGrow + 1);
  CHECK(ring->seen == before + kGrow + 1);
  CHECK(ring_buffer__consume(rb) == 0);
  ring->grow = kGrow;
  source_emit(&ring->source, 1);
  CHECK(ring_buffer__poll(rb, kWakeupMs) == kGrow + 1);
  CHECK(source_dropped(&ring->source) == 0);
}

static int consume(struct ring_buffer* rb) {
  return ring_buffer__consume(rb);
}

static int poll_once(struct ring_buffer* rb) {
  return ring_buffer__poll(rb, kWakeupMs);
}

/* A callback stops: its record is consumed, nothing behind it is, and that is read next. */
static void check_stopping(struct ring_buffer* rb, int (*read)(struct ring_buffer* rb)) {
  uint64_t before[kRings] = {rings[0].seen, rings[1].seen};

  source_emit(&rings[0].source, kRecords);
  rings[0].stop_at = before[0] + kStopAt;
  errno = 0;
  CHECK(read(rb) == -EBUSY && errno == EBUSY);
  CHECK(rings[0].seen == before[0] + kStopAt);
  source_emit(&rings[1].source, kRecords);
  rings[1].stop_at = before[1] + 1;
  CHECK(read(rb) == -EBUSY);
  CHECK(rings[1].seen == before[1] + 1);
  rings[0].stop_at = rings[1].stop_at = 0;
  while (rings[0].seen + rings[1].seen < before[0] + before[1] + 2 * kRecords) {
    if (read(rb) <= 0) {
      CHECK(!"what was left behind comes with the next reads");
      break;
    }
  }
  CHECK(rings[0].seen == before[0] + kRecords && rings[1].seen == before[1] + kRecords);
  CHECK(ring_buffer__consume(rb) == 0);
}

int main(void) {
  struct ring_buffer* rb;

  source_open_ring(&rings[0].source, kBytes);
  source_open_ring(&rings[1].source, kBytes);
  source_pin(0);
  rb = ring_buffer__new(rings[0].source.map_fd, on_sample, &rings[0], NULL);
  if (!rb || ring_buffer__add(rb, rings[1].source.map_fd, on_sample, &rings[1])) {
    perror("ring_buffer__new, __add");
    return 1;
  }
  check_growing(rb, &rings[0]);
  check_growing(rb, &rings[1]);
  check_stopping(rb, consume);
  check_stopping(rb, poll_once);
  CHECK(rings[0].wrong == 0 && rings[1].wrong == 0);
  printf("%llu and %llu records\n", (unsigned long long)rings[0].seen,
         (unsigned long long)rings[1].seen);
  ring_buffer__free(rb);
  source_close(&rings[0].source);
  source_close(&rings[1].source);
  return failures != 0;
}
