/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The child's side. It sleeps only where the next call is far away. */
#include "schedule.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { kSleepsUs = 200, kWakesEarlyUs = 100, kPriority = -20 };

double schedule_now_us(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* wait_until returns how late it is. */
static double wait_until(double us) {
  double left = us - schedule_now_us();

  if (left > kSleepsUs) {
    const double sleep = left - kWakesEarlyUs;
    const struct timespec length = {.tv_sec = (time_t)(sleep / 1e6),
                                    .tv_nsec = (long)(sleep * 1e3) % 1000000000L};

    nanosleep(&length, NULL);
  }
  while ((left = us - schedule_now_us()) > 0)
    ;
  return -left;
}

pid_t schedule_start(const struct schedule* schedule, const struct source* source, int n,
                     struct progress* progress) {
  pid_t child = source_fork();

  if (child != 0)
    return child;
  if (source_pin(n) < 0)
    source_pin(0);
  /* Other programs would make pauses, in which a ring is quiet. Without the privilege its rate
   * varies. */
  (void)setpriority(PRIO_PROCESS, 0, kPriority);
  double start = schedule_now_us();

  for (uint64_t i = 0; i < schedule->calls; i++) {
    start += wait_until(start + (double)(i / schedule->per_period) * schedule->period_us +
                        (double)(i % schedule->per_period) * schedule->gap_us);
    source_emit(source, 1);
    atomic_store(&progress->sent, i + 1);
  }
  atomic_store(&progress->ended, 1);
  _exit(0);
}
