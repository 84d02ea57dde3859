/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_seen: the ring_buffer of a case, and the samples that its callbacks got, in order. */
#ifndef RINGSIDE_CONFORM_RING_SEEN_H
#define RINGSIDE_CONFORM_RING_SEEN_H

#include <stdint.h>

#include "harness/conform.h"
#include "ring/kernel_rings.h"

enum { ring_seen_max = 4096, ring_seen_rings = 3 };

struct ring_sample {
  unsigned ring; /* index of the ring that it came from */
  size_t size;
  uint64_t first; /* its first 8 bytes; fewer if it is shorter */
  uintptr_t address;
};

/* One for each case: up to three rings, their maps, and all their samples in the order of delivery.
 */
struct ring_seen {
  struct ring_buffer* rb;
  int map_fds[ring_seen_rings];
  unsigned rings;
  unsigned count;
  struct ring_sample samples[ring_seen_max];
  /* The callback returns `answer` for the sample number `answer_at` (from 1), and 0 for others. */
  unsigned answer_at;
  int answer;
  /* Called at the end of each callback, if set, with the same arguments. */
  void (*hook)(const struct ring_sample* sample);
  /* The callback compares the bytes of a sample with these, if set. */
  const void* want;
  unsigned mismatches;
};
extern struct ring_seen ring_seen;

/* ring_seen_open makes ring_seen.rb with a ring of `size` bytes; ring_seen_add adds a ring. Both
 * make the map, too. ring_seen_make is ring_buffer__new with the callback, on any descriptor. */
bool ring_seen_open(uint32_t size);
bool ring_seen_add(uint32_t size);
struct ring_buffer* ring_seen_make(int map_fd);
int ring_seen_try(int map_fd); /* makes one and frees it: 0, or a negative errno */
void ring_seen_close(void);

/* ring_seen_sample is the callback; its context is the index of the ring. */
int ring_seen_sample(void* ctx, void* data, size_t size);

/* ring_seen_clear forgets the samples, and keeps the rest. */
void ring_seen_clear(void);

/* ring_write writes a value of 8 bytes to a ring, which takes 16 bytes, and checks the result. */
void ring_write(unsigned ring, uint64_t value);
void ring_write_quietly(unsigned ring, uint64_t value); /* without waking anybody */

/* ring_saw: whether the sample number `index` (from 0) was this value of 8 bytes, of this ring. */
bool ring_saw(unsigned index, unsigned ring, uint64_t value);

#endif /* RINGSIDE_CONFORM_RING_SEEN_H */
