/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* rings: what the scenarios of BPF ring buffers share. */
#ifndef RINGSIDE_SCENARIOS_RINGS_H
#define RINGSIDE_SCENARIOS_RINGS_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

enum { page = 4096 };

/* A ring of either kind, mapped as its user does, and a map for payloads. */
struct ring {
  int map_fd, payload_fd;
  size_t size;
  uint64_t *consumer, *producer;
  unsigned char* data;
};
struct ring ring_up(enum bpf_map_type kind, uint32_t size);
void ring_down(struct ring* ring);

/* run_ring_program runs a program with two arguments: what it returns. */
int run_ring_program(int program_fd, uint64_t first, uint64_t second);

void see_positions(const struct ring* ring);

#endif /* RINGSIDE_SCENARIOS_RINGS_H */
