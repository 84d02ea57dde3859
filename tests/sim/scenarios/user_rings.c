/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* scenarios of BPF ring buffers that user space writes and programs drain. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "sim/scenarios/rings.h"
#include "sim/scenarios/scenarios.h"
#include "support/ring_programs.h"

struct drain {
  int drained_fd, program_fd;
};

static struct drain drain_up(const struct ring* ring) {
  struct drain drain;

  drain.drained_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct drained), 1, 0);
  need("map for samples", drain.drained_fd);
  drain.program_fd = load_ring_drain(ring->map_fd, drain.drained_fd);
  need("program that drains", drain.program_fd);
  return drain;
}

static void drain_down(struct drain* drain) {
  close(drain->program_fd);
  close(drain->drained_fd);
}

/* drain prints what bpf_user_ringbuf_drain() does, to stop after `stop_at` samples. */
static void drain(const struct drain* drain, const struct ring* ring, uint64_t flags,
                  uint64_t stop_at) {
  struct drained drained = {.stop_at = stop_at};
  const uint32_t key = 0;

  need("store", sys_bpf_map_update(drain->drained_fd, &key, &drained));
  see("drain", run_ring_program(drain->program_fd, flags, 0));
  need("look up", sys_bpf_map_lookup(drain->drained_fd, &key, &drained));
  printf(" %llu samples, the last one %#llx (%lld)\n", (unsigned long long)drained.samples,
         (unsigned long long)drained.first, (long long)drained.result);
  see_positions(ring);
}

/* push publishes a record with any length word, whose first bytes are `value`. */
static void push(struct ring* ring, uint32_t length, uint64_t value) {
  const uint32_t size = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
  const uint64_t at = *ring->producer;
  unsigned char* record = ring->data + at % ring->size;

  memcpy(record + 8, &value, sizeof(value));
  __atomic_store_n((uint32_t*)record, length, __ATOMIC_RELEASE);
  __atomic_store_n(ring->producer, at + ((size + 15) & ~7U), __ATOMIC_RELEASE);
}

void user_ring_drains(void) {
  struct ring ring = ring_up(BPF_MAP_TYPE_USER_RINGBUF, page);
  struct drain program = drain_up(&ring);

  drain(&program, &ring, 0, 0);
  for (unsigned i = 0; i < 5; i++)
    push(&ring, 8, 100 + i);
  drain(&program, &ring, 0, 2);
  drain(&program, &ring, 0, 0);
  push(&ring, 0, 0);
  drain(&program, &ring, 0, 0);
  push(&ring, 7, 1);
  push(&ring, 9, 2);
  drain(&program, &ring, 0, 0);
  push(&ring, 8 | BPF_RINGBUF_DISCARD_BIT, 3);
  push(&ring, 30 | BPF_RINGBUF_DISCARD_BIT, 4);
  drain(&program, &ring, 0, 0);
  push(&ring, 8 | BPF_RINGBUF_DISCARD_BIT, 5);
  push(&ring, 8, 6);
  push(&ring, 8 | BPF_RINGBUF_BUSY_BIT, 7);
  push(&ring, 8, 8);
  drain(&program, &ring, 0, 0);
  drain(&program, &ring, 0, 0);
  __atomic_store_n((uint32_t*)(ring.data + *ring.consumer % ring.size), 8, __ATOMIC_RELEASE);
  drain(&program, &ring, 0, 0);
  push(&ring, 8 | BPF_RINGBUF_DISCARD_BIT | BPF_RINGBUF_BUSY_BIT, 9);
  drain(&program, &ring, 0, 0);
  drain(&program, &ring, 4, 0);
  /* Over the end of the data, again and again. */
  for (unsigned i = 0; i < 9; i++) {
    push(&ring, 1000 + i, 200 + i);
    drain(&program, &ring, 0, 0);
  }
  push(&ring, page - 8, 300);
  drain(&program, &ring, 0, 0);
  drain_down(&program);
  ring_down(&ring);
}

