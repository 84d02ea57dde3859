/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* high_rate: a traced child makes records as fast as the reader takes them: with default options
 * and 64 pages each must come once, in order, whole. Then it makes more than fit while the
 * reader stands: what comes is in order and whole, and what does not is counted. Ours may still
 * have the larger ring of a busy one then, which is 16 times as large. */
#include <bpf/libbpf.h>
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

enum { kRecords = 200000, kOverrun = 200000, kPages = 64 };

static struct {
  uint64_t next; /* the number that must come next */
  uint64_t seen, lost, wrong;
  _Atomic uint64_t* progress; /* shared with the child */
} reader;

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  uint64_t number = source_number(data);

  (void)ctx;
  (void)cpu;
  if (number < reader.next || !source_check(data, size, number))
    reader.wrong++;
  reader.next = number + 1;
  reader.seen++;
  atomic_store_explicit(reader.progress, reader.next, memory_order_relaxed);
}

static void on_lost(void* ctx, int cpu, __u64 count) {
  (void)ctx;
  (void)cpu;
  reader.lost += count;
}

/* A child on a CPU of its own sends records from `first` to before `end`, at most `window` ahead of
 * the reader. */
static pid_t start_child(uint64_t first, uint64_t end, uint64_t window) {
  pid_t child = source_fork();

  if (child == 0) {
    source_pin(0);
    for (uint64_t number = first; number < end; number++) {
      while (number - atomic_load_explicit(reader.progress, memory_order_relaxed) >= window)
        sched_yield();
      source_emit(&source, 1);
    }
    _exit(0);
  }
  return child;
}

static int report(const char* phase, uint64_t sent) {
  printf("%s: %llu sent, %llu seen, %llu lost, %llu wrong\n", phase, (unsigned long long)sent,
         (unsigned long long)reader.seen, (unsigned long long)reader.lost,
         (unsigned long long)reader.wrong);
  return reader.seen + reader.lost != sent || reader.next != sent || reader.wrong;
}

int main(void) {
  struct perf_buffer* pb;
  uint64_t window = (uint64_t)kPages * (uint64_t)sysconf(_SC_PAGESIZE) / kSourceRecordMax;
  int failed = 0, status;
  pid_t child;

  reader.progress = mmap(NULL, sizeof(*reader.progress), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  source_open(&source);
  pb = perf_buffer__new(source.map_fd, kPages, on_sample, on_lost, NULL, NULL);
  if (!pb) {
    perror("perf_buffer__new");
    return 1;
  }

  child = start_child(0, kRecords, window);
  while (waitpid(child, &status, WNOHANG) == 0 && !failed)
    failed = perf_buffer__poll(pb, 100) < 0 || reader.lost;
  if (failed)
    kill(child, SIGKILL);
  failed |= perf_buffer__consume(pb) != 0;
  failed |= report("read in time", kRecords) || reader.lost;

  waitpid(start_child(kRecords, kRecords + kOverrun, UINT64_MAX), &status, 0);
  failed |= perf_buffer__consume(pb) != 0;
  source_pin(0);
  source_emit(&source, 1); /* with it the kernel tells of those that did not fit */
  failed |= perf_buffer__consume(pb) != 0;
  failed |= report("overrun", kRecords + kOverrun + 1) || !reader.lost;
  perf_buffer__free(pb);
  source_close(&source);
  return failed;
}
