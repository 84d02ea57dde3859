/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* system_calls: a reader that polls, first while nothing comes and then under load. Calls of getsid
 * mark where each part begins and where the second ends. system_calls.py counts what is between.
 *
 *   live-system_calls perf|ring */
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schedule.h"

enum { kBytes = 1 << 20, kPages = 64, kPollMs = 100, kIdleUs = 2500000, kBusyUs = 1500000 };

static struct perf_buffer* perf;
static struct ring_buffer* ring;
static uint64_t seen;

static void on_perf(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx, (void)cpu, (void)data, (void)size;
  seen++;
}
static int on_ring(void* ctx, void* data, size_t size) {
  (void)ctx, (void)data, (void)size;
  seen++;
  return 0;
}

static void read_for(double us) {
  const double end_us = schedule_now_us() + us;

  while (schedule_now_us() < end_us)
    if ((perf ? perf_buffer__poll(perf, kPollMs) : ring_buffer__poll(ring, kPollMs)) < 0)
      source_give_up("polling", -errno);
}

int main(int argc, char** argv) {
  const struct schedule load = {.calls = 4000000, .per_period = 1, .period_us = 20};
  struct progress* progress =
      mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct source source;
  cpu_set_t cpus;
  pid_t writer;

  if (argc != 2 || progress == MAP_FAILED)
    return 2;
  if (!strcmp(argv[1], "perf")) {
    source_open(&source);
    perf = perf_buffer__new(source.map_fd, kPages, on_perf, NULL, NULL, NULL);
  } else {
    source_open_ring(&source, kBytes);
    ring = ring_buffer__new(source.map_fd, on_ring, NULL, NULL);
  }
  if (!perf && !ring)
    source_give_up("making a reader", -errno);
  sched_getaffinity(0, sizeof(cpus), &cpus);
  source_pin(1);
  getsid(0);
  read_for(kIdleUs);
  getsid(0);
  sched_setaffinity(0, sizeof(cpus), &cpus);
  writer = schedule_start(&load, &source, 0, progress);
  source_pin(1);
  read_for(kBusyUs);
  getsid(0);
  kill(writer, SIGKILL);
  waitpid(writer, NULL, 0);
  printf("%llu records\n", (unsigned long long)seen);
  return 0;
}
