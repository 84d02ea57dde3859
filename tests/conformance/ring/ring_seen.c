/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_seen: makes rings, and has the callback that keeps what it gets. */
#include "ring/ring_seen.h"

#include <string.h>

struct ring_seen ring_seen;

int ring_seen_sample(void* ctx, void* data, size_t size) {
  static struct ring_sample spill;
  struct ring_sample* sample =
      ring_seen.count < ring_seen_max ? &ring_seen.samples[ring_seen.count] : &spill;

  *sample = (struct ring_sample){
      .ring = (unsigned)(uintptr_t)ctx, .size = size, .address = (uintptr_t)data};
  memcpy(&sample->first, data, size < sizeof(sample->first) ? size : sizeof(sample->first));
  if (ring_seen.want && memcmp(data, ring_seen.want, size) != 0)
    ring_seen.mismatches++;
  ring_seen.count++;
  if (ring_seen.hook)
    ring_seen.hook(sample);
  return ring_seen.count == ring_seen.answer_at ? ring_seen.answer : 0;
}

struct ring_buffer* ring_seen_make(int map_fd) {
  return ring_buffer__new(map_fd, ring_seen_sample, NULL, NULL);
}

int ring_seen_try(int map_fd) {
  struct ring_buffer* rb = ring_seen_make(map_fd);

  if (!rb)
    return -errno;
  ring_buffer__free(rb);
  return 0;
}

bool ring_seen_open(uint32_t size) {
  ring_seen.map_fds[0] = kernel_ring(size);
  ring_seen.rings = 1;
  ring_seen.rb = ring_seen_make(ring_seen.map_fds[0]);
  return CHECK(ring_seen.rb != NULL);
}

bool ring_seen_add(uint32_t size) {
  unsigned index = ring_seen.rings++;

  ring_seen.map_fds[index] = kernel_ring(size);
  return CHECK_EQ(ring_buffer__add(ring_seen.rb, ring_seen.map_fds[index], ring_seen_sample,
                                   (void*)(uintptr_t)index),
                  0);
}

void ring_seen_close(void) {
  ring_buffer__free(ring_seen.rb);
  ring_seen.rb = NULL;
}

void ring_seen_clear(void) {
  ring_seen.count = ring_seen.mismatches = ring_seen.answer_at = 0;
}

void ring_write(unsigned ring, uint64_t value) {
  CHECK_EQ(kernel_ring_write(ring_seen.map_fds[ring], &value, sizeof(value), 0), 0);
}

void ring_write_quietly(unsigned ring, uint64_t value) {
  CHECK_EQ(kernel_ring_write(ring_seen.map_fds[ring], &value, sizeof(value), BPF_RB_NO_WAKEUP), 0);
}

bool ring_saw(unsigned index, unsigned ring, uint64_t value) {
  const struct ring_sample* sample = &ring_seen.samples[index];

  return index < ring_seen.count && sample->ring == ring && sample->size == sizeof(value) &&
         sample->first == value;
}
