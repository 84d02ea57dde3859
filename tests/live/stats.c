/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* stats: a burst that overruns a ring, one poll, silence, and the end, with or without freeing the
 * buffer first. Prints what was sent and what came. What the library has to say goes to stderr.
 *
 *   stats perf|ring free|exit */
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

enum { kSent = 20000, kPages = 8, kBytes = 65536 };

static uint64_t seen;

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  (void)cpu;
  (void)data;
  (void)size;
  seen++;
}

static int on_record(void* ctx, void* data, size_t size) {
  (void)ctx;
  (void)data;
  (void)size;
  seen++;
  return 0;
}

int main(int argc, char** argv) {
  struct perf_buffer* pb = NULL;
  struct ring_buffer* rb = NULL;
  struct source source;
  int frees, result;

  if (argc != 3)
    return 2;
  frees = !strcmp(argv[2], "free");
  source_pin(0);
  if (!strcmp(argv[1], "perf")) {
    source_open(&source);
    pb = perf_buffer__new(source.map_fd, kPages, on_sample, NULL, NULL, NULL);
  } else {
    source_open_ring(&source, kBytes);
    rb = ring_buffer__new(source.map_fd, on_record, NULL, NULL);
  }
  if (!pb && !rb) {
    perror("making the buffer");
    return 1;
  }
  source_emit(&source, kSent);
  result = pb ? perf_buffer__poll(pb, 1000) : ring_buffer__poll(rb, 1000);
  if (result <= 0) {
    fprintf(stderr, "poll: %d\n", result);
    return 1;
  }
  printf("%d sent %llu seen\n", kSent, (unsigned long long)seen);
  fflush(stdout);
  if (frees && pb)
    perf_buffer__free(pb);
  if (frees && rb)
    ring_buffer__free(rb);
  source_close(&source);
  return 0;
}
