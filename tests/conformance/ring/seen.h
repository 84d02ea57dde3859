/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* seen: what the callbacks of a case got, in order. */
#ifndef RINGSIDE_CONFORM_SEEN_H
#define RINGSIDE_CONFORM_SEEN_H

#include <linux/perf_event.h>
#include <stdint.h>

#include "harness/conform.h"

struct seen_event {
  enum { SEEN_SAMPLE, SEEN_LOST, SEEN_RECORD } kind;
  int cpu;
  uint32_t size;     /* of a sample; for a record its header's size */
  uint32_t type;     /* of a record */
  uint64_t lost;     /* of a loss */
  uint64_t first;    /* a sample's first 8 bytes; fewer if it is shorter */
  uintptr_t address; /* where it lay */
};

enum { seen_max = 4096 };

/* The context of a buffer: what came, and what event_cb must answer. */
struct seen {
  unsigned count, samples, losses;
  uint64_t lost_total;
  struct seen_event events[seen_max];
  /* Answers of seen_record, one for each record; CONT when there is none. */
  const enum bpf_perf_event_ret* answers;
  unsigned answer_count;
  /* Called at the end of each callback, if set. */
  void (*hook)(struct seen* seen);
  void* hook_data;
  /* The callback compares the bytes of a sample with these, if set. */
  const void* want;
  uint32_t want_size;
  unsigned mismatches;
};

/* The callbacks, for perf_buffer__new and perf_buffer__new_raw. */
void seen_sample(void* ctx, int cpu, void* data, __u32 size);
void seen_lost(void* ctx, int cpu, __u64 count);
enum bpf_perf_event_ret seen_record(void* ctx, int cpu, struct perf_event_header* header);

/* seen_clear forgets what came, and keeps the settings. */
void seen_clear(struct seen* seen);

/* seen_attr: the attributes with which perf_buffer__new_raw opens what perf_buffer__new opens. */
struct perf_event_attr seen_attr(void);

/* seen_padded: the size with which a payload of `size` bytes arrives. */
static inline uint32_t seen_padded(uint32_t size) {
  return ((size + 4 + 7) & ~7u) - 4;
}

#endif /* RINGSIDE_CONFORM_SEEN_H */
