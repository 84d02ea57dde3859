/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* scenarios of BPF ring buffers: maps, mappings, records, and who is woken. */
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

static const enum bpf_map_type kinds[] = {BPF_MAP_TYPE_RINGBUF, BPF_MAP_TYPE_USER_RINGBUF};

struct ring ring_up(enum bpf_map_type kind, uint32_t size) {
  const int user_writes = kind == BPF_MAP_TYPE_USER_RINGBUF;
  const int both = PROT_READ | PROT_WRITE;
  struct ring ring = {.size = size};

  ring.map_fd = sys_bpf_map_create(kind, 0, 0, size, 0);
  need("ring", ring.map_fd);
  ring.payload_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, payload_max, 1, 0);
  need("map for payloads", ring.payload_fd);
  ring.consumer = mmap(NULL, page, user_writes ? PROT_READ : both, MAP_SHARED, ring.map_fd, 0);
  need("consumer", ring.consumer == MAP_FAILED ? -errno : 0);
  ring.producer =
      mmap(NULL, page + 2 * size, user_writes ? both : PROT_READ, MAP_SHARED, ring.map_fd, page);
  need("producer", ring.producer == MAP_FAILED ? -errno : 0);
  ring.data = (unsigned char*)ring.producer + page;
  return ring;
}

void ring_down(struct ring* ring) {
  munmap(ring->consumer, page);
  munmap(ring->producer, page + 2 * ring->size);
  close(ring->payload_fd);
  close(ring->map_fd);
}

int run_ring_program(int program_fd, uint64_t first, uint64_t second) {
  const uint64_t arguments[2] = {first, second};
  int result = 0;

  need("program", program_fd);
  need("run", sys_bpf_run_on_cpu(program_fd, 0, arguments, 2, &result));
  return result;
}

/* put outputs `size` bytes, each its offset plus `seed`. */
static int put(const struct ring* ring, uint32_t size, unsigned seed, uint64_t flags) {
  static unsigned char payload[payload_max];
  const uint32_t key = 0;
  int program_fd = load_ring_output(ring->map_fd, ring->payload_fd, payload_max), result;

  for (uint32_t i = 0; i < size; i++)
    payload[i] = (unsigned char)(i + seed);
  need("payload", sys_bpf_map_update(ring->payload_fd, &key, payload));
  result = run_ring_program(program_fd, size, flags);
  close(program_fd);
  return result;
}

static int reserve(const struct ring* ring, int size, int commit, uint64_t value, uint64_t flags) {
  int program_fd = load_ring_reserve(ring->map_fd, size, commit);
  int result = run_ring_program(program_fd, value, flags);

  close(program_fd);
  return result;
}

void see_positions(const struct ring* ring) {
  see("consumer", (long long)__atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE));
  see("producer", (long long)__atomic_load_n(ring->producer, __ATOMIC_ACQUIRE));
}

/* see_ring prints what is unread, byte by byte, and consumes it. */
static void see_ring(const struct ring* ring) {
  uint64_t head = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);

  see_positions(ring);
  for (uint64_t at = *ring->consumer; at < head; at++)
    printf("%s%02x", at % 8 == 0 ? "\n" : " ", ring->data[at % ring->size]);
  printf("\n");
  __atomic_store_n(ring->consumer, head, __ATOMIC_RELEASE);
}

void ring_creation(void) {
  static const uint32_t sizes[] = {0, 1, 2048, page, page + 1, 2 * page, 3 * page, 1U << 24};
  struct bpf_map_info info;
  union bpf_attr attr;

  for (size_t kind = 0; kind < LENGTH_OF(kinds); kind++) {
    for (size_t i = 0; i < LENGTH_OF(sizes); i++) {
      int fd = sys_bpf_map_create(kinds[kind], 0, 0, sizes[i], 0);

      see("size", sizes[i]);
      see_call(" ring", fd);
      if (fd < 0)
        continue;
      see_call(" info", sys_bpf_info(fd, &info, sizeof(info)));
      printf(" type %u key %u value %u entries %u flags %#x\n", info.type, info.key_size,
             info.value_size, info.max_entries, info.map_flags);
      close(fd);
    }
    see_call("keys", sys_bpf_map_create(kinds[kind], 4, 0, page, 0));
    see_call("values", sys_bpf_map_create(kinds[kind], 0, 4, page, 0));
    /* The one behind these is taken since Linux 6.19: BPF_F_RB_OVERWRITE. */
    for (unsigned bit = 0; bit < 19; bit++) {
      see("flag", bit);
      see_call(" ring", sys_bpf_map_create(kinds[kind], 0, 0, page, 1U << bit));
    }
    memset(&attr, 0, sizeof(attr));
    attr.map_type = kinds[kind];
    attr.max_entries = page;
    attr.map_extra = 1;
    see_call("extra", sys_bpf(BPF_MAP_CREATE, &attr));
  }
}

