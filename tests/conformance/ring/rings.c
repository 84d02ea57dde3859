/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* rings: a case can forge records because the header page, with both positions, is mapped for
 * writing, and the reader believes it. The data pages are read-only, but a payload may have any
 * bytes. */
#include "ring/rings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/kernel.h"

struct perf_event_mmap_page* ring_page(struct perf_buffer* pb, size_t index) {
  void* base = NULL;
  size_t size = 0;

  if (perf_buffer__buffer(pb, (int)index, &base, &size) != 0)
    abort();
  return base;
}

size_t ring_size(struct perf_buffer* pb, size_t index) {
  void* base = NULL;
  size_t size = 0;

  if (perf_buffer__buffer(pb, (int)index, &base, &size) != 0)
    abort();
  return size;
}

const unsigned char* ring_data(struct perf_buffer* pb, size_t index, uint64_t position) {
  const unsigned char* data = (const unsigned char*)ring_page(pb, index) + sysconf(_SC_PAGESIZE);

  return data + position % ring_size(pb, index);
}

void ring_forge(struct perf_buffer* pb, size_t index, int map_fd, unsigned cpu, const void* bytes,
                uint32_t size) {
  struct perf_event_mmap_page* page = ring_page(pb, index);
  unsigned char payload[4 + 2048] = {0};

  /* The true record: 8 bytes of header, 4 of size, and 4 more to make 16. */
  memcpy(payload + 4, bytes, size);
  CHECK_EQ(page->data_tail, page->data_head);
  CHECK_EQ(kernel_output(map_fd, cpu, payload, 4 + size), 0);
  page->data_tail += 16;
  CHECK_EQ(page->data_head - page->data_tail, size);
}

void ring_shift(struct perf_buffer* pb, size_t index, uint64_t distance) {
  struct perf_event_mmap_page* page = ring_page(pb, index);

  page->data_head += distance;
  page->data_tail += distance;
}

struct forged_sample forged_sample(uint32_t first) {
  return (struct forged_sample){
      .header = {.type = PERF_RECORD_SAMPLE, .size = sizeof(struct forged_sample)},
      .size = 12,
      .payload = {first, 0, 0}};
}

struct forged_lost forged_lost(uint64_t count) {
  return (struct forged_lost){
      .header = {.type = PERF_RECORD_LOST, .size = sizeof(struct forged_lost)}, .lost = count};
}

struct forged_other forged_other(void) {
  return (struct forged_other){
      .header = {.type = PERF_RECORD_EXIT, .size = sizeof(struct forged_other)}, .body = 42};
}

const void* payload_bytes(uint32_t size, unsigned seed) {
  static unsigned char bytes[kernel_payload_max];

  for (uint32_t i = 0; i < size && i < sizeof(bytes); i++)
    bytes[i] = (unsigned char)((i * 7u) ^ (i >> 8) ^ (seed * 31u + 1));
  return bytes;
}
