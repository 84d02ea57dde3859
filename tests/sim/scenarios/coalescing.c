/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* scenarios of readers that are not woken for each record: two events in one ring, a BPF ring whose
 * reader holds a record back, descriptors watched for nothing, and timers. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>

#include "sim/scenarios/rings.h"
#include "sim/scenarios/scenarios.h"
#include "support/bpf_calls.h"
#include "support/ring_programs.h"

/* second_event opens an event that writes into the rig's ring: by watermark, or each record wakes.
 */
static int second_event(const struct rig* rig, int watermark) {
  struct perf_event_attr attr = output_attr();
  int fd;

  attr.watermark = watermark != 0;
  if (watermark != 0)
    attr.wakeup_watermark = (uint32_t)watermark;
  fd = open_event(&attr, 0);
  need("second event", fd);
  see_call("redirect", call(ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, rig->event_fd)));
  return fd;
}

static void write_through(const struct rig* rig, int event_fd) {
  const uint32_t key = 0;

  see_call("store", sys_bpf_map_update(rig->map_fd, &key, &event_fd));
}

static void consume(struct rig* rig) {
  rig->tail = ring_head(rig);
  __atomic_store_n(&rig->page->data_tail, rig->tail, __ATOMIC_RELEASE);
}

void two_events(void) {
  static const unsigned pages[] = {1, 4};

  for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
    struct perf_event_attr attr = output_attr();
    struct rig rig = rig_up(&attr, pages[i]);
    int second = second_event(&rig, (int)(pages[i] * 2048));
    int first_set = watch(rig.event_fd, EPOLLIN), second_set = watch(second, EPOLLIN);

    for (unsigned round = 0; round < 3; round++) {
      output(&rig, 20, round);
      ready("signalled, the first", first_set);
      ready("and the second", second_set);
      write_through(&rig, second);
      ready("switched, the second", second_set);
      for (unsigned n = 0; n < 50 * pages[i]; n++) {
        see("output", output(&rig, 100, n));
        ready("the first", first_set);
        ready("the second", second_set);
        if (n % 37 == 36)
          consume(&rig);
      }
      consume(&rig);
      output(&rig, 30, round);
      write_through(&rig, rig.event_fd);
      ready("switched back", first_set);
      output(&rig, 40, round);
      ready("signalled", first_set);
      see_records(&rig);
    }
    close(first_set), close(second_set), close(second);
    rig_down(&rig);
  }
}

void two_events_lose(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int second = second_event(&rig, 2048);

  /* A LOST record says whose it is: the event's that finds room again. */
  for (unsigned round = 0; round < 4; round++) {
    while (output(&rig, 500, 0) == 0)
      ;
    output(&rig, 500, 0);
    write_through(&rig, round % 2 == 0 ? second : rig.event_fd);
    output(&rig, 500, 0);
    consume(&rig);
    output(&rig, 4, 0);
    see_records(&rig);
  }
  close(second);
  rig_down(&rig);
}

void two_events_close(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int second = second_event(&rig, 0), third = second_event(&rig, 2048);
  int second_set = watch(second, EPOLLIN), epoll_fd = watch(rig.event_fd, EPOLLIN);

  write_through(&rig, second);
  close(second);
  see("closed, but in a map", output(&rig, 8, 1));
  ready("the ring's", epoll_fd);
  ready("its own", second_set);
  write_through(&rig, third);
  ready("replaced", second_set);
  see("output", output(&rig, 8, 2));
  ready("by watermark", epoll_fd);
  write_through(&rig, rig.event_fd);
  close(third);
  see("output", output(&rig, 8, 3));
  ready("alone again", epoll_fd);
  see_records(&rig);

  second = second_event(&rig, 0);
  write_through(&rig, second);
  close(rig.event_fd);
  ready("the ring's event is closed", epoll_fd);
  see("output", output(&rig, 8, 4));
  ready("the mapping keeps it", epoll_fd);
  close(epoll_fd);
  epoll_fd = watch(second, EPOLLIN);
  see("output", output(&rig, 8, 5));
  ready("the second", epoll_fd);
  munmap(rig.page, 2 * 4096);
  ready("unmapped", epoll_fd);
  see("output", output(&rig, 8, 6));
  close(epoll_fd), close(second), close(second_set), close(rig.map_fd), close(rig.program_fd);
}

