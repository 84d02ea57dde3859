/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* foreign_rings: a program that gets ring_buffer__new and user_ring_buffer__new from the stock
 * library's own handle, past us. The stock library calls our ring_buffer__add with the ring_buffer
 * that it is making. All else goes through our functions, and every call with the stock library's
 * ring_buffer, ring or user_ring_buffer must be passed on.
 *
 * Compiled with -DWITH_RING for a stock library from 1.5 on, which has struct ring. */
#include <bpf/libbpf.h>
#include <fcntl.h>

#include "foreign.h"
#include "records.h"

enum { kBytes = 1 << 16, kSampleBytes = 24 };

/* Headers of old lack these; a system's headers may have them. */
struct ring;

#define FUNCTIONS(f)                                                                               \
  f(ring_buffer__new);                                                                             \
  f(ring_buffer__add);                                                                             \
  f(ring_buffer__poll);                                                                            \
  f(ring_buffer__consume);                                                                         \
  f(ring_buffer__epoll_fd);                                                                        \
  f(ring_buffer__free);                                                                            \
  f(user_ring_buffer__new);                                                                        \
  f(user_ring_buffer__reserve);                                                                    \
  f(user_ring_buffer__reserve_blocking);                                                           \
  f(user_ring_buffer__submit);                                                                     \
  f(user_ring_buffer__discard);                                                                    \
  f(user_ring_buffer__free)
#define RING_FUNCTIONS(f)                                                                          \
  f(ring_buffer__consume_n);                                                                       \
  f(ring_buffer__ring);                                                                            \
  f(ring__consumer_pos);                                                                           \
  f(ring__producer_pos);                                                                           \
  f(ring__avail_data_size);                                                                        \
  f(ring__size);                                                                                   \
  f(ring__map_fd);                                                                                 \
  f(ring__consume);                                                                                \
  f(ring__consume_n)

static struct library {
  FUNCTIONS(DECLARE);
#ifdef WITH_RING
  RING_FUNCTIONS(DECLARE);
#endif
} ours, stock;

static int on_sample(void* ctx, void* data, size_t size) {
  records_take(ctx, 0, data, (uint32_t)size);
  return 0;
}

static int make_ring(enum bpf_map_type type) {
  int fd = sys_bpf_map_create(type, 0, 0, kBytes, 0);

  if (fd < 0)
    records_give_up("cannot create a BPF ring", fd);
  return fd;
}

#ifdef WITH_RING
/* The functions that read one ring, and tell of it: `records` come from the first of `rb`. */
static void read_ring(struct ring_buffer* rb, struct records* records) {
  struct ring* ring = stock.ring_buffer__ring(rb, 0);
  unsigned long position = stock.ring__consumer_pos(ring);
  int sent;

  CHECK(ring && ours.ring_buffer__ring(rb, 0) == ring);
  CHECK(ours.ring_buffer__ring(rb, 1) == stock.ring_buffer__ring(rb, 1));
  CHECK(ours.ring_buffer__ring(rb, 1) != ring);
  errno = 0;
  CHECK(!ours.ring_buffer__ring(rb, 2) && errno == ERANGE);
  CHECK(ours.ring__map_fd(ring) == stock.ring__map_fd(ring));
  CHECK(ours.ring__size(ring) == kBytes);
  CHECK(ours.ring__avail_data_size(ring) == 0);
  CHECK(ours.ring__consumer_pos(ring) == position && ours.ring__producer_pos(ring) == position);

  sent = records_send(records);
  CHECK(ours.ring__producer_pos(ring) == stock.ring__producer_pos(ring));
  CHECK(ours.ring__producer_pos(ring) > position);
  CHECK(ours.ring__avail_data_size(ring) == ours.ring__producer_pos(ring) - position);
  CHECK(ours.ring__consume_n(ring, 3) == 3);
  CHECK(ours.ring__consumer_pos(ring) == stock.ring__consumer_pos(ring));
  CHECK(ours.ring_buffer__consume_n(rb, 2) == 2);
  CHECK(ours.ring__consume(ring) == sent - 5);
  CHECK(ours.ring__avail_data_size(ring) == 0);
  CHECK(records_done(records));
}
#else
static void read_ring(struct ring_buffer* rb, struct records* records) {
  (void)rb;
  (void)records;
}
#endif

