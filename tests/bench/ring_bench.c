/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What reading a BPF ring costs. A BPF program fills the ring once; before each read the consumer's
 * position is set back, through a mapping of our own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <bpf/libbpf.h>

#include "../support/ring_programs.h"
#include "bench.h"

struct functions {
  __typeof__(&ring_buffer__new) new_buffer;
  __typeof__(&ring_buffer__consume) consume;
  __typeof__(&ring_buffer__free) free_buffer;
};

struct reader {
  const char* path;
  struct functions call;
  struct ring_buffer* buffer;
  unsigned long* position; /* the consumer's page */
  uint64_t records;
  int repeat; /* reads in a row, enough for the clock's grain not to show */
};

static uint64_t seen_records;

static int count_sample(void* ctx, void* data, size_t size) {
  (void)ctx;
  (void)data;
  (void)size;
  seen_records++;
  return 0;
}

static void* open_reader(const struct library* library, unsigned size) {
  struct reader* reader = bench_allocate(sizeof(*reader));
  int map_fd = sys_bpf_map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, kRingBytes, 0);

  if (map_fd < 0)
    bench_die("creating a BPF ring", -map_fd);
  reader->path = library->path;
  reader->call = (struct functions){.new_buffer = bench_function(library, "ring_buffer__new"),
                                    .consume = bench_function(library, "ring_buffer__consume"),
                                    .free_buffer = bench_function(library, "ring_buffer__free")};
  reader->buffer = reader->call.new_buffer(map_fd, count_sample, NULL, NULL);
  reader->position =
      mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
  if (!reader->buffer || reader->position == MAP_FAILED)
    bench_die("making a ring_buffer", errno);
  reader->records = bench_fill(map_fd, size, 0, load_ring_output);
  reader->repeat = (int)(kBatch / reader->records) + 1;
  close(map_fd);
  return reader;
}

static void close_reader(void* made) {
  struct reader* reader = made;

  munmap(reader->position, (size_t)sysconf(_SC_PAGESIZE));
  reader->call.free_buffer(reader->buffer);
  free(reader);
}

/* read_once sets the position back to the first record and reads the ring. */
static void read_once(const struct reader* reader) {
  uint64_t before = seen_records;
  int result;

  __atomic_store_n(reader->position, 0, __ATOMIC_RELEASE);
  result = reader->call.consume(reader->buffer);
  if ((uint64_t)result != reader->records || seen_records - before != reader->records) {
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

void ring_bench(const struct bench* bench) {
  static const struct row reads = {"ring consume", "ns a record", open_reader, time_reads,
                                   close_reader};

  bench_compare_sizes(bench, &reads);
}

uint64_t ring_bench_once(const struct library* library, unsigned size) {
  struct reader* reader = open_reader(library, size);
  uint64_t records = reader->records;

  read_once(reader);
  close_reader(reader);
  return records;
}
