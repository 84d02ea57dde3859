/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* interrupt: how does a program stop that sleeps in a poll? A flag alone is not enough: it may be
 * set just before the poll begins to sleep. ringside_perf_buffer__interrupt() has that poll return,
 * or the next one, and may be called by a signal handler as here, or by another thread.
 *
 *   cc interrupt.c events.c -lringside -lbpf -o interrupt && sudo ./interrupt */
#include <bpf/libbpf.h>
#include <errno.h>
#include <ringside/ringside.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "events.h"

enum { kEvents = 1000, kPages = 8 };

static struct perf_buffer* pb;
static volatile sig_atomic_t stopped;
static int seen;

static void stop(int signal) {
  (void)signal;
  stopped = 1;
  ringside_perf_buffer__interrupt(pb);
}

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  (void)cpu;
  (void)data;
  (void)size;
  seen++;
}

int main(void) {
  int map, source, err = 0;

  map = events_map();
  if (map < 0)
    return refused("creating a map", map);
  pb = perf_buffer__new(map, kPages, on_sample, NULL, NULL, NULL);
  if (!pb)
    return refused("perf_buffer__new", -errno);
  source = events_start(map);
  if (source < 0)
    return refused("starting the BPF program", source);
  signal(SIGINT, stop);
  events_make(kEvents);
  close(source);

  /* No user types ^C here, so we send it before the first poll: the worst moment for a flag. */
  raise(SIGINT);
  while (!stopped || seen == 0) {
    /* Without an end: there is nothing that it would have to look after from time to time. */
    err = perf_buffer__poll(pb, -1);
    if (err < 0 && err != -EINTR)
      break;
  }
  printf("stopped, with %d of %d events read\n", seen, kEvents);

  perf_buffer__free(pb);
  close(map);
  return err < 0 && err != -EINTR ? 1 : 0;
}