void watched_for_nothing(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  struct ring ring = ring_up(BPF_MAP_TYPE_RINGBUF, page);
  int reserving = load_ring_reserve(ring.map_fd, 8, BPF_FUNC_ringbuf_submit);
  int perf_set = watch(rig.event_fd, EPOLLIN), ring_set = watch(ring.map_fd, EPOLLIN);

  for (unsigned round = 0; round < 3; round++) {
    see_call("nothing", control_epoll(perf_set, EPOLL_CTL_MOD, rig.event_fd, 0));
    see_call("nothing", control_epoll(ring_set, EPOLL_CTL_MOD, ring.map_fd, 0));
    output(&rig, 8, round);
    run_ring_program(reserving, 0, 0);
    ready("perf", perf_set);
    ready("ring", ring_set);
    see_call("again", control_epoll(perf_set, EPOLL_CTL_MOD, rig.event_fd, EPOLLIN));
    see_call("again", control_epoll(ring_set, EPOLL_CTL_MOD, ring.map_fd, EPOLLIN));
    ready("perf", perf_set);
    ready("ring", ring_set);
    ready("ring, again", ring_set);
    *ring.consumer = *ring.producer;
    ready("ring, read", ring_set);
    output(&rig, 8, round);
    run_ring_program(reserving, 0, 0);
    ready("perf", perf_set);
    ready("ring", ring_set);
    *ring.consumer = *ring.producer;
  }
  close(perf_set), close(ring_set), close(reserving);
  ring_down(&ring);
  rig_down(&rig);
}

void ring_held_back(void) {
  struct ring ring = ring_up(BPF_MAP_TYPE_RINGBUF, page);
  int reserving = load_ring_reserve(ring.map_fd, 8, BPF_FUNC_ringbuf_submit);
  int crossing = load_ring_crossing(ring.map_fd);
  int edge = watch(ring.map_fd, EPOLLIN | EPOLLET), level = watch(ring.map_fd, EPOLLIN);

  run_ring_program(reserving, 0, 0);
  ready("the first", edge);
  /* From here the reader has read all and published one record less. */
  for (unsigned n = 0; n < 300; n++) {
    run_ring_program(reserving, n, n % 50 == 49 ? BPF_RB_FORCE_WAKEUP : 0);
    ready("held back", edge);
    ready("level", level);
    *ring.consumer = *ring.producer - 16;
  }
  /* Two positions that differ by the ring's size are one place. */
  *ring.consumer = *ring.producer - page;
  run_ring_program(reserving, 0, 0);
  ready("a whole ring back", edge);
  *ring.consumer = *ring.producer - 16;
  run_ring_program(crossing, 0, 0);
  ready("two at once", edge);
  *ring.consumer = *ring.producer;
  ready("let go", edge);
  ready("level", level);
  run_ring_program(reserving, 0, 0);
  ready("the next", edge);
  ready("level", level);
  close(edge), close(level), close(reserving), close(crossing);
  ring_down(&ring);
}