void ring_elements(void) {
  static const int commands[] = {BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM,
                                 BPF_MAP_GET_NEXT_KEY};
  uint64_t words[2] = {0, 0};

  for (size_t kind = 0; kind < LENGTH_OF(kinds); kind++) {
    int fd = sys_bpf_map_create(kinds[kind], 0, 0, page, 0);

    for (size_t i = 0; i < LENGTH_OF(commands); i++)
      for (unsigned given = 0; given < 4; given++) {
        union bpf_attr attr;

        memset(&attr, 0, sizeof(attr));
        attr.map_fd = (uint32_t)fd;
        attr.key = (given & 1) != 0 ? sys_bpf_pointer(&words[0]) : 0;
        if (commands[i] != BPF_MAP_DELETE_ELEM)
          attr.value = (given & 2) != 0 ? sys_bpf_pointer(&words[1]) : 0;
        printf("command %d, given %u", commands[i], given);
        see_call("", sys_bpf(commands[i], &attr));
      }
    close(fd);
  }
}

static void try_mmap(int fd, size_t size, int protection, int flags, off_t offset) {
  void* address = mmap(NULL, size, protection, flags, fd, offset);

  printf("%#zx bytes at %#llx, protection %d, flags %d", size, (unsigned long long)offset,
         protection, flags);
  see_call("", address == MAP_FAILED ? -errno : 0);
  if (address != MAP_FAILED)
    munmap(address, size);
}

void ring_mmap_rules(void) {
  enum { both = PROT_READ | PROT_WRITE, pages = 2 + 2 * 2 };

  for (size_t kind = 0; kind < LENGTH_OF(kinds); kind++) {
    int fd = sys_bpf_map_create(kinds[kind], 0, 0, 2 * page, 0);

    for (unsigned protection = PROT_NONE; protection <= both; protection++)
      for (unsigned offset = 0; offset <= pages + 1; offset++)
        for (unsigned size = 0; size <= pages + 1; size++)
          try_mmap(fd, size * page, (int)protection, MAP_SHARED, offset * page);
    try_mmap(fd, page, both, MAP_PRIVATE, 0);
    try_mmap(fd, page, PROT_READ, MAP_PRIVATE, page);
    try_mmap(fd, page, PROT_READ, MAP_SHARED_VALIDATE, page);
    try_mmap(fd, page, PROT_READ, 0, 0);
    try_mmap(fd, 100, both, MAP_SHARED, 0);
    try_mmap(fd, page + 100, PROT_READ, MAP_SHARED, page);
    try_mmap(fd, page, PROT_READ, MAP_SHARED, 100);
    try_mmap(fd, page, PROT_READ, MAP_SHARED, (off_t)1 << 40);
    try_mmap(fd, (size_t)1 << 40, PROT_READ, MAP_SHARED, 0);
    try_mmap(fd, (size_t)1 << 60, PROT_READ, MAP_SHARED, 0);
    close(fd);
    try_mmap(fd, page, PROT_READ, MAP_SHARED, 0);
  }
}

void ring_memory(void) {
  struct ring ring = ring_up(BPF_MAP_TYPE_RINGBUF, 2 * page);
  unsigned char *part, *first, *second;

  see_positions(&ring);
  see("output", put(&ring, 100, 7, 0));
  see("the data twice", memcmp(ring.data, ring.data + 2 * page, 108));
  part = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, ring.map_fd, 3 * page);
  see("the end and the start", memcmp(part + page, ring.data, 108));
  see_call("unmap a part", call(munmap(part, page)));
  see("what is left", memcmp(part + page, ring.data, 108));
  see_call("unmap the rest", call(munmap(part + page, page)));
  first = mmap(NULL, 6 * page, PROT_READ, MAP_SHARED, ring.map_fd, 0);
  *ring.consumer = 24;
  see("all in one", first != MAP_FAILED && first[0] == 24 && first[page] == 112 &&
                        memcmp(first + 2L * page, ring.data, 108) == 0);
  second = mmap(first, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, ring.map_fd, 0);
  see("a page mapped over it", second == first);
  second[0] = 48;
  see("is the consumer's", (long long)*ring.consumer);
  munmap(first, 6 * page);
  close(ring.map_fd);
  see("lives without its descriptor", ring.data[8]);
  ring.map_fd = sys_bpf_map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, page, 0);
  ring_down(&ring);

  ring = ring_up(BPF_MAP_TYPE_USER_RINGBUF, page);
  ring.data[5] = 99;
  ring.data[page + 6] = 98;
  see("the second copy", ring.data[page + 5]);
  see("the first copy", ring.data[6]);
  ring_down(&ring);
}

