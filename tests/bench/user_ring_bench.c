/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What writing to a user ring costs: samples are written in one go, and a BPF program drains the
 * ring while the clock stands still. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

#include "../sim/ring_programs.h"
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

static struct writer open_writer(const struct library* library, unsigned size) {
  struct writer writer = {
      .path = library->path,
      .call = {.new_buffer = bench_function(library, "user_ring_buffer__new"),
               .reserve = bench_function(library, "user_ring_buffer__reserve"),
               .submit = bench_function(library, "user_ring_buffer__submit"),
               .free_buffer = bench_function(library, "user_ring_buffer__free")},
      .size = size,
  };
  /* The smallest ring that holds them all: the power of two above their bytes. */
  const unsigned bytes = 1U << (32 - __builtin_clz(kSamples * (size + kHeader)));
  int map_fd = sys_bpf_map_create(BPF_MAP_TYPE_USER_RINGBUF, 0, 0, bytes, 0);
  int drained_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct drained), 1, 0);

  if (map_fd < 0 || drained_fd < 0)
    bench_die("creating a user ring", map_fd < 0 ? -map_fd : -drained_fd);
  writer.prog_fd = load_ring_drain(map_fd, drained_fd);
  if (writer.prog_fd < 0)
    bench_die("loading a program that drains", -writer.prog_fd);
  writer.buffer = writer.call.new_buffer(map_fd, NULL);
  if (!writer.buffer)
    bench_die("making a user_ring_buffer", errno);
  close(drained_fd);
  close(map_fd);
  return writer;
}

static void close_writer(const struct writer* writer) {
  writer->call.free_buffer(writer->buffer);
  close(writer->prog_fd);
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

static double time_writes(void* made) {
  const struct writer* writer = made;
  double took = 0;

  for (int i = 0; i < kRepeat; i++) {
    double start = bench_now_ns();
    int written = write_all(writer);

    took += bench_now_ns() - start;
    drain(writer, written);
  }
  return took;
}

void user_ring_bench(const struct bench* bench) {
  for (int i = 0; i < kSizes; i++) {
    struct writer stock = open_writer(&bench->stock, sizes[i]);
    struct writer ours = open_writer(&bench->ours, sizes[i]);
    char what[64];

    snprintf(what, sizeof(what), "reserve + submit, %u bytes", sizes[i]);
    bench_compare(bench, (struct row){what, "ns a sample", (double)kSamples * kRepeat, time_writes},
                  &stock, &ours);
    close_writer(&stock);
    close_writer(&ours);
  }
}