static uint64_t monotonic_ns(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static struct timespec timespec_of(uint64_t ns) {
  return (struct timespec){(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
}

static void arm(int fd, int flags, uint64_t ns, uint64_t every_ns) {
  struct itimerspec value = {.it_value = timespec_of(ns), .it_interval = timespec_of(every_ns)};

  see_call("arm", call(timerfd_settime(fd, flags, &value, NULL)));
}

/* expired waits for the timer without end, and then reads it. */
static void expired(const char* what, int epoll_fd, int fd) {
  struct epoll_event event;
  uint64_t count = 0;

  see(what, epoll_wait(epoll_fd, &event, 1, -1));
  printf("events %#x\n", event.events);
  see_call(" read", call(read(fd, &count, sizeof(count))));
  see(" expired", (long long)count);
  see_call(" read again", call(read(fd, &count, sizeof(count))));
}

void timers(void) {
  enum { ms = 1000000 };
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), epoll_fd, blocking;
  struct itimerspec value;
  uint64_t count = 0, start;

  see("flags", (fcntl(fd, F_GETFD) << 16) + (fcntl(fd, F_GETFL) & O_NONBLOCK));
  epoll_fd = watch(fd, EPOLLIN);
  ready("never armed", epoll_fd);
  see_call("read", call(read(fd, &count, sizeof(count))));
  see_call("read too little", call(read(fd, &count, 7)));
  start = monotonic_ns();
  arm(fd, TFD_TIMER_ABSTIME, start + 100 * ms, 0);
  ready("not yet", epoll_fd);
  expired("absolute", epoll_fd, fd);
  see("in time", monotonic_ns() >= start + 100 * ms);
  arm(fd, 0, 2 * ms, 0);
  expired("relative", epoll_fd, fd);
  arm(fd, TFD_TIMER_ABSTIME, start, 0);
  expired("in the past", epoll_fd, fd);

  arm(fd, 0, 1, 0);
  polled("poll", fd, 0);
  see("expired", epoll_wait(epoll_fd, &(struct epoll_event){0}, 1, -1));
  ready("level", epoll_fd);
  arm(fd, 0, (uint64_t)1000 * ms, 0);
  ready("armed anew", epoll_fd);
  see_call("left", call(timerfd_gettime(fd, &value)));
  see(" less than a second", value.it_value.tv_sec == 0 && value.it_value.tv_nsec > 0);
  see("timeout before it", epoll_wait(epoll_fd, &(struct epoll_event){0}, 1, 5));
  arm(fd, 0, 0, 0);
  ready("off", epoll_fd);
  see_call("left", call(timerfd_gettime(fd, &value)));
  see(" none", value.it_value.tv_sec + value.it_value.tv_nsec);
  arm(fd, 0, 1, 0);
  see("expired", epoll_wait(epoll_fd, &(struct epoll_event){0}, 1, -1));
  arm(fd, 0, 0, 0);
  ready("off when expired", epoll_fd);
  see_call("read", call(read(fd, &count, sizeof(count))));

  start = monotonic_ns();
  arm(fd, TFD_TIMER_ABSTIME, start + 10 * ms, 10 * ms);
  see("first", epoll_wait(epoll_fd, &(struct epoll_event){0}, 1, -1));
  see_call("read", call(read(fd, &count, sizeof(count))));
  see("second", epoll_wait(epoll_fd, &(struct epoll_event){0}, 1, -1));
  see("in time", monotonic_ns() >= start + 20 * ms);
  see_call("left", call(timerfd_gettime(fd, &value)));
  see(" interval", value.it_interval.tv_nsec);
  close(fd);
  ready("closed", epoll_fd);
  close(epoll_fd);

  blocking = timerfd_create(CLOCK_MONOTONIC, 0);
  start = monotonic_ns();
  arm(blocking, 0, 2 * ms, 0);
  see("read waits", read(blocking, &count, sizeof(count)));
  see("expired", (long long)count);
  see("in time", monotonic_ns() >= start + 2 * ms);
  close(blocking);
}

void timer_errors(void) {
  static const struct itimerspec wrong[] = {
      {.it_value = {0, 1000000000}}, {.it_value = {0, -1}},          {.it_value = {-1, 0}},
      {.it_interval = {0, -1}},      {.it_interval = {0, 1L << 40}}, {.it_value = {1L << 60, 0}},
  };
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int fd = timerfd_create(CLOCK_MONOTONIC, 0);

  see_call("flags", call(timerfd_create(CLOCK_MONOTONIC, 1)));
  see_call("clock", call(timerfd_create(99, 0)));
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
    see_call("value", call(timerfd_settime(fd, 0, &wrong[i], NULL)));
  see_call("flags", call(timerfd_settime(fd, 8, &wrong[5], NULL)));
  see_call("no timer", call(timerfd_settime(rig.event_fd, 0, &wrong[5], NULL)));
  see_call("no descriptor", call(timerfd_settime(999, 0, &wrong[5], NULL)));
  see_call("mapped", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -errno : 0);
  see_call("ioctl", call(ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)));
  close(fd);
  see_call("closed", call(timerfd_settime(fd, 0, &wrong[5], NULL)));
  rig_down(&rig);
}

void timer_and_ring(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int epoll_fd = watch(rig.event_fd, EPOLLIN);
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  struct epoll_event events[2];
  uint64_t count;

  see_call("watch", control_epoll(epoll_fd, EPOLL_CTL_ADD, fd, EPOLLIN));
  arm(fd, 0, 200000000, 0);
  output(&rig, 8, 0);
  see("the record", epoll_wait(epoll_fd, events, 2, -1));
  see("is the ring's", events[0].data.u32 == (uint32_t)rig.event_fd);
  see("the timer", epoll_wait(epoll_fd, events, 2, -1));
  see("is the timer's", events[0].data.u32 == (uint32_t)fd);
  output(&rig, 8, 1);
  see("both", epoll_wait(epoll_fd, events, 2, -1));
  see("read", read(fd, &count, sizeof(count)));
  ready("neither", epoll_fd);
  see_call("nothing", control_epoll(epoll_fd, EPOLL_CTL_MOD, fd, 0));
  arm(fd, 0, 1, 0);
  see("timeout", epoll_wait(epoll_fd, events, 2, 5));
  see_call("again", control_epoll(epoll_fd, EPOLL_CTL_MOD, fd, EPOLLIN));
  see("expired before", epoll_wait(epoll_fd, events, 2, -1));
  close(fd), close(epoll_fd);
  rig_down(&rig);
}
