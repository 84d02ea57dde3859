/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bounded: how does a program read a flood of events without neglecting its other work? It reads at
 * most a given number at a time, and for at most a given time. Each call begins with another ring,
 * so no CPU has to wait for a busier one.
 *
 *   cc bounded.c events.c -lringside -lbpf -o bounded && sudo ./bounded */
#include <bpf/libbpf.h>
#include <errno.h>
#include <ringside/ringside.h>
#include <stdio.h>
#include <unistd.h>

#include "events.h"

enum { kEvents = 1000, kPages = 16, kAtMost = 64, kMicroseconds = 10000 };

static int seen;

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  (void)cpu;
  (void)data;
  (void)size;
  seen++;
}

int main(void) {
  /* By bounds.sz the library knows which fields we were compiled with. */
  struct ringside_bounds bounds = {
      .sz = sizeof(bounds), .max_records = kAtMost, .max_us = kMicroseconds};
  struct perf_buffer* pb;
  int map, source, read, calls = 0, largest = 0;

  map = events_map();
  if (map < 0)
    return refused("creating a map", map);
  pb = perf_buffer__new(map, kPages, on_sample, NULL, NULL, NULL);
  if (!pb)
    return refused("perf_buffer__new", -errno);
  source = events_start(map);
  if (source < 0)
    return refused("starting the BPF program", source);
  events_make(kEvents);
  close(source);

  /* As long as a call leaves something unread, the next one comes without waiting: the kernel has
   * told of those events, and will not do so again. */
  do {
    read = ringside_perf_buffer__consume_bounded(pb, &bounds);
    if (read < 0)
      return refused("reading", read);
    calls++;
    largest = read > largest ? read : largest;
    /* Here is the time for other work. */
  } while (bounds.more);
  printf("%d of %d events read in %d calls, at most %d in one\n", seen, kEvents, calls, largest);

  perf_buffer__free(pb);
  close(map);
  return 0;
}
