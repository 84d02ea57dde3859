/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The reader's process: the library's own loop with default options, or the floor. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/perf_event.h>

#include <bpf/libbpf.h>

#include "wakeups.h"

static void take(struct told* told, const void* data) {
  uint64_t records = atomic_load_explicit(&told->records, memory_order_relaxed);

  if (atomic_load_explicit(&told->keep_delays, memory_order_relaxed)) {
    uint64_t count = atomic_load_explicit(&told->delay_count, memory_order_relaxed), written_ns;

    memcpy(&written_ns, data, sizeof(written_ns)); /* aligned to four bytes only */
    if (count < kDelaysMax) {
      double delay_ns = bench_now_ns() - (double)written_ns;

      told->delays_ns[count] = delay_ns > 0 ? (uint32_t)delay_ns : 0;
      atomic_store_explicit(&told->delay_count, count + 1, memory_order_relaxed);
    }
  }
  atomic_store_explicit(&told->records, records + 1, memory_order_release);
}

static void take_sample(void* told, int cpu, void* data, __u32 size) {
  (void)cpu;
  (void)size;
  take(told, data);
}

static int take_ring_sample(void* told, void* data, size_t size) {
  (void)size;
  take(told, data);
  return 0;
}

static enum bpf_perf_event_ret take_event(void* told, int cpu, struct perf_event_header* event) {
  (void)cpu;
  if (event->type == PERF_RECORD_SAMPLE)
    take(told, (const char*)(event + 1) + sizeof(uint32_t)); /* behind its size */
  return LIBBPF_PERF_EVENT_CONT;
}

/* A read that does not wait, every so often. */
static void read_by_timer(int (*consume)(void* made), void* made) {
  const struct timespec period = {.tv_nsec = kFloorPeriodUs * 1000L};

  while (consume(made) >= 0)
    clock_nanosleep(CLOCK_MONOTONIC, 0, &period, NULL);
}

static int (*consume_perf)(struct perf_buffer*);
static int (*consume_ring)(struct ring_buffer*);

static int consume_perf_buffer(void* made) {
  return consume_perf(made);
}

static int consume_ring_buffer(void* made) {
  return consume_ring(made);
}

static void set_ready(const void* made, int ready) {
  if (!made)
    bench_die("making a reader", errno);
  if (write(ready, "r", 1) != 1)
    _exit(1);
  close(ready);
}

static void read_perf(const struct library* library, const struct setup* setup, int map_fd,
                      struct told* told, int ready) {
  const int by_timer = setup->reader == kFloor;
  const size_t pages = setup->ring_bytes / (size_t)sysconf(_SC_PAGESIZE);
  __typeof__(&perf_buffer__new) new_buffer = bench_function(library, "perf_buffer__new");
  __typeof__(&perf_buffer__new_raw) new_raw = bench_function(library, "perf_buffer__new_raw");
  __typeof__(&perf_buffer__poll) poll = bench_function(library, "perf_buffer__poll");
  struct perf_event_attr attr = {
      .size = sizeof(attr),
      .type = PERF_TYPE_SOFTWARE,
      .config = PERF_COUNT_SW_BPF_OUTPUT,
      .sample_type = PERF_SAMPLE_RAW,
      .sample_period = 1,
      .watermark = 1,
      .wakeup_watermark = UINT32_MAX, /* the kernel makes it the whole ring: one wakeup a round */
  };
  struct perf_buffer* buffer = by_timer ? new_raw(map_fd, pages, &attr, take_event, told, NULL)
                                        : new_buffer(map_fd, pages, take_sample, NULL, told, NULL);

  consume_perf = bench_function(library, "perf_buffer__consume");
  set_ready(buffer, ready);
  if (by_timer)
    read_by_timer(consume_perf_buffer, buffer);
  else
    while (poll(buffer, -1) >= 0)
      ;
}

static void read_ring(const struct library* library, const struct setup* setup, int map_fd,
                      struct told* told, int ready) {
  const int by_timer = setup->reader == kFloor;
  __typeof__(&ring_buffer__new) new_buffer = bench_function(library, "ring_buffer__new");
  __typeof__(&ring_buffer__poll) poll = bench_function(library, "ring_buffer__poll");
  struct ring_buffer* buffer = new_buffer(map_fd, take_ring_sample, told, NULL);

  consume_ring = bench_function(library, "ring_buffer__consume");
  set_ready(buffer, ready);
  if (by_timer)
    read_by_timer(consume_ring_buffer, buffer);
  else
    while (poll(buffer, -1) >= 0)
      ;
}

void wakeups_read(const struct setup* setup, int map_fd, struct told* told, int ready) {
  struct library library = bench_load(setup->library);

  (setup->ring == kPerfRing ? read_perf : read_ring)(&library, setup, map_fd, told, ready);
  fprintf(stderr, "wakeups_bench: %s: reading ended: %s\n", setup->library, strerror(errno));
  _exit(1);
}
