/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* rings: changes the rings of a buffer through the mapping. */
#ifndef RINGSIDE_CONFORM_RINGS_H
#define RINGSIDE_CONFORM_RINGS_H

#include <linux/perf_event.h>
#include <stdint.h>

#include "ring/seen.h"

/* ring_page is the header page of a ring; ring_size the bytes of its data area. */
struct perf_event_mmap_page* ring_page(struct perf_buffer* pb, size_t index);
size_t ring_size(struct perf_buffer* pb, size_t index);

/* ring_data: the byte of the data area at `position`. */
const unsigned char* ring_data(struct perf_buffer* pb, size_t index, uint64_t position);

/* ring_forge puts `bytes` (a multiple of 8, up to half a page) into an empty ring, as the next
 * bytes that the reader finds: it writes them as a payload on `cpu`, and moves the tail over the
 * header of the true record. They may be whole records or corrupt ones, of any type, as if the
 * kernel had made them. The head is at the end of the bytes. */
void ring_forge(struct perf_buffer* pb, size_t index, int map_fd, unsigned cpu, const void* bytes,
                uint32_t size);

/* ring_shift adds a multiple of the ring's size to both positions, so that they name the same
 * bytes. */
void ring_shift(struct perf_buffer* pb, size_t index, uint64_t distance);

/* Records for ring_forge. */
struct forged_sample { /* a SAMPLE with 12 bytes of payload */
  struct perf_event_header header;
  uint32_t size;
  uint32_t payload[3];
};
struct forged_lost {
  struct perf_event_header header;
  uint64_t id, lost;
};
struct forged_other { /* of a type that no reader of BPF output knows */
  struct perf_event_header header;
  uint64_t body;
};
struct forged_sample forged_sample(uint32_t first);
struct forged_lost forged_lost(uint64_t count);
struct forged_other forged_other(void);

/* payload_bytes: a payload of `size` bytes. Each byte depends on its place and the seed. Valid
 * until the next call. */
const void* payload_bytes(uint32_t size, unsigned seed);

#endif /* RINGSIDE_CONFORM_RINGS_H */
