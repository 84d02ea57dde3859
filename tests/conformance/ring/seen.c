/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* seen: the callbacks that keep what they get. */
#include "ring/seen.h"

#include <string.h>

static struct seen_event* next(struct seen* seen) {
  static struct seen_event spill;

  /* If there is no room, it is only counted, and the checks of the case see the count. */
  return seen->count < seen_max ? &seen->events[seen->count] : &spill;
}

static void done(struct seen* seen) {
  seen->count++;
  if (seen->hook)
    seen->hook(seen);
}

void seen_sample(void* ctx, int cpu, void* data, __u32 size) {
  struct seen* seen = ctx;
  struct seen_event* event = next(seen);

  *event = (struct seen_event){
      .kind = SEEN_SAMPLE, .cpu = cpu, .size = size, .address = (uintptr_t)data};
  memcpy(&event->first, data, size < sizeof(event->first) ? size : sizeof(event->first));
  if (seen->want && (size < seen->want_size || memcmp(data, seen->want, seen->want_size) != 0))
    seen->mismatches++;
  seen->samples++;
  done(seen);
}

void seen_lost(void* ctx, int cpu, __u64 count) {
  struct seen* seen = ctx;

  *next(seen) = (struct seen_event){.kind = SEEN_LOST, .cpu = cpu, .lost = count};
  seen->losses++;
  seen->lost_total += count;
  done(seen);
}

enum bpf_perf_event_ret seen_record(void* ctx, int cpu, struct perf_event_header* header) {
  struct seen* seen = ctx;
  struct seen_event* event = next(seen);
  unsigned index = seen->count;

  *event = (struct seen_event){.kind = SEEN_RECORD,
                               .cpu = cpu,
                               .size = header->size,
                               .type = header->type,
                               .address = (uintptr_t)header};
  if (header->type == PERF_RECORD_SAMPLE) {
    const unsigned char* payload = (const unsigned char*)header + 12;

    memcpy(&event->first, payload, header->size < 20 ? 4 : 8);
    if (seen->want &&
        (header->size < 12 + seen->want_size || memcmp(payload, seen->want, seen->want_size) != 0))
      seen->mismatches++;
    seen->samples++;
  }
  done(seen);
  return index < seen->answer_count ? seen->answers[index] : LIBBPF_PERF_EVENT_CONT;
}

void seen_clear(struct seen* seen) {
  seen->count = seen->samples = seen->losses = seen->mismatches = 0;
  seen->lost_total = 0;
}

struct perf_event_attr seen_attr(void) {
  struct perf_event_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.size = sizeof(attr);
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_BPF_OUTPUT;
  attr.sample_type = PERF_SAMPLE_RAW;
  attr.sample_period = 1;
  attr.wakeup_events = 1;
  return attr;
}
