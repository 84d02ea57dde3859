/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* index: the functions that take the index of a ring, with valid and invalid indices. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/kernel.h"
#include "ring/rings.h"

static struct seen seen;
static struct perf_buffer* pb;
static int map_fd;

static bool open_buffer(size_t page_count) {
  map_fd = kernel_map(kernel_cpus());
  pb = perf_buffer__new(map_fd, page_count, seen_sample, seen_lost, &seen, NULL);
  return CHECK(pb != NULL);
}

static void indices_beyond(void) {
  const size_t beyond[] = {kernel_cpus(), kernel_cpus() + 1, INT_MAX, (size_t)INT_MAX + 1,
                           SIZE_MAX};
  void* base = &base;
  size_t size = 5;

  if (!open_buffer(1))
    return;
  for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
    CHECK_FAILS(perf_buffer__buffer_fd(pb, beyond[i]), EINVAL);
    CHECK_FAILS(perf_buffer__consume_buffer(pb, beyond[i]), EINVAL);
    if (beyond[i] <= INT_MAX)
      CHECK_FAILS(perf_buffer__buffer(pb, (int)beyond[i], &base, &size), EINVAL);
  }
  /* Nothing has been written. */
  CHECK(base == &base);
  CHECK_EQ(size, 5);
  perf_buffer__free(pb);
}

static void index_below_0(void) {
  void* base = &base;
  size_t size = 5;

  if (!open_buffer(1))
    return;
  CHECK_FAILS(perf_buffer__buffer(pb, -1, &base, &size), EINVAL);
  CHECK_FAILS(perf_buffer__buffer(pb, INT_MIN, &base, &size), EINVAL);
  CHECK(base == &base);
  CHECK_EQ(size, 5);
  perf_buffer__free(pb);
}

static void a_successful_answer_keeps_errno(void) {
  void* base;
  size_t size;

  if (!open_buffer(1))
    return;
  errno = ERANGE;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), kernel_cpus());
  CHECK(perf_buffer__buffer_fd(pb, 0) >= 0);
  CHECK(perf_buffer__epoll_fd(pb) >= 0);
  CHECK_EQ(perf_buffer__buffer(pb, 0, &base, &size), 0);
  CHECK_EQ(errno, ERANGE);
  perf_buffer__free(pb);
}

static void descriptors_are_close_on_exec(void) {
  if (!open_buffer(1))
    return;
  for (size_t i = 0; i < kernel_cpus(); i++)
    CHECK_EQ(fcntl(perf_buffer__buffer_fd(pb, i), F_GETFD), FD_CLOEXEC);
  CHECK_EQ(fcntl(perf_buffer__epoll_fd(pb), F_GETFD), FD_CLOEXEC);
  perf_buffer__free(pb);
}

static void every_descriptor_is_close_on_exec(void) {
  bool before[256], held = true;

  for (int fd = 0; fd < 256; fd++)
    before[fd] = fcntl(fd, F_GETFD) >= 0;
  if (!open_buffer(1))
    return;
  for (int fd = 0; fd < 256; fd++)
    if (!before[fd] && fd != map_fd && fcntl(fd, F_GETFD) == 0)
      held = fd == map_fd + 1; /* the case's own program */
  CHECK(held);
  perf_buffer__free(pb);
}

static void events_are_distinct(void) {
  if (!open_buffer(1))
    return;
  for (size_t i = 0; i < kernel_cpus(); i++) {
    CHECK(perf_buffer__buffer_fd(pb, i) != perf_buffer__epoll_fd(pb));
    for (size_t j = 0; j < i; j++)
      CHECK(perf_buffer__buffer_fd(pb, i) != perf_buffer__buffer_fd(pb, j));
  }
  perf_buffer__free(pb);
}

static void fd_is_the_event_in_the_slot(void) {
  if (!open_buffer(1))
    return;
  for (unsigned cpu = 0; cpu < kernel_cpus(); cpu++)
    CHECK_EQ(perf_buffer__buffer_fd(pb, cpu), sim.event_fd(map_fd, cpu));
  perf_buffer__free(pb);
}