void user_ring_errors(void) {
  static const struct {
    uint32_t length;
    uint64_t advance;
  } wrong[] = {
      {8, 7},
      {8, 8},
      {8, 12},
      {100, 24},
      {0x3fffffff, page},
      {page, page + 8},
      {page - 7, 2 * page},
      {0x3fffffff, 1ULL << 40},
      {8 | BPF_RINGBUF_DISCARD_BIT, 8},
      {8 | BPF_RINGBUF_BUSY_BIT, 8},
      {page | BPF_RINGBUF_BUSY_BIT, 2 * page},
      {8, 1ULL << 63},
      {8, -(uint64_t)16},
  };

  for (size_t i = 0; i < LENGTH_OF(wrong); i++) {
    struct ring ring = ring_up(BPF_MAP_TYPE_USER_RINGBUF, page);
    struct drain program = drain_up(&ring);
    int epoll_fd;

    see("case", (long long)i);
    push(&ring, 8, 1);
    push(&ring, 8, 2);
    epoll_fd = watch(ring.map_fd, EPOLLOUT | EPOLLET);
    ready("room", epoll_fd);
    *(uint32_t*)(ring.data + 32) = wrong[i].length;
    *ring.producer = 32 + wrong[i].advance;
    drain(&program, &ring, 0, 0);
    ready("woken", epoll_fd);
    drain(&program, &ring, 0, 0);
    ready("woken again", epoll_fd);
    close(epoll_fd);
    drain_down(&program);
    ring_down(&ring);
  }
}

void user_ring_large_samples(void) {
  static const uint32_t sizes[] = {(1U << 24) - 1, 1U << 24, (1U << 25) - 8};

  for (size_t i = 0; i < LENGTH_OF(sizes); i++) {
    struct ring ring = ring_up(BPF_MAP_TYPE_USER_RINGBUF, 1U << 25);
    struct drain program = drain_up(&ring);

    see("size", sizes[i]);
    push(&ring, sizes[i], 5);
    drain(&program, &ring, 0, 0);
    drain_down(&program);
    ring_down(&ring);
  }
}

void user_ring_wakeups(void) {
  static const uint64_t flags[] = {0, BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP,
                                   BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP};
  static const uint32_t modes[] = {EPOLLOUT | EPOLLET, EPOLLOUT, EPOLLIN};

  for (size_t i = 0; i < LENGTH_OF(flags) * LENGTH_OF(modes); i++) {
    uint64_t flag = flags[i % LENGTH_OF(flags)];
    struct ring ring = ring_up(BPF_MAP_TYPE_USER_RINGBUF, page);
    struct drain program = drain_up(&ring);
    int epoll_fd;

    printf("flags %llu, mode %zu\n", (unsigned long long)flag, i / LENGTH_OF(flags));
    epoll_fd = watch(ring.map_fd, modes[i / LENGTH_OF(flags)]);
    ready("empty", epoll_fd);
    ready("asked again", epoll_fd);
    drain(&program, &ring, flag, 0);
    ready("drained nothing", epoll_fd);
    push(&ring, page / 2 - 8, 1);
    ready("half", epoll_fd);
    push(&ring, page / 2 - 8, 2);
    polled("full", ring.map_fd, POLLIN | POLLOUT | POLLWRNORM);
    ready("full", epoll_fd);
    drain(&program, &ring, flag, 1);
    polled("drained one", ring.map_fd, POLLIN | POLLOUT | POLLWRNORM);
    ready("drained one", epoll_fd);
    ready("asked again", epoll_fd);
    push(&ring, 8 | BPF_RINGBUF_DISCARD_BIT, 3);
    drain(&program, &ring, flag, 0);
    ready("drained a discarded one too", epoll_fd);
    *ring.producer += page + 8;
    polled("more than full", ring.map_fd, POLLOUT);
    *ring.producer = *ring.consumer - 8;
    polled("less than empty", ring.map_fd, POLLOUT);
    close(epoll_fd);
    drain_down(&program);
    ring_down(&ring);
  }
}
