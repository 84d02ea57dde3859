/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* drain: a user ring and a BPF program that drains it. The program numbers the samples that it is
 * handed from 0, and checks each: 16 to 72 bytes of words that follow from the number, as a
 * source's records (source.h). */
#ifndef RINGSIDE_TESTS_LIVE_DRAIN_H
#define RINGSIDE_TESTS_LIVE_DRAIN_H

#include <stdint.h>

struct drain {
  int map_fd; /* the user ring */
  int log_fd;
  int prog_fd;
};

/* What the program has seen, and its orders: the value of an array map. */
struct drain_log {
  uint64_t seen, wrong;
  uint64_t left; /* a drain ends when this comes to 0; it does not when it begins there */
};

/* drain_open makes a ring of `bytes` and its program. A process that may not do so ends here, with
 * exit code 77. */
void drain_open(struct drain* drain, uint32_t bytes);

/* drain_size is the size of sample `number`, and drain_fill writes it. */
uint32_t drain_size(uint64_t number);
void drain_fill(void* sample, uint64_t number);

/* drain_run drains at most `most` samples (0: all there are). Returns how many, or -errno. */
int drain_run(const struct drain* drain, uint64_t most);

struct drain_log drain_seen(const struct drain* drain);

void drain_close(struct drain* drain);

#endif /* RINGSIDE_TESTS_LIVE_DRAIN_H */
