/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* signals: a signal ends perf_buffer__poll and ring_buffer__poll with EINTR, whether or not its
 * handler restarts system calls, and nothing that was written is missed afterwards. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "source.h"

enum { kRounds = 20, kRecords = 10, kPages = 8, kBytes = 1 << 15, kWakeupMs = 10000 };

static struct perf_buffer* pb;
static struct ring_buffer* rb;

static int poll_perf(int timeout_ms) {
  return perf_buffer__poll(pb, timeout_ms);
}

static int poll_ring(int timeout_ms) {
  return ring_buffer__poll(rb, timeout_ms);
}

static struct reader {
  const char* name;
  int (*poll)(int timeout_ms);
  int result; /* of a poll that finds kRecords */
  struct source source;
  uint64_t seen, wrong;
} perf = {.name = "perf_buffer__poll", .poll = poll_perf, .result = 1},
  ring = {.name = "ring_buffer__poll", .poll = poll_ring, .result = kRecords};

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  struct reader* reader = ctx;

  (void)cpu;
  if (!source_check(data, size, reader->seen++))
    reader->wrong++;
}

static int on_ring_sample(void* ctx, void* data, size_t size) {
  struct reader* reader = ctx;

  if (!source_check_ring(data, size, reader->seen++))
    reader->wrong++;
  return 0;
}

static void on_alarm(int number) {
  (void)number;
}

/* One round: interrupted with nothing to read, then everything is read. Returns what was wrong. */
static int interrupt(const struct reader* reader, int flags) {
  /* It fires again and again, so that none is too early for the wait. */
  const struct itimerval timer = {{0, 5000}, {0, 5000}}, off = {{0, 0}, {0, 0}};
  struct sigaction action;
  uint64_t before = reader->seen;
  int result, error;

  memset(&action, 0, sizeof(action));
  action.sa_handler = on_alarm;
  action.sa_flags = flags;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &timer, NULL);
  errno = 0;
  result = reader->poll(-1);
  error = errno;
  setitimer(ITIMER_REAL, &off, NULL);
  if (result != -EINTR || error != EINTR) {
    printf("%s gave %d, errno %d, not EINTR\n", reader->name, result, error);
    return 1;
  }
  source_emit(&reader->source, kRecords);
  result = reader->poll(kWakeupMs);
  if (result != reader->result || reader->seen != before + kRecords || reader->wrong) {
    printf("%s gave %d and %llu records\n", reader->name, result,
           (unsigned long long)(reader->seen - before));
    return 1;
  }
  return 0;
}

int main(void) {
  int failed = 0;

  source_open(&perf.source);
  source_open_ring(&ring.source, kBytes);
  source_pin(0);
  pb = perf_buffer__new(perf.source.map_fd, kPages, on_sample, NULL, &perf, NULL);
  rb = ring_buffer__new(ring.source.map_fd, on_ring_sample, &ring, NULL);
  if (!pb || !rb) {
    perror("perf_buffer__new, ring_buffer__new");
    return 1;
  }
  for (int round = 0; round < kRounds; round++) {
    failed |= interrupt(&perf, round % 2 ? SA_RESTART : 0);
    failed |= interrupt(&ring, round % 2 ? SA_RESTART : 0);
  }
  perf_buffer__free(pb);
  ring_buffer__free(rb);
  source_close(&perf.source);
  source_close(&ring.source);
  printf("%d interruptions of each, %llu and %llu records\n", kRounds,
         (unsigned long long)perf.seen, (unsigned long long)ring.seen);
  return failed;
}
