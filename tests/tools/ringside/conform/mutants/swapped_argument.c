/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* swapped_argument: the CPU of a list of one and its map key change places. */
#include "mutant.h"

struct perf_buffer* perf_buffer__new_raw(int map_fd, size_t page_cnt, struct perf_event_attr* attr,
                                         perf_buffer_event_fn event_cb, void* ctx,
                                         const struct perf_buffer_raw_opts* opts) {
  NEXT(perf_buffer__new_raw);
  struct perf_buffer_raw_opts swapped;

  if (!opts || opts->sz < sizeof(*opts) || opts->cpu_cnt != 1)
    return next(map_fd, page_cnt, attr, event_cb, ctx, opts);
  swapped = *opts;
  swapped.sz = sizeof(swapped);
  swapped.cpus = opts->map_keys;
  swapped.map_keys = opts->cpus;
  return next(map_fd, page_cnt, attr, event_cb, ctx, &swapped);
}
