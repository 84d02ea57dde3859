/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_poll: ring_buffer__poll and the epoll descriptor: when a waiting reader wakes. */
#define _GNU_SOURCE
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "ring/ring_seen.h"

static int64_t now_ms(void) {
  struct timespec now;

  if (kernel_is_sim())
    return (int64_t)(sim.now_ns() / 1000000);
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool readable(void) {
  struct pollfd watch = {.fd = ring_buffer__epoll_fd(ring_seen.rb), .events = POLLIN};

  return poll(&watch, 1, 0) == 1 && watch.revents == POLLIN;
}

static void timeout_0(void) {
  if (!ring_seen_open(4096))
    return;
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 0);
  ring_write(0, 1);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 0);
  CHECK_EQ(ring_seen.count, 1);
  ring_seen_close();
}

static void timeout_passes(void) {
  int64_t start;

  if (!ring_seen_open(4096))
    return;
  start = now_ms();
  errno = ERANGE;
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 60), 0);
  CHECK_EQ(errno, ERANGE);
  CHECK(now_ms() - start >= 59);
  ring_seen_close();
}

static void any_timeout_with_data_there(void) {
  static const int timeouts[] = {0, 1, 1000, INT_MAX, -1, -7, INT_MIN};

  if (!ring_seen_open(4096))
    return;
  for (unsigned i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
    ring_write(0, i);
    CHECK_EQ(ring_buffer__poll(ring_seen.rb, timeouts[i]), 1);
    CHECK(ring_saw(i, 0, i));
  }
  ring_seen_close();
}

static void counts_records_of_all_rings(void) {
  if (!ring_seen_open(4096) || !ring_seen_add(4096) || !ring_seen_add(4096))
    return;
  for (unsigned i = 0; i < 5; i++)
    ring_write(0, i);
  for (unsigned i = 0; i < 3; i++)
    ring_write(2, i);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 1000), 8);
  ring_write(1, 1);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 1000), 1);
  ring_seen_close();
}

static void a_ring_that_stops(void) {
  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  ring_write(0, 1);
  ring_write(1, 2);
  ring_seen.answer_at = 1;
  ring_seen.answer = -7;
  CHECK_FAILS(ring_buffer__poll(ring_seen.rb, 0), 7);
  /* The other ring has not been read, and is still ready. */
  CHECK_EQ(ring_seen.count, 1);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
  CHECK_EQ(ring_seen.count, 2);
  CHECK_EQ(ring_seen.samples[0].ring + ring_seen.samples[1].ring, 1);
  ring_seen_close();
}

static void a_ring_that_stopped_is_still_ready(void) {
  if (!ring_seen_open(4096))
    return;
  ring_write(0, 1);
  ring_write(0, 2);
  ring_seen.answer_at = 1;
  ring_seen.answer = -7;
  CHECK_FAILS(ring_buffer__poll(ring_seen.rb, 0), 7);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 1000), 1);
  CHECK(ring_saw(1, 0, 2));
  ring_seen_close();
}

static void* write_from_a_thread(void* argument) {
  (void)argument;
  ring_write(0, 5);
  return NULL;
}

static void data_comes_while_it_waits(void) {
  pthread_t thread;

  if (!ring_seen_open(4096))
    return;
  pthread_create(&thread, NULL, write_from_a_thread, NULL);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, -1), 1);
  CHECK(ring_saw(0, 0, 5));
  pthread_join(thread, NULL);
  ring_seen_close();
}

static void data_comes_at_its_time(void) {
  uint64_t value = 5;

  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  CHECK_EQ(sim.ringbuf_output_at(sim.now_ns() + 30000000, ring_seen.map_fds[1], &value,
                                 sizeof(value), 0),
           0);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 20), 0);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 20), 1);
  CHECK(ring_saw(0, 1, 5));
  ring_seen_close();
}

static void on_signal(int number) {
  (void)number;
}

static void a_signal_ends_it(void) {
  const struct itimerspec soon = {.it_value = {0, 30000000}, .it_interval = {0, 30000000}};
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  struct sigaction action;
  timer_t timer;

  if (!ring_seen_open(4096))
    return;
  for (int restart = 0; restart < 2; restart++) {
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    action.sa_flags = restart ? SA_RESTART : 0;
    sigaction(SIGUSR1, &action, NULL);
    /* Many signals, since the first may come before the wait. */
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &soon, NULL);
    CHECK_FAILS(ring_buffer__poll(ring_seen.rb, -1), EINTR);
    timer_delete(timer);
    /* The set still works. */
    ring_write(0, 1);
    CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
  }
  ring_seen_close();
}

static void a_failing_wait(void) {
  static const int errors[] = {EINTR, EBADF, EINVAL};

  if (!ring_seen_open(4096))
    return;
  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
    sim.fail("epoll_wait", 1, errors[i]);
    CHECK_FAILS(ring_buffer__poll(ring_seen.rb, 10), errors[i]);
  }
  ring_write(0, 1);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 10), 1);
  ring_seen_close();
}

