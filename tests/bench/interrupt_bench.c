/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* How long it takes from an interrupt to the return of a poll that sleeps in another thread, and
 * for comparison how long the same thread takes to return from a read of a pipe. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <ringside/ringside.h>

#include "../support/bpf_calls.h"
#include "bench.h"

enum { kRounds = 2000, kRingSize = 4096 };

/* What is slept in, and how it is ended; each returns a negative errno if it cannot. */
struct sleeper {
  const char* what;
  int (*sleep)(void);
  int (*end)(void);
};

static struct {
  __typeof__(&perf_buffer__new) new_perf;
  __typeof__(&perf_buffer__poll) poll_perf;
  __typeof__(&perf_buffer__free) free_perf;
  __typeof__(&ringside_perf_buffer__interrupt) interrupt_perf;
  __typeof__(&ring_buffer__new) new_ring;
  __typeof__(&ring_buffer__poll) poll_ring;
  __typeof__(&ring_buffer__free) free_ring;
  __typeof__(&ringside_ring_buffer__interrupt) interrupt_ring;
} call;

static struct perf_buffer* perf;
static struct ring_buffer* ring;
static int ends[2];

static int sleep_in_pipe(void) {
  char byte;

  return read(ends[0], &byte, 1) == 1 ? 0 : -errno;
}
static int end_pipe(void) {
  return write(ends[1], "", 1) == 1 ? 0 : -errno;
}
static int sleep_in_perf(void) {
  return call.poll_perf(perf, -1);
}
static int end_perf(void) {
  return call.interrupt_perf(perf);
}
static int sleep_in_ring(void) {
  return call.poll_ring(ring, -1);
}
static int end_ring(void) {
  return call.interrupt_ring(ring);
}

static const struct sleeper sleepers[] = {
    {"read(2) of a pipe", sleep_in_pipe, end_pipe},
    {"perf_buffer__poll", sleep_in_perf, end_perf},
    {"ring_buffer__poll", sleep_in_ring, end_ring},
};

static const struct sleeper* sleeper;
static atomic_int thread_id;
static atomic_int woken; /* how many rounds are over */
static double returned_ns;

static void* sleep_each_round(void* unused) {
  (void)unused;
  atomic_store(&thread_id, (int)syscall(SYS_gettid));
  for (int round = 0; round < kRounds; round++) {
    int err = sleeper->sleep();

    returned_ns = bench_now_ns();
    if (err < 0)
      bench_die(sleeper->what, -err);
    atomic_fetch_add(&woken, 1);
  }
  return NULL;
}

/* sleeps: whether the kernel has the thread asleep, by /proc/self/task/TID/stat. */
static int sleeps(int thread) {
  char path[64], text[256];
  FILE* file;
  const char* state = NULL;

  snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
  file = fopen(path, "re");
  if (!file)
    bench_die(path, errno);
  if (fgets(text, sizeof(text), file))
    state = strrchr(text, ')');
  fclose(file);
  return state && state[2] == 'S';
}

static void measure(const struct sleeper* what) {
  uint32_t* took = bench_allocate(kRounds * sizeof(*took));
  pthread_t thread;
  int err;

  sleeper = what;
  atomic_store(&thread_id, 0);
  atomic_store(&woken, 0);
  err = pthread_create(&thread, NULL, sleep_each_round, NULL);
  if (err)
    bench_die("making a thread", err);
  while (!atomic_load(&thread_id))
    sched_yield();
  for (int round = 0; round < kRounds; round++) {
    double began_ns;

    while (!sleeps(atomic_load(&thread_id)))
      sched_yield();
    began_ns = bench_now_ns();
    err = what->end();
    if (err)
      bench_die("interrupting", -err);
    while (atomic_load(&woken) == round)
      sched_yield();
    took[round] = (uint32_t)(returned_ns - began_ns);
  }
  pthread_join(thread, NULL);
  printf("%-20s %8.1f %8.1f %8.1f\n", what->what, bench_quantile(took, kRounds, 0.5) / 1000,
         bench_quantile(took, kRounds, 0.99) / 1000, bench_quantile(took, kRounds, 1) / 1000);
  free(took);
}

static int no_sample(void* ctx, void* data, size_t size) {
  (void)ctx;
  (void)data;
  (void)size;
  return 0;
}

int main(int argc, char** argv) {
  struct library ours;
  int perf_map, ring_map;

  if (argc != 2) {
    fprintf(stderr, "usage: interrupt_bench LIBRINGSIDE\n");
    return 2;
  }
  ours = bench_load(argv[1]);
  call.new_perf = bench_function(&ours, "perf_buffer__new");
  call.poll_perf = bench_function(&ours, "perf_buffer__poll");
  call.free_perf = bench_function(&ours, "perf_buffer__free");
  call.interrupt_perf = bench_function(&ours, "ringside_perf_buffer__interrupt");
  call.new_ring = bench_function(&ours, "ring_buffer__new");
  call.poll_ring = bench_function(&ours, "ring_buffer__poll");
  call.free_ring = bench_function(&ours, "ring_buffer__free");
  call.interrupt_ring = bench_function(&ours, "ringside_ring_buffer__interrupt");

  perf_map = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4,
                                (uint32_t)sysconf(_SC_NPROCESSORS_CONF), 0);
  ring_map = sys_bpf_map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, kRingSize, 0);
  if (perf_map < 0 || ring_map < 0)
    bench_die("creating maps", perf_map < 0 ? -perf_map : -ring_map);
  perf = call.new_perf(perf_map, 1, NULL, NULL, NULL, NULL);
  ring = call.new_ring(ring_map, no_sample, NULL, NULL);
  if (!perf || !ring || pipe(ends))
    bench_die("making buffers", errno);

  printf("From the interrupt to the return, in microseconds, of %d rounds\n\n", kRounds);
  printf("%-20s %8s %8s %8s\n", "", "median", "99 %", "longest");
  for (size_t i = 0; i < sizeof(sleepers) / sizeof(sleepers[0]); i++)
    measure(&sleepers[i]);

  call.free_perf(perf);
  call.free_ring(ring);
  return 0;
}