void ring_bytes(void) {
  static const uint32_t sizes[] = {0, 1, 7, 8, 9, 15, 100, 3000, 16, 5000, 8};
  struct ring ring = ring_up(BPF_MAP_TYPE_RINGBUF, 2 * page);

  for (unsigned i = 0; i < LENGTH_OF(sizes); i++) {
    see("size", sizes[i]);
    see("output", put(&ring, sizes[i], i, 0));
    if (i % 3 == 2)
      see_ring(&ring);
  }
  see_ring(&ring);
  see("reserve", reserve(&ring, 8, BPF_FUNC_ringbuf_submit, 5, 0));
  see("discard", reserve(&ring, 20, BPF_FUNC_ringbuf_discard, 6, 0));
  see("reserve", reserve(&ring, 4000, BPF_FUNC_ringbuf_submit, 7, 0));
  see_ring(&ring);
  see("reserve too much", reserve(&ring, 8185, BPF_FUNC_ringbuf_submit, 8, 0));
  see("unknown flags", put(&ring, 8, 0, 4));
  see("unknown flags to submit", reserve(&ring, 8, BPF_FUNC_ringbuf_submit, 9, 1ULL << 40));
  see_ring(&ring);
  ring_down(&ring);
}

void ring_full(void) {
  struct ring ring = ring_up(BPF_MAP_TYPE_RINGBUF, page);
  int crossing = load_ring_crossing(ring.map_fd), query = load_ring_query(ring.map_fd);

  for (uint32_t size = page - 32; size <= page + 8; size++) {
    see("size", size);
    see("output", put(&ring, size, 0, 0));
    see_positions(&ring);
    *ring.consumer = *ring.producer;
  }
  for (unsigned i = 0; i < 70; i++)
    see("output", put(&ring, 56, i, 0));
  *ring.consumer += 64;
  see("room for one", put(&ring, 56, 0, 0));
  see("no room", put(&ring, 0, 0, 0));
  see("reserve", reserve(&ring, 8, BPF_FUNC_ringbuf_submit, 0, 0));
  *ring.consumer += 32;
  see("crossing, room for one", run_ring_program(crossing, 0, 0));
  *ring.consumer += 64;
  see("crossing", run_ring_program(crossing, 0, 0));
  for (uint64_t what = 0; what < 6; what++)
    see("query", run_ring_program(query, what, 0));
  *ring.consumer = *ring.producer + 8;
  see("consumer beyond the producer", put(&ring, 8, 0, 0));
  see("unread", run_ring_program(query, BPF_RB_AVAIL_DATA, 0));
  *ring.consumer = *ring.producer - 3 * page;
  see("consumer far behind", put(&ring, 8, 0, 0));
  see("unread", run_ring_program(query, BPF_RB_AVAIL_DATA, 0));
  close(crossing), close(query);
  ring_down(&ring);
}

