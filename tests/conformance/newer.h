/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* newer: the functions of the ring_buffer family that came after libbpf 1.0 and 1.1. The stock
 * library that the program is linked with may lack them, so they are looked up when a case runs;
 * the case says by `since`, or by the function that it is about, that it cannot do without. */
#ifndef RINGSIDE_CONFORM_NEWER_H
#define RINGSIDE_CONFORM_NEWER_H

#include <stddef.h>

struct ring;
struct ring_buffer;

struct newer {
  struct ring* (*ring_buffer__ring)(struct ring_buffer* rb, unsigned int idx);
  int (*ring_buffer__consume_n)(struct ring_buffer* rb, size_t n);
  unsigned long (*ring__consumer_pos)(const struct ring* r);
  unsigned long (*ring__producer_pos)(const struct ring* r);
  size_t (*ring__avail_data_size)(const struct ring* r);
  size_t (*ring__size)(const struct ring* r);
  int (*ring__map_fd)(const struct ring* r);
  int (*ring__consume)(struct ring* r);
  int (*ring__consume_n)(struct ring* r, size_t n);
};
extern struct newer newer;

/* newer_look fills `newer`; a function that is not there stays NULL. */
void newer_look(void);

#endif /* RINGSIDE_CONFORM_NEWER_H */
