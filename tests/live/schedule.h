/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* schedule: children that are traced, and when each of them makes its calls. */
#ifndef RINGSIDE_TESTS_LIVE_SCHEDULE_H
#define RINGSIDE_TESTS_LIVE_SCHEDULE_H

#include <stdatomic.h>
#include <stdint.h>

#include "source.h"

/* `calls` in all, `per_period` of them each period, `gap_us` apart. A late one moves all those
 * after it: a child that could not run for a while does not make a burst of its own. */
struct schedule {
  uint64_t calls, per_period;
  double period_us, gap_us;
};

/* How far a child is. */
struct progress {
  _Atomic uint64_t sent;
  _Atomic int ended;
};

/* schedule_start forks a child that is traced by `source`, on the n-th of the CPUs that it may use
 * if there is one. `progress` is shared memory. Returns its process id. */
pid_t schedule_start(const struct schedule* schedule, const struct source* source, int n,
                     struct progress* progress);

/* The time of CLOCK_MONOTONIC. */
double schedule_now_us(void);

#endif /* RINGSIDE_TESTS_LIVE_SCHEDULE_H */
