/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* A timeline of one perf ring as JSON, for a picture: when each record was written and when it was
 * read, when the reader woke, and when it changed how the kernel wakes it. The load comes and goes.
 *
 *   wakeups_timeline LIBRARY */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "../live/calls.h"
#include "wakeups.h"

enum { kRecordsMax = 1 << 16 };

/* What the reader writes down, in memory that it shares. Times are of CLOCK_MONOTONIC. */
static struct timeline {
  uint64_t written_ns[kRecordsMax];
  double read_ns[kRecordsMax], woken_ns[kRecordsMax], switched_ns[kRecordsMax];
  uint64_t records, wakeups, switches;
} * timeline;

static void take_sample(void* ctx, int cpu, void* data, __u32 size) {
  struct told* told = ctx;

  (void)cpu;
  (void)size;
  if (timeline->records < kRecordsMax) {
    memcpy(&timeline->written_ns[timeline->records], data, sizeof(uint64_t));
    timeline->read_ns[timeline->records++] = bench_now_ns();
  }
  atomic_fetch_add(&told->records, 1);
}

/* The load: what rate for how long. */
static const struct phase {
  const char* name;
  double rate, ms;
} phases[] = {
    {"400/s", 400, 8},     {"100,000/s", 100e3, 6}, {"400/s", 400, 12},
    {"20,000/s", 20e3, 6}, {"400/s", 400, 12},
};
enum { kPhases = sizeof(phases) / sizeof(phases[0]) };

/* The reader of this program: a switch is an update of the map. */
void wakeups_read(const struct setup* setup, int map_fd, struct told* told, int ready) {
  struct library library = bench_load(setup->library);
  __typeof__(&perf_buffer__new) new_buffer = bench_function(&library, "perf_buffer__new");
  __typeof__(&perf_buffer__poll) poll_buffer = bench_function(&library, "perf_buffer__poll");
  struct perf_buffer* buffer =
      new_buffer(map_fd, kPerfRingBytes / 4096, take_sample, NULL, told, NULL);
  uint64_t updates = calls_so_far().map_updates;

  if (!buffer)
    bench_die("making a reader", errno);
  if (write(ready, "r", 1) != 1)
    _exit(1);
  for (uint64_t before = 0; timeline->wakeups < kRecordsMax && poll_buffer(buffer, -1) >= 0;
       before = timeline->records) {
    double now_ns = bench_now_ns();

    timeline->woken_ns[timeline->wakeups++] =
        timeline->records > before ? timeline->read_ns[before] : now_ns;
    for (; updates < calls_so_far().map_updates; updates++)
      timeline->switched_ns[timeline->switches++] = now_ns;
  }
  _exit(1);
}

static void print_times(const char* name, const double* at_ns, uint64_t count, double start) {
  printf(",\n\"%s\":[", name);
  for (uint64_t i = 0; i < count; i++)
    printf("%s%.1f", i ? "," : "", (at_ns[i] - start) / 1e3);
  printf("]");
}

int main(int argc, char** argv) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  struct session session;
  double start, starts[kPhases];
  struct told* told;

  if (argc != 2) {
    fprintf(stderr, "usage: wakeups_timeline LIBRARY\n");
    return 2;
  }
  setrlimit(RLIMIT_MEMLOCK, &limit); /* kernels before 5.11 charge maps to it */
  told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  timeline =
      mmap(NULL, sizeof(*timeline), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (told == MAP_FAILED || timeline == MAP_FAILED)
    bench_die("mapping memory", errno);
  memset(timeline, 0, sizeof(*timeline)); /* no page fault shows */
  wakeups_start(&session,
                &(struct setup){kPerfRing, kOurs, .library = argv[1], .ring_bytes = kPerfRingBytes},
                told);
  start = bench_now_ns();
  for (int i = 0; i < kPhases; i++) {
    starts[i] = bench_now_ns();
    wakeups_call_at(&session, phases[i].rate, phases[i].ms * 1e6);
  }
  wakeups_settle(&session);

  printf("{\"phases\":[");
  for (int i = 0; i < kPhases; i++)
    printf("%s[%.1f,\"%s\"]", i ? "," : "", (starts[i] - start) / 1e3, phases[i].name);
  printf("],\n\"end\":%.1f,\n\"records\":[", (bench_now_ns() - start) / 1e3);
  for (uint64_t i = 0; i < timeline->records; i++)
    printf("%s[%.1f,%.1f]", i ? "," : "", ((double)timeline->written_ns[i] - start) / 1e3,
           (timeline->read_ns[i] - start) / 1e3);
  printf("]");
  print_times("wakeups", timeline->woken_ns, timeline->wakeups, start);
  print_times("switches", timeline->switched_ns, timeline->switches, start);
  printf("}\n");
  wakeups_end(&session);
  return 0;
}
