/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* calls: what this process asks of the kernel. The program stands in for the functions of libc that
 * a reader goes through, counts, and calls them. It must export its symbols. */
#ifndef RINGSIDE_TESTS_LIVE_CALLS_H
#define RINGSIDE_TESTS_LIVE_CALLS_H

#include <stdint.h>

struct calls {
  uint64_t map_updates; /* bpf(BPF_MAP_UPDATE_ELEM) */
  uint64_t waits;       /* epoll_wait() */
};

/* calls_so_far is what this thread and all others have called since the program began. */
struct calls calls_so_far(void);

/* calls_perf_events is how many perf events the process has open. */
int calls_perf_events(void);

#endif /* RINGSIDE_TESTS_LIVE_CALLS_H */