static void check_ring_buffer(void) {
  int map_fds[2] = {make_ring(BPF_MAP_TYPE_RINGBUF), make_ring(BPF_MAP_TYPE_RINGBUF)};
  struct records records[2];
  struct ring_buffer* rb;
  int epoll_fd, sent;

  records_open_ring(&records[0], map_fds[0]);
  records_open_ring(&records[1], map_fds[1]);
  rb = stock.ring_buffer__new(map_fds[0], on_sample, &records[0], NULL);
  CHECK(rb);
  CHECK(ours.ring_buffer__add(rb, map_fds[1], on_sample, &records[1]) == 0);
  CHECK(ours.ring_buffer__add(rb, records[0].data_fd, on_sample, NULL) == -EINVAL);
  epoll_fd = ours.ring_buffer__epoll_fd(rb);
  CHECK(epoll_fd >= 0 && epoll_fd == stock.ring_buffer__epoll_fd(rb));

  sent = records_send(&records[0]) + records_send(&records[1]);
  CHECK(sent > 0 && ours.ring_buffer__poll(rb, 1000) == sent);
  sent = records_send(&records[1]);
  CHECK(ours.ring_buffer__consume(rb) == sent);
  CHECK(records_done(&records[0]) && records_done(&records[1]));
  read_ring(rb, &records[0]);
  ours.ring_buffer__free(rb);
  CHECK(fcntl(epoll_fd, F_GETFD) == -1 && errno == EBADF);

  /* One of our own in between is still ours. */
  rb = ours.ring_buffer__new(map_fds[0], on_sample, &records[0], NULL);
  CHECK(rb && ours.ring_buffer__add(rb, map_fds[1], on_sample, &records[1]) == 0);
  sent = records_send(&records[0]) + records_send(&records[1]);
  CHECK(ours.ring_buffer__consume(rb) == sent);
  CHECK(records_done(&records[0]) && records_done(&records[1]));
  ours.ring_buffer__free(rb);
  ours.ring_buffer__free(NULL);
}

/* Drains what user_ring_buffer wrote: must be `count` samples, whose last begins with `first`. */
static void drain(int prog_fd, int drained_fd, int count, uint64_t first) {
  struct drained drained;
  uint64_t flags[1] = {0};
  int key = 0, returned = 0;

  CHECK(sys_bpf_run_on_cpu(prog_fd, 0, flags, 1, &returned) == 0 && returned == count);
  CHECK(sys_bpf_map_lookup(drained_fd, &key, &drained) == 0);
  CHECK(drained.samples == (uint64_t)count && drained.first == first && drained.result == 0);
}

static void check_user_ring_buffer(const struct library* maker) {
  int map_fd = make_ring(BPF_MAP_TYPE_USER_RINGBUF);
  int drained_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct drained), 1, 0);
  int prog_fd = load_ring_drain(map_fd, drained_fd);
  struct user_ring_buffer* rb = maker->user_ring_buffer__new(map_fd, NULL);
  uint64_t* sample;

  if (prog_fd < 0)
    records_give_up("cannot load a BPF program that drains", prog_fd);
  CHECK(rb);
  sample = ours.user_ring_buffer__reserve(rb, kSampleBytes);
  CHECK(sample);
  *sample = 1;
  ours.user_ring_buffer__submit(rb, sample);
  sample = ours.user_ring_buffer__reserve(rb, kSampleBytes);
  CHECK(sample);
  *sample = 2;
  ours.user_ring_buffer__discard(rb, sample);
  sample = ours.user_ring_buffer__reserve_blocking(rb, kSampleBytes, 1000);
  CHECK(sample);
  *sample = 3;
  ours.user_ring_buffer__submit(rb, sample);
  errno = 0;
  CHECK(!ours.user_ring_buffer__reserve(rb, kBytes) && errno == E2BIG);
  errno = 0;
  CHECK(!ours.user_ring_buffer__reserve_blocking(rb, kBytes - 8, 1) && errno == ENOSPC);
  drain(prog_fd, drained_fd, 2, 3);
  ours.user_ring_buffer__free(rb);
  close(prog_fd);
  close(drained_fd);
  close(map_fd);
}

int main(void) {
  void* handle = foreign_open();

#define LOOK_UP(name) FOREIGN_LOOK_UP(ours, stock, handle, name)
  FUNCTIONS(LOOK_UP);
#ifdef WITH_RING
  RING_FUNCTIONS(LOOK_UP);
#endif
  check_ring_buffer();
  check_user_ring_buffer(&stock);
  check_user_ring_buffer(&ours);
  ours.user_ring_buffer__free(NULL);
  return failures != 0;
}
