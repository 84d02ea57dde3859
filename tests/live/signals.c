/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* signals: a signal ends perf_buffer__poll with EINTR, whether or not its handler restarts system
 * calls, and nothing that was written is missed afterwards. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "source.h"

static struct source source;

enum { kRounds = 20, kRecords = 10, kPages = 8 };

static struct { uint64_t seen, wrong; } reader;

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  (void)cpu;
  if (!source_check(data, size, reader.seen++))
    reader.wrong++;
}

static void on_alarm(int number) {
  (void)number;
}

/* One round: interrupted with nothing to read, then everything is read. Returns what was wrong. */
static int interrupt(struct perf_buffer* pb, int flags) {
  /* It fires again and again, so that none is too early for the wait. */
  const struct itimerval timer = {{0, 5000}, {0, 5000}}, off = {{0, 0}, {0, 0}};
  struct sigaction action;
  uint64_t before = reader.seen;
  int result, error;

  memset(&action, 0, sizeof(action));
  action.sa_handler = on_alarm;
  action.sa_flags = flags;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &timer, NULL);
  errno = 0;
  result = perf_buffer__poll(pb, -1);
  error = errno;
  setitimer(ITIMER_REAL, &off, NULL);
  if (result != -EINTR || error != EINTR) {
    printf("poll gave %d, errno %d, not EINTR\n", result, error);
    return 1;
  }
  source_emit(&source, kRecords);
  result = perf_buffer__poll(pb, 1000);
  if (result != 1 || reader.seen != before + kRecords || reader.wrong) {
    printf("poll gave %d and %llu records\n", result, (unsigned long long)(reader.seen - before));
    return 1;
  }
  return 0;
}

int main(void) {
  struct perf_buffer* pb;
  int failed = 0;

  source_open(&source);
  source_pin(0);
  pb = perf_buffer__new(source.map_fd, kPages, on_sample, NULL, NULL, NULL);
  if (!pb) {
    perror("perf_buffer__new");
    return 1;
  }
  for (int round = 0; round < kRounds; round++)
    failed |= interrupt(pb, round % 2 ? SA_RESTART : 0);
  perf_buffer__free(pb);
  source_close(&source);
  printf("%d interruptions, %llu records\n", kRounds, (unsigned long long)reader.seen);
  return failed;
}