/* Unlike a perf ring, it stays readable until it has been read. */
static void epoll_fd_is_readable_while_there_is_something(void) {
  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  CHECK(!readable());
  ring_write(1, 1);
  CHECK(readable());
  CHECK(readable());
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK(!readable());
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 0);
  ring_seen_close();
}

/* The program's own event loop waits for the descriptor, and polls with a timeout of 0. */
static void an_outer_event_loop(void) {
  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  for (unsigned i = 0; i < 6; i++) {
    ring_write(i % 2, i);
    CHECK(readable());
    CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
    CHECK(ring_saw(i, i % 2, i));
    CHECK(!readable());
  }
  ring_seen_close();
}

static void without_a_wakeup(void) {
  int found = differs() ? 1 : 0;

  if (!ring_seen_open(4096))
    return;
  ring_write_quietly(0, 1);
  CHECK(!readable());
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), found);
  ring_write_quietly(0, 2);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 10), found);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 2 - 2 * found);
  CHECK_EQ(ring_seen.count, 2);
  ring_seen_close();
}

/* The kernel wakes the reader for a record only if all before it have been read; here not. */
static void a_wakeup_behind_quiet_records(void) {
  int found = differs() ? 2 : 0;
  uint64_t value = 3;

  if (!ring_seen_open(4096))
    return;
  ring_write_quietly(0, 1);
  ring_write(0, 2);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), found);
  CHECK_EQ(kernel_ring_write(ring_seen.map_fds[0], &value, sizeof(value), BPF_RB_FORCE_WAKEUP), 0);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 3 - found);
  for (unsigned i = 0; i < 3; i++)
    CHECK(ring_saw(i, 0, i + 1));
  ring_seen_close();
}

static void woken_for_nothing(void) {
  if (!ring_seen_open(4096))
    return;
  CHECK_EQ(sim.ringbuf_wake(ring_seen.map_fds[0]), 0);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 0);
  ring_seen_close();
}

static void a_discarded_record_wakes(void) {
  int64_t start;

  if (!ring_seen_open(4096))
    return;
  CHECK_EQ(kernel_ring_commit(ring_seen.map_fds[0], 8, 1, DISCARD, 0), 0);
  CHECK(readable());
  start = now_ms();
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 10000), 0);
  CHECK(now_ms() - start < 10000);
  CHECK(!readable());
  ring_seen_close();
}

static void a_ring_that_was_consumed(void) {
  if (!ring_seen_open(4096))
    return;
  ring_write(0, 1);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 0);
  /* The next one wakes again. */
  ring_write(0, 2);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
  ring_seen_close();
}

/* Records that come while the reader reads others do not wake it, and are not missed. */
static void a_wakeup_after_every_read(void) {
  if (!ring_seen_open(4096))
    return;
  for (unsigned i = 0; i < 1000; i++) {
    for (unsigned j = 0; j <= i % 7; j++)
      ring_write(0, i);
    CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), i % 7 + 1);
    CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 0);
  }
  ring_seen_close();
}

static void an_added_ring_is_waited_for(void) {
  struct pollfd watch = {.events = POLLIN};

  if (!ring_seen_open(4096))
    return;
  watch.fd = ring_buffer__epoll_fd(ring_seen.rb);
  if (!ring_seen_add(4096))
    return;
  CHECK_EQ(ring_buffer__epoll_fd(ring_seen.rb), watch.fd);
  ring_write(1, 1);
  CHECK_EQ(poll(&watch, 1, 0), 1);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, -1), 1);
  ring_seen_close();
}

CASES(ring_poll) = {
#define CASE(name_, needs_, ...)                                                                   \
  {                                                                                                \
    .name = "ring_poll." #name_, .function = "ring_buffer__poll", .needs = needs_, .body = name_,  \
    __VA_ARGS__                                                                                    \
  }
    CASE(timeout_0, NEEDS_EITHER),
    CASE(timeout_passes, NEEDS_EITHER),
    CASE(any_timeout_with_data_there, NEEDS_EITHER),
    CASE(counts_records_of_all_rings, NEEDS_EITHER),
    CASE(a_ring_that_stops, NEEDS_EITHER),
    CASE(a_ring_that_stopped_is_still_ready, NEEDS_EITHER),
    CASE(data_comes_while_it_waits, NEEDS_LIVE),
    CASE(data_comes_at_its_time, NEEDS_SIM),
    CASE(a_signal_ends_it, NEEDS_LIVE),
    CASE(a_failing_wait, NEEDS_SIM),
    CASE(epoll_fd_is_readable_while_there_is_something, NEEDS_EITHER),
    CASE(an_outer_event_loop, NEEDS_EITHER),
    CASE(without_a_wakeup, NEEDS_EITHER, .difference = "deadline-looks"),
    CASE(a_wakeup_behind_quiet_records, NEEDS_EITHER, .difference = "deadline-looks"),
    CASE(woken_for_nothing, NEEDS_SIM),
    CASE(a_discarded_record_wakes, NEEDS_EITHER),
    CASE(a_ring_that_was_consumed, NEEDS_EITHER),
    CASE(a_wakeup_after_every_read, NEEDS_EITHER),
    CASE(an_added_ring_is_waited_for, NEEDS_EITHER),
    {.name = NULL},
#undef CASE
};
