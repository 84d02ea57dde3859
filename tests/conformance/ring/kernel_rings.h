/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* kernel_rings: the BPF ring buffers of a case, of both kinds, real or simulated. */
#ifndef RINGSIDE_CONFORM_KERNEL_RINGS_H
#define RINGSIDE_CONFORM_KERNEL_RINGS_H

#include <linux/bpf.h>
#include <stdint.h>

#include "harness/kernel.h"
#include "support/drain_program.h"

/* kernel_ring makes a BPF_MAP_TYPE_RINGBUF of `size` bytes, kernel_user_ring a
 * BPF_MAP_TYPE_USER_RINGBUF. They stay open until kernel_end or kernel_close. If the kernel does
 * not have the type, the case is skipped. */
int kernel_ring(uint32_t size);
int kernel_user_ring(uint32_t size);

/* kernel_ring_write: a BPF program writes `size` bytes with bpf_ringbuf_output(). Returns the
 * result of that. The wakeup, if any, happens before it returns. */
int kernel_ring_write(int map_fd, const void* data, uint32_t size, uint64_t flags);

/* kernel_ring_commit: a BPF program reserves `size` bytes (at least 8), writes the first 8, and
 * submits or discards them. Returns 0, or -ENOSPC if there was no room. */
enum commit { SUBMIT, DISCARD };
int kernel_ring_commit(int map_fd, uint32_t size, uint64_t value, enum commit commit,
                       uint64_t flags);

/* kernel_drain: a BPF program drains a user ring with bpf_user_ringbuf_drain(), up to `stop`
 * samples (0: all). Returns the result of that. kernel_drained() has the samples until the next
 * drain. Any thread may call it, but only one at a time. */
long kernel_drain(int map_fd, unsigned stop, uint64_t flags);
const struct drain_log* kernel_drained(void);

/* The positions of a ring, in a mapping of the case's own. In a user ring the case may write the
 * producer's position, in other rings the consumer's. */
struct ring_positions {
  volatile unsigned long *consumer, *producer;
};
struct ring_positions kernel_ring_positions(int map_fd);
void kernel_forget_positions(struct ring_positions positions);

#endif /* RINGSIDE_CONFORM_KERNEL_RINGS_H */