void ring_wakeups(void) {
  static const uint64_t flags[] = {0, BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP,
                                   BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP};
  static const uint32_t modes[] = {EPOLLIN | EPOLLET, EPOLLIN, EPOLLIN | EPOLLONESHOT, EPOLLOUT};

  for (size_t i = 0; i < LENGTH_OF(flags) * LENGTH_OF(modes); i++) {
    uint64_t flag = flags[i % LENGTH_OF(flags)];
    struct ring ring = ring_up(BPF_MAP_TYPE_RINGBUF, page);
    int epoll_fd, crossing = load_ring_crossing(ring.map_fd);

    printf("flags %llu, mode %zu\n", (unsigned long long)flag, i / LENGTH_OF(flags));
    epoll_fd = watch(ring.map_fd, modes[i / LENGTH_OF(flags)]);
    ready("nothing yet", epoll_fd);
    see("first", put(&ring, 8, 0, flag));
    ready("caught up", epoll_fd);
    ready("again", epoll_fd);
    see("second", put(&ring, 8, 0, flag));
    ready("not caught up", epoll_fd);
    *ring.consumer = 16;
    ready("one read", epoll_fd);
    see("third", put(&ring, 8, 0, flag));
    ready("one behind", epoll_fd);
    *ring.consumer = 48;
    ready("all read", epoll_fd);
    see("submit", reserve(&ring, 8, BPF_FUNC_ringbuf_submit, 0, flag));
    ready("submitted", epoll_fd);
    *ring.consumer = 64;
    see("discard", reserve(&ring, 8, BPF_FUNC_ringbuf_discard, 0, flag));
    ready("discarded", epoll_fd);
    *ring.consumer = 80;
    ready("passed", epoll_fd);
    see("crossing", run_ring_program(crossing, 0, flag));
    ready("crossing, the first last", epoll_fd);
    *ring.consumer = 80 + 48;
    ready("read", epoll_fd);
    see("crossing", run_ring_program(crossing, flag, BPF_RB_NO_WAKEUP));
    ready("crossing, the second alone", epoll_fd);
    close(epoll_fd), close(crossing);
    ring_down(&ring);
  }
}

void ring_polls(void) {
  struct ring ring = ring_up(BPF_MAP_TYPE_RINGBUF, page);
  int first = watch(ring.map_fd, EPOLLIN), outer = watch(first, EPOLLIN), second, other_fd;
  struct bpf_map_info info;
  union bpf_attr attr;

  polled("nothing", ring.map_fd, POLLIN | POLLOUT | POLLRDNORM);
  see("output", put(&ring, 8, 0, BPF_RB_NO_WAKEUP));
  polled("one record", ring.map_fd, POLLIN | POLLOUT | POLLRDNORM);
  polled("asked again", ring.map_fd, POLLIN);
  ready("no waiter was woken", first);
  second = watch(ring.map_fd, EPOLLIN);
  ready("a set added later", second);
  ready("again", second);
  see_call("change", control_epoll(first, EPOLL_CTL_MOD, ring.map_fd, EPOLLIN));
  ready("changed", first);
  ready("the outer set", outer);
  ready("the inner set", first);
  *ring.consumer = 16;
  ready("read", first);
  ready("read", outer);
  *ring.consumer = 8;
  polled("in the middle of a record", ring.map_fd, POLLIN);
  *ring.consumer = 24;
  polled("beyond the end", ring.map_fd, POLLIN);
  *ring.consumer = 16;
  polled("at the end", ring.map_fd, POLLIN);
  sys_bpf_info(ring.map_fd, &info, sizeof(info));
  memset(&attr, 0, sizeof(attr));
  attr.map_id = info.id;
  other_fd = sys_bpf(BPF_MAP_GET_FD_BY_ID, &attr);
  see_call("opened by id", other_fd);
  see_call("watched too", control_epoll(second, EPOLL_CTL_ADD, other_fd, EPOLLIN));
  see("output", put(&ring, 8, 0, 0));
  ready("both", second);
  polled("the other", other_fd, POLLIN);
  close(other_fd);
  ready("one is closed", second);
  close(outer), close(first), close(second);
  ring_down(&ring);
}

void ring_closed(void) {
  struct ring ring = ring_up(BPF_MAP_TYPE_RINGBUF, page);
  int reserving = load_ring_reserve(ring.map_fd, 8, BPF_FUNC_ringbuf_submit);
  int epoll_fd = watch(ring.map_fd, EPOLLIN), again, map_fd = ring.map_fd;

  close(map_fd);
  see("closed, but mapped", run_ring_program(reserving, 0, 0));
  ready("still watched", epoll_fd);
  *ring.consumer = *ring.producer;
  ready("read", epoll_fd);
  again = sys_bpf_map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, page, 0);
  see("another with its number", again == map_fd);
  see_call("watched beside it", control_epoll(epoll_fd, EPOLL_CTL_ADD, again, EPOLLIN));
  see("output", run_ring_program(reserving, 0, 0));
  ready("the old one", epoll_fd);
  munmap(ring.consumer, page);
  ready("half unmapped", epoll_fd);
  munmap(ring.producer, page);
  ready("a part is left", epoll_fd);
  munmap((char*)ring.producer + page, 2 * page);
  ready("unmapped", epoll_fd);
  see("output without a reader", run_ring_program(reserving, 0, 0));
  close(again), close(epoll_fd), close(reserving), close(ring.payload_fd);
}
