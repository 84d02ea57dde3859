/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* user_ring_rig: the user_ring_buffer of a case, and the samples that a drain of its map sees. */
#ifndef RINGSIDE_CONFORM_USER_RING_RIG_H
#define RINGSIDE_CONFORM_USER_RING_RIG_H

#include <stdint.h>

#include "harness/conform.h"
#include "ring/kernel_rings.h"

struct user_ring {
  struct user_ring_buffer* rb;
  int map_fd;
};
extern struct user_ring user_ring;

/* user_ring_open makes the map, of `size` bytes, and its writer; user_ring_close frees the writer.
 */
bool user_ring_open(uint32_t size);
void user_ring_close(void);

/* user_ring_write reserves and submits a value of 8 bytes, which takes 16 bytes of the ring. */
void user_ring_write(uint64_t value);

/* user_ring_drains checks that a drain of the whole ring delivers `count` samples. */
void user_ring_drains(unsigned count);

/* user_ring_drained: whether sample `index` of the last drain was this value of 8 bytes. */
bool user_ring_drained(unsigned index, uint64_t value);

#endif /* RINGSIDE_CONFORM_USER_RING_RIG_H */
