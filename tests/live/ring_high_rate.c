/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_high_rate: two BPF rings in one ring_buffer, each with a child that makes records as fast as
 * they are taken: each must come once, in order, whole, and a reader that has read all there was
 * must be woken. Then the children overtake: they make more than fits while the reader stands. What
 * comes is in order and whole, and what does not is what the BPF program was told of. */
#include <bpf/libbpf.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "source.h"

enum { kRings = 2, kRecords = 200000, kOverrun = 30000, kBytes = 1 << 20, kWakeupMs = 10000 };

static struct ring {
  struct source source;
  pid_t child;
  uint64_t next; /* the number that must come next */
  uint64_t seen, wrong;
  _Atomic uint64_t* progress; /* shared with the child */
} rings[kRings];

static int on_sample(void* ctx, void* data, size_t size) {
  struct ring* ring = ctx;
  uint64_t number = source_number(data);

  if (number < ring->next || !source_check_ring(data, size, number))
    ring->wrong++;
  ring->next = number + 1;
  ring->seen++;
  atomic_store_explicit(ring->progress, ring->next, memory_order_relaxed);
  return 0;
}

/* A child of each ring, on a CPU of its own if there are enough, sends records from `first` to
 * before `end`, at most `window` ahead of the reader. */
static void start_children(uint64_t first, uint64_t end, uint64_t window) {
  for (int i = 0; i < kRings; i++) {
    const struct ring* ring = &rings[i];

    rings[i].child = source_fork();
    if (rings[i].child != 0)
      continue;
    if (source_pin(i) < 0)
      source_pin(0);
    for (uint64_t number = first; number < end; number++) {
      while (number - atomic_load_explicit(ring->progress, memory_order_relaxed) >= window)
        sched_yield();
      source_emit(&ring->source, 1);
    }
    _exit(0);
  }
}

static int await_children(int kill_them) {
  int status, failed = 0;

  for (int i = 0; i < kRings; i++) {
    if (kill_them)
      kill(rings[i].child, SIGKILL);
    failed |= waitpid(rings[i].child, &status, 0) < 0 || status != 0;
  }
  return failed;
}

/* Whether all that was sent to each ring came, but for what the BPF program was told of. */
static int report(const char* phase, uint64_t sent, int may_drop) {
  int failed = 0;

  for (int i = 0; i < kRings; i++) {
    const struct ring* ring = &rings[i];
    uint64_t dropped = source_dropped(&ring->source);

    printf("%s, ring %d: %llu sent, %llu seen, %llu dropped, %llu wrong\n", phase, i,
           (unsigned long long)sent, (unsigned long long)ring->seen, (unsigned long long)dropped,
           (unsigned long long)ring->wrong);
    failed |= ring->seen + dropped != sent || ring->wrong || (dropped != 0) != may_drop;
  }
  return failed;
}

static int64_t now_ms(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads until all records of the paced phase have come. Before each wait there is a read that does
 * not wait, so that what it leaves behind is what has to wake the next. A wait may end with nothing
 * read, when the next record is not yet submitted, but not by its time running out. */
static int read_in_time(struct ring_buffer* rb) {
  uint64_t count = 0;

  for (int round = 0; count < (uint64_t)kRings * kRecords; round++) {
    int64_t start = now_ms();
    int result = round % 2 ? ring_buffer__consume(rb) : ring_buffer__poll(rb, kWakeupMs);

    if (result < 0 || now_ms() - start >= kWakeupMs) {
      printf("read %d gave %d after %llu records\n", round, result, (unsigned long long)count);
      return 1;
    }
    count += (uint64_t)result;
  }
  return 0;
}

int main(void) {
  _Atomic uint64_t* progress = mmap(NULL, kRings * sizeof(*progress), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct ring_buffer* rb = NULL;
  cpu_set_t allowed;
  int failed = 0;

  sched_getaffinity(0, sizeof(allowed), &allowed);
  for (int i = 0; i < kRings; i++) {
    rings[i].progress = &progress[i];
    source_open_ring(&rings[i].source, kBytes);
    if (i == 0)
      rb = ring_buffer__new(rings[0].source.map_fd, on_sample, &rings[0], NULL);
    else
      failed |= ring_buffer__add(rb, rings[i].source.map_fd, on_sample, &rings[i]);
    if (!rb || failed) {
      perror("ring_buffer__new, __add");
      return 1;
    }
  }

  start_children(0, kRecords, kBytes / kSourceRecordMax);
  failed = read_in_time(rb);
  failed |= await_children(failed);
  failed |= report("read in time", kRecords, 0);

  start_children(kRecords, kRecords + kOverrun, UINT64_MAX);
  failed |= await_children(0);
  failed |= ring_buffer__consume(rb) <= 0;
  failed |= report("overtaken", kRecords + kOverrun, 1);

  /* There is room again. */
  for (int i = 0; i < kRings; i++) {
    uint64_t seen = rings[i].seen;
    int result;

    sched_setaffinity(0, sizeof(allowed), &allowed);
    if (source_pin(i) < 0) /* the CPU that the child was on: its numbers go on */
      source_pin(0);
    source_emit(&rings[i].source, 1);
    result = ring_buffer__poll(rb, kWakeupMs);
    if (result != 1 || rings[i].seen != seen + 1 || rings[i].wrong ||
        rings[i].next != kRecords + kOverrun + 1) {
      printf("ring %d, afterwards: poll gave %d, next is %llu\n", i, result,
             (unsigned long long)rings[i].next);
      failed = 1;
    }
  }
  ring_buffer__free(rb);
  for (int i = 0; i < kRings; i++)
    source_close(&rings[i].source);
  return failed;
}