static void fd_stops_its_ring(void) {
  uint64_t value = 1;

  skip_under_valgrind();
  if (!open_buffer(1))
    return;
  /* A paused ring loses every record: this shows that the descriptor is that of its event. */
  CHECK_EQ(ioctl(perf_buffer__buffer_fd(pb, 0), PERF_EVENT_IOC_PAUSE_OUTPUT, 1), 0);
  CHECK_EQ(kernel_output(map_fd, 0, &value, sizeof(value)), -ENOSPC);
  CHECK_EQ(ioctl(perf_buffer__buffer_fd(pb, 0), PERF_EVENT_IOC_PAUSE_OUTPUT, 0), 0);
  CHECK_EQ(kernel_output(map_fd, 0, &value, sizeof(value)), 0);
  CHECK_EQ(perf_buffer__consume_buffer(pb, 0), 0);
  CHECK_EQ(seen.samples, 1);
  CHECK_EQ(seen.lost_total, 1);
  perf_buffer__free(pb);
}

static void epoll_fd_is_an_epoll_set(void) {
  struct epoll_event event;

  if (!open_buffer(1))
    return;
  CHECK_EQ(epoll_wait(perf_buffer__epoll_fd(pb), &event, 1, 0), 0);
  /* The set already has the event of the ring. */
  event.events = EPOLLIN;
  errno = 0;
  CHECK_EQ(
      epoll_ctl(perf_buffer__epoll_fd(pb), EPOLL_CTL_ADD, perf_buffer__buffer_fd(pb, 0), &event),
      -1);
  CHECK_EQ(errno, EEXIST);
  perf_buffer__free(pb);
}

static void buffer_shows_header_and_data(void) {
  static const size_t counts[] = {1, 4, 16};
  uint64_t value = 0x1122334455667788;

  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    const unsigned char* record;
    uint64_t copy;

    if (!open_buffer(counts[i]))
      return;
    CHECK_EQ(ring_size(pb, 0), counts[i] * 4096);
    CHECK_EQ((uintptr_t)ring_page(pb, 0) % 4096, 0);
    CHECK_EQ(ring_page(pb, 0)->data_head, 0);
    CHECK_EQ(ring_page(pb, 0)->data_tail, 0);
    CHECK_EQ(kernel_output(map_fd, 0, &value, sizeof(value)), 0);
    CHECK_EQ(ring_page(pb, 0)->data_head, 24);
    record = ring_data(pb, 0, 0);
    memcpy(&copy, record + 12, sizeof(copy));
    CHECK_EQ(copy, value);
    perf_buffer__free(pb);
  }
}

static void consume_buffer_reads_that_ring_alone(void) {
  uint64_t value = 3;

  if (kernel_cpus() < 2)
    skip("one CPU");
  if (!open_buffer(1))
    return;
  CHECK_EQ(kernel_output(map_fd, 0, &value, sizeof(value)), 0);
  CHECK_EQ(kernel_output(map_fd, 1, &value, sizeof(value)), 0);
  CHECK_EQ(perf_buffer__consume_buffer(pb, 1), 0);
  CHECK_EQ(seen.count, 1);
  CHECK_EQ(seen.events[0].cpu, 1);
  CHECK_EQ(perf_buffer__consume_buffer(pb, 0), 0);
  CHECK_EQ(seen.count, 2);
  CHECK_EQ(seen.events[1].cpu, 0);
  perf_buffer__free(pb);
}

CASES(index) = {
#define CASE(name_, function_, needs_, ...)                                                        \
  {                                                                                                \
    .name = "index." #name_, .function = "perf_buffer__" #function_, .needs = needs_,              \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(indices_beyond, buffer_fd, NEEDS_EITHER),
    CASE(index_below_0, buffer, NEEDS_EITHER, .stock_outcome = CRASHES,
         .difference = "negative-index"),
    CASE(a_successful_answer_keeps_errno, buffer_cnt, NEEDS_EITHER),
    CASE(descriptors_are_close_on_exec, buffer_fd, NEEDS_LIVE),
    CASE(every_descriptor_is_close_on_exec, new, NEEDS_LIVE),
    CASE(events_are_distinct, buffer_fd, NEEDS_EITHER),
    CASE(fd_is_the_event_in_the_slot, buffer_fd, NEEDS_SIM),
    CASE(fd_stops_its_ring, buffer_fd, NEEDS_LIVE),
    CASE(epoll_fd_is_an_epoll_set, epoll_fd, NEEDS_EITHER),
    CASE(buffer_shows_header_and_data, buffer, NEEDS_EITHER),
    CASE(consume_buffer_reads_that_ring_alone, consume_buffer, NEEDS_EITHER),
    {.name = NULL},
#undef CASE
};
