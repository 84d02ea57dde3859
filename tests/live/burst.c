/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* burst: a perf_buffer of one page for each CPU, a burst of records without a read meanwhile,
 * and then one read. Prints the size of a ring, how many records came and how many were lost, and
 * whether the process runs set-user-id, or so. */
#include <bpf/libbpf.h>

#include <errno.h>
#include <stdio.h>
#include <sys/auxv.h>

#include "source.h"

enum { kRecords = 2000 };

static unsigned came;
static unsigned long long lost;

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx, (void)cpu, (void)data, (void)size;
  came++;
}

static void on_lost(void* ctx, int cpu, __u64 count) {
  (void)ctx, (void)cpu;
  lost += count;
}

int main(void) {
  struct source source;
  struct perf_buffer* pb;
  void* memory;
  size_t size = 0;

  source_open(&source);
  source_pin(0);
  pb = perf_buffer__new(source.map_fd, 1, on_sample, on_lost, NULL, NULL);
  if (!pb)
    source_give_up("perf_buffer__new", -errno);
  source_emit(&source, kRecords);
  perf_buffer__consume(pb);
  /* For a reader that learns of a loss by the next record. */
  source_emit(&source, 1);
  perf_buffer__consume(pb);
  if (perf_buffer__buffer(pb, 0, &memory, &size) != 0)
    return 1;
  perf_buffer__free(pb);
  source_close(&source);
  printf("secure %lu, size %zu, came %u, lost %llu\n", getauxval(AT_SECURE), size, came, lost);
  return came + lost == kRecords + 1 ? 0 : 1;
}
