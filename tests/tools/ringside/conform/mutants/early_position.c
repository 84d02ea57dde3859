/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* early_position: the kernel is given the space of a record before the callback has read it. */
#include <sys/mman.h>
#include <unistd.h>

#include "mutant.h"

enum { header_size = 8, readers_max = 64 };

struct reader {
  ring_buffer_sample_fn sample_cb;
  void* ctx;
  int map_fd;
};

static int on_sample(void* ctx, void* data, size_t size) {
  const struct reader* reader = ctx;
  size_t page_size = (size_t)getpagesize();
  unsigned long* consumer =
      mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, reader->map_fd, 0);

  if (consumer != MAP_FAILED) {
    *consumer += header_size + (size + 7) / 8 * 8;
    munmap(consumer, page_size);
  }
  return reader->sample_cb(reader->ctx, data, size);
}

struct ring_buffer* ring_buffer__new(int map_fd, ring_buffer_sample_fn sample_cb, void* ctx,
                                     const struct ring_buffer_opts* opts) {
  NEXT(ring_buffer__new);
  static struct reader readers[readers_max];
  static unsigned count;

  if (!sample_cb || count == readers_max)
    return next(map_fd, sample_cb, ctx, opts);
  readers[count] = (struct reader){sample_cb, ctx, map_fd};
  return next(map_fd, on_sample, &readers[count++], opts);
}
