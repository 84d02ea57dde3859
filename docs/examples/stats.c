/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* stats: where did my events go? We make more of them than the rings can hold, read what is there,
 * and ask <ringside/ringside.h> for the rest of the story.
 *
 *   cc stats.c events.c -lringside -lbpf -o stats && sudo ./stats
 *
 * The part that you would take over is print_stats(). */
#include <bpf/libbpf.h>
#include <errno.h>
#include <ringside/ringside.h>
#include <stdio.h>
#include <unistd.h>

#include "events.h"

enum { kEvents = 10000, kPages = 8 };

/* Numbers of one ring, or of all (RINGSIDE_ALL_RINGS). By stats.sz the library knows which fields
 * we were compiled with. Any thread may ask, at any time. */
static int print_stats(const struct perf_buffer* pb, size_t ring) {
  struct ringside_stats stats = {.sz = sizeof(stats)};
  __u64 lost;
  int err = ringside_perf_buffer__stats(pb, ring, &stats);

  if (err)
    return err;
  /* Both kinds of loss: those that the kernel has written a record of, and those that it has only
   * counted so far. */
  lost = stats.lost_recorded + stats.lost_unrecorded;
  if (ring == RINGSIDE_ALL_RINGS)
    printf("all CPUs: ");
  else
    printf("CPU %4d: ", stats.cpu);
  printf("%llu read, %llu lost, %llu corrupt; at most %llu of %llu bytes waited\n",
         (unsigned long long)stats.records, (unsigned long long)lost,
         (unsigned long long)stats.corrupt, (unsigned long long)stats.highest_fill,
         (unsigned long long)stats.size);
  return 0;
}

static unsigned long long seen;

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  (void)cpu;
  (void)data;
  (void)size;
  seen++;
}

int main(void) {
  struct perf_buffer* pb;
  int map, source, err;

  map = events_map();
  if (map < 0)
    return refused("creating a map", map);
  pb = perf_buffer__new(map, kPages, on_sample, NULL, NULL, NULL);
  if (!pb)
    return refused("perf_buffer__new", -errno);
  source = events_start(map);
  if (source < 0)
    return refused("starting the BPF program", source);

  /* Much more than 8 pages hold. No reader runs meanwhile. */
  events_make(kEvents);
  close(source);

  printf("before reading:\n");
  err = print_stats(pb, RINGSIDE_ALL_RINGS);
  perf_buffer__consume(pb);

  printf("after reading:\n");
  for (size_t ring = 0; !err && ring < perf_buffer__buffer_cnt(pb); ring++)
    err = print_stats(pb, ring);
  if (!err)
    err = print_stats(pb, RINGSIDE_ALL_RINGS);
  printf("%llu events were sent to the callback, of %d\n", seen, kEvents);

  perf_buffer__free(pb);
  close(map);
  return err ? 1 : 0;
}
