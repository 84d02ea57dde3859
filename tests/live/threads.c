/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* threads: one thread a ring reads with perf_buffer__consume_buffer, all at once, while a process
 * on each CPU makes records. Each must come once, in order, whole, on the thread of its ring. */
#include <bpf/libbpf.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source.h"

static struct source source;

enum { kRecords = 50000, kPages = 64, kRingsMax = 64 };

struct ring {
  struct perf_buffer* pb;
  size_t index;
  pthread_t thread;
  pid_t child;
  int cpu;              /* what its records come from */
  uint64_t seen, wrong; /* the thread's own */
  int failed;
  _Atomic uint64_t* progress; /* shared with the child */
};

static struct ring rings[kRingsMax];
static _Thread_local struct ring* current;

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  if (!current) {
    fprintf(stderr, "a record in a thread that reads none\n");
    abort();
  }
  if (cpu != current->cpu || !source_check(data, size, current->seen))
    current->wrong++;
  atomic_store_explicit(current->progress, ++current->seen, memory_order_relaxed);
}

static void on_lost(void* ctx, int cpu, __u64 count) {
  (void)ctx;
  (void)cpu;
  current->wrong += count;
}

static void* read_ring(void* argument) {
  current = argument;
  while (current->seen < kRecords && !current->failed && !current->wrong) {
    uint64_t before = current->seen;

    current->failed = perf_buffer__consume_buffer(current->pb, current->index) != 0;
    if (current->seen == before)
      sched_yield();
  }
  return NULL;
}

static void send_records(const struct ring* ring, uint64_t window) {
  if (source_pin((int)ring->index) != ring->cpu)
    _exit(1);
  for (uint64_t number = 0; number < kRecords; number++) {
    while (number - atomic_load_explicit(ring->progress, memory_order_relaxed) >= window)
      sched_yield();
    source_emit(&source, 1);
  }
  _exit(0);
}

int main(void) {
  struct perf_buffer* pb;
  uint64_t window = (uint64_t)kPages * (uint64_t)sysconf(_SC_PAGESIZE) / kSourceRecordMax;
  _Atomic uint64_t* progress = mmap(NULL, sizeof(*progress) * kRingsMax, PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  size_t count;
  cpu_set_t allowed;
  int failed = 0;

  sched_getaffinity(0, sizeof(allowed), &allowed);
  source_open(&source);
  pb = perf_buffer__new(source.map_fd, kPages, on_sample, on_lost, NULL, NULL);
  if (!pb) {
    perror("perf_buffer__new");
    return 1;
  }
  count = perf_buffer__buffer_cnt(pb);
  if (count < 2 || (int)count != CPU_COUNT(&allowed) || count > kRingsMax) {
    printf("SKIP: needs from 2 to %d CPUs, all of them allowed\n", kRingsMax);
    return 77;
  }
  for (size_t i = 0; i < count; i++) {
    rings[i] = (struct ring){.pb = pb, .index = i, .progress = &progress[i]};
    rings[i].cpu = source_pin((int)i);
    sched_setaffinity(0, sizeof(allowed), &allowed);
    rings[i].child = source_fork();
    if (rings[i].child == 0)
      send_records(&rings[i], window);
  }
  for (size_t i = 0; i < count; i++)
    pthread_create(&rings[i].thread, NULL, read_ring, &rings[i]);
  for (size_t i = 0; i < count; i++) {
    int status;

    pthread_join(rings[i].thread, NULL);
    if (rings[i].failed || rings[i].wrong)
      kill(rings[i].child, SIGKILL);
    waitpid(rings[i].child, &status, 0);
    printf("ring %zu: %llu seen, %llu wrong\n", i, (unsigned long long)rings[i].seen,
           (unsigned long long)rings[i].wrong);
    failed |= rings[i].failed || rings[i].wrong || rings[i].seen != kRecords || status;
  }
  perf_buffer__free(pb);
  source_close(&source);
  return failed;
}
