/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What reading and making a perf_buffer costs. A BPF program fills the ring once; before each read
 * the tail is set back, so that every read finds the same full ring and costs nothing but the
 * library's own work. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/perf_event.h>

#include <bpf/libbpf.h>

#include "../support/bpf_calls.h"
#include "bench.h"

enum { kPages = kRingBytes / 4096 };

struct functions {
  __typeof__(&perf_buffer__new) new_buffer;
  __typeof__(&perf_buffer__consume) consume;
  __typeof__(&perf_buffer__buffer) buffer;
  __typeof__(&perf_buffer__free) free_buffer;
};

/* A reading of one library's buffer over and over. */
struct reader {
  const char* path;
  struct functions call;
  struct perf_buffer* buffer;
  struct perf_event_mmap_page* page;
  uint64_t records;
  int repeat; /* reads in a row, enough for the clock's grain not to show */
};

/* The making of one library's buffers over and over. */
struct maker {
  struct functions call;
  int map_fd;
};

static uint64_t seen_records;

static void count_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  (void)cpu;
  (void)data;
  (void)size;
  seen_records++;
}

static struct functions look_up(const struct library* library) {
  return (struct functions){
      .new_buffer = bench_function(library, "perf_buffer__new"),
      .consume = bench_function(library, "perf_buffer__consume"),
      .buffer = bench_function(library, "perf_buffer__buffer"),
      .free_buffer = bench_function(library, "perf_buffer__free"),
  };
}

static int perf_event_array(unsigned entries) {
  int map_fd = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, entries, 0);

  if (map_fd < 0)
    bench_die("creating a perf event array", -map_fd);
  return map_fd;
}

/* open_reader makes a buffer of one ring, full of records. */
static void* open_reader(const struct library* library, unsigned size) {
  struct reader* reader = bench_allocate(sizeof(*reader));
  int map_fd = perf_event_array(1);
  size_t data_size;
  void* memory;

  reader->path = library->path;
  reader->call = look_up(library);
  reader->buffer = reader->call.new_buffer(map_fd, kPages, count_sample, NULL, NULL, NULL);
  if (!reader->buffer || reader->call.buffer(reader->buffer, 0, &memory, &data_size))
    bench_die("making a perf_buffer", errno);
  reader->page = memory;
  reader->records = bench_fill(map_fd, size, 0, sys_bpf_load_emitter);
  reader->repeat = (int)(kBatch / reader->records) + 1;
  close(map_fd);
  return reader;
}

static void close_reader(void* made) {
  struct reader* reader = made;

  reader->call.free_buffer(reader->buffer);
  free(reader);
}

/* read_once sets the tail back to the first record and reads the ring. */
static void read_once(const struct reader* reader) {
  uint64_t before = seen_records;
  int result;

  __atomic_store_n(&reader->page->data_tail, 0, __ATOMIC_RELEASE);
  result = reader->call.consume(reader->buffer);
  if (result || seen_records - before != reader->records) {
    fprintf(stderr, "readers_bench: %s read %llu records of %llu, result %d\n", reader->path,
            (unsigned long long)(seen_records - before), (unsigned long long)reader->records,
            result);
    exit(1);
  }
}

static double time_reads(const void* made) {
  const struct reader* reader = made;
  double start = bench_now_ns();

  for (int i = 0; i < reader->repeat; i++)
    read_once(reader);
  return (bench_now_ns() - start) / ((double)reader->records * reader->repeat);
}

static void* open_maker(const struct library* library, unsigned size) {
  struct maker* maker = bench_allocate(sizeof(*maker));

  (void)size;
  maker->call = look_up(library);
  maker->map_fd = perf_event_array((unsigned)sysconf(_SC_NPROCESSORS_CONF));
  return maker;
}

static void close_maker(void* made) {
  struct maker* maker = made;

  close(maker->map_fd);
  free(maker);
}

static double time_making(const void* made) {
  const struct maker* maker = made;
  double start = bench_now_ns(), took;
  struct perf_buffer* buffer =
      maker->call.new_buffer(maker->map_fd, kPages, count_sample, NULL, NULL, NULL);

  maker->call.free_buffer(buffer);
  took = bench_now_ns() - start;
  if (!buffer)
    bench_die("making a perf_buffer", errno);
  return took / 1000;
}

/* Where the user has decided on both, the library does not ask whether a filter confines the
 * thread.
 */
static double time_making_decided(const void* made) {
  double took;

  setenv("RINGSIDE_WAKEUPS", "adaptive", 1);
  setenv("RINGSIDE_FOLLOW_CPUS", "on", 1);
  took = time_making(made);
  unsetenv("RINGSIDE_WAKEUPS");
  unsetenv("RINGSIDE_FOLLOW_CPUS");
  return took;
}

void perf_bench(const struct bench* bench) {
  static const struct row reads = {"perf consume", "ns a record", open_reader, time_reads,
                                   close_reader};
  static const struct row making = {"new + free, all CPUs", "us", open_maker, time_making,
                                    close_maker};
  static const struct row decided = {"the same, variables set", "us", open_maker,
                                     time_making_decided, close_maker};

  bench_compare_sizes(bench, &reads);
  bench_compare(bench, &making, 0);
  bench_compare(bench, &decided, 0);
}

uint64_t perf_bench_once(const struct library* library, unsigned size) {
  struct reader* reader = open_reader(library, size);
  uint64_t records = reader->records;

  read_once(reader);
  close_reader(reader);
  return records;
}
