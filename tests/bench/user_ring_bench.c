/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What writing to a user ring costs: samples are written in one go, and a BPF program drains the
 * ring while the clock stands still. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

#include "../support/ring_programs.h"
#include "bench.h"

enum { kSamples = 1024, kRepeat = 20, kHeader = 8 };

struct functions {
  __typeof__(&user_ring_buffer__new) new_buffer;
  __typeof__(&user_ring_buffer__reserve) reserve;
  __typeof__(&user_ring_buffer__submit) submit;
  __typeof__(&user_ring_buffer__free) free_buffer;
};

struct writer {
  const char* path;
  struct functions call;
  struct user_ring_buffer* buffer;
  int prog_fd; /* what drains */
  unsigned size;
};

static void* open_writer(const struct library* library, unsigned size) {
  struct writer* writer = bench_allocate(sizeof(*writer));
  /* The smallest ring that holds them all: the power of two above their bytes. */
  const unsigned bytes = 1U << (32 - __builtin_clz(kSamples * (size + kHeader)));
  int map_fd = sys_bpf_map_create(BPF_MAP_TYPE_USER_RINGBUF, 0, 0, bytes, 0);
  int drained_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct drained), 1, 0);

  if (map_fd < 0 || drained_fd < 0)
    bench_die("creating a user ring", map_fd < 0 ? -map_fd : -drained_fd);
  writer->path = library->path;
  writer->call =
      (struct functions){.new_buffer = bench_function(library, "user_ring_buffer__new"),
                         .reserve = bench_function(library, "user_ring_buffer__reserve"),
                         .submit = bench_function(library, "user_ring_buffer__submit"),
                         .free_buffer = bench_function(library, "user_ring_buffer__free")};
  writer->size = size;
  writer->prog_fd = load_ring_drain(map_fd, drained_fd);
  if (writer->prog_fd < 0)
    bench_die("loading a program that drains", -writer->prog_fd);
  writer->buffer = writer->call.new_buffer(map_fd, NULL);
  if (!writer->buffer)
    bench_die("making a user_ring_buffer", errno);
  close(drained_fd);
  close(map_fd);
  return writer;
}

static void close_writer(void* made) {
  struct writer* writer = made;

  writer->call.free_buffer(writer->buffer);
  close(writer->prog_fd);
  free(writer);
}

/* write_all reserves and submits all samples. Returns how many fitted. */
static int write_all(const struct writer* writer) {
  for (int i = 0; i < kSamples; i++) {
    void* sample = writer->call.reserve(writer->buffer, writer->size);

    if (!sample)
      return i;
    writer->call.submit(writer->buffer, sample);
  }
  return kSamples;
}

/* drain empties the ring on the CPU that writes, so that no memory moves between CPUs. */
static void drain(const struct writer* writer, int written) {
  uint64_t flags = BPF_RB_NO_WAKEUP;
  int drained = 0;
  int error = sys_bpf_run_on_cpu(writer->prog_fd, (unsigned)sched_getcpu(), &flags, 1, &drained);

  if (error || written != kSamples || drained != written) {
    fprintf(stderr, "readers_bench: %s wrote %d samples of %d, %d drained: %s\n", writer->path,
            written, kSamples, drained, strerror(-error));
    exit(1);
  }
}

static double time_writes(const void* made) {
  const struct writer* writer = made;
  double took = 0;

  for (int i = 0; i < kRepeat; i++) {
    double start = bench_now_ns();
    int written = write_all(writer);

    took += bench_now_ns() - start;
    drain(writer, written);
  }
  return took / ((double)kSamples * kRepeat);
}

void user_ring_bench(const struct bench* bench) {
  static const struct row writes = {"reserve + submit", "ns a sample", open_writer, time_writes,
                                    close_writer};

  bench_compare_sizes(bench, &writes);
}
