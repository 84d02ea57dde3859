/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* lost_record: the tail is set to where the head is now, not to where it was when the read began,
 * so that a record that came meanwhile is never seen. */
#include <linux/perf_event.h>

#include "mutant.h"

enum { rings_max = 64 };

static struct perf_event_mmap_page* page_of(struct perf_buffer* pb, size_t index) {
  void* base = NULL;
  size_t size;

  return perf_buffer__buffer(pb, (int)index, &base, &size) == 0 ? base : NULL;
}

int perf_buffer__consume(struct perf_buffer* pb) {
  NEXT(perf_buffer__consume);
  size_t count = perf_buffer__buffer_cnt(pb);
  __u64 heads[rings_max] = {0};
  int result;

  for (size_t i = 0; i < count && i < rings_max; i++)
    heads[i] = page_of(pb, i)->data_head;
  result = next(pb);
  for (size_t i = 0; i < count && i < rings_max; i++)
    if (page_of(pb, i)->data_head != heads[i])
      page_of(pb, i)->data_tail = page_of(pb, i)->data_head;
  return result;
}
