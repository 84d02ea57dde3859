/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* poll: timeouts, signals, the number that poll returns, and the epoll descriptor. */
#define _GNU_SOURCE
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/kernel.h"
#include "ring/rings.h"

static struct seen seen;
static struct perf_buffer* pb;
static int map_fd;

static bool open_buffer(void) {
  map_fd = kernel_map(kernel_cpus());
  pb = perf_buffer__new(map_fd, 1, seen_sample, seen_lost, &seen, NULL);
  return CHECK(pb != NULL);
}

static void write_value(unsigned cpu, uint64_t value) {
  CHECK_EQ(kernel_output(map_fd, cpu, &value, sizeof(value)), 0);
}

static int64_t now_ms(void) {
  struct timespec now;

  if (kernel_is_sim())
    return (int64_t)(sim.now_ns() / 1000000);
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void timeout_0(void) {
  if (!open_buffer())
    return;
  CHECK_EQ(perf_buffer__poll(pb, 0), 0);
  write_value(0, 1);
  CHECK_EQ(perf_buffer__poll(pb, 0), 1);
  CHECK_EQ(perf_buffer__poll(pb, 0), 0);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void timeout_passes(void) {
  int64_t start;

  if (!open_buffer())
    return;
  start = now_ms();
  CHECK_EQ(perf_buffer__poll(pb, 60), 0);
  CHECK(now_ms() - start >= 59);
  perf_buffer__free(pb);
}

static void any_timeout_with_data_there(void) {
  static const int timeouts[] = {0, 1, 1000, INT_MAX, -1, -7, INT_MIN};

  if (!open_buffer())
    return;
  for (unsigned i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
    write_value(0, i);
    CHECK_EQ(perf_buffer__poll(pb, timeouts[i]), 1);
    CHECK_EQ(seen.count, i + 1);
  }
  perf_buffer__free(pb);
}

static void* write_from_a_thread(void* argument) {
  (void)argument;
  write_value(0, 5);
  return NULL;
}

static void data_comes_while_it_waits(void) {
  pthread_t thread;

  if (!open_buffer())
    return;
  pthread_create(&thread, NULL, write_from_a_thread, NULL);
  CHECK_EQ(perf_buffer__poll(pb, -1), 1);
  CHECK_EQ(seen.count, 1);
  pthread_join(thread, NULL);
  perf_buffer__free(pb);
}

static void data_comes_at_its_time(void) {
  uint64_t value = 5;

  if (!open_buffer())
    return;
  CHECK_EQ(sim.output_at(sim.now_ns() + 30000000, map_fd, 2, &value, sizeof(value)), 0);
  CHECK_EQ(perf_buffer__poll(pb, 20), 0);
  CHECK_EQ(perf_buffer__poll(pb, 20), 1);
  if (CHECK_EQ(seen.count, 1))
    CHECK_EQ(seen.events[0].cpu, 2);
  perf_buffer__free(pb);
}

static void counts_rings_not_records(void) {
  const unsigned cpus = kernel_cpus();

  if (!open_buffer())
    return;
  for (unsigned i = 0; i < 5; i++)
    write_value(cpus - 1, i);
  CHECK_EQ(perf_buffer__poll(pb, 1000), 1);
  CHECK_EQ(seen.count, 5);
  for (unsigned cpu = 0; cpu < cpus; cpu++)
    write_value(cpu, cpu);
  CHECK_EQ(perf_buffer__poll(pb, 1000), cpus);
  CHECK_EQ(seen.count, 5 + cpus);
  perf_buffer__free(pb);
}

static void on_signal(int number) {
  (void)number;
}

static void a_signal_ends_it(void) {
  const struct itimerspec soon = {.it_value = {0, 30000000}, .it_interval = {0, 30000000}};
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  struct sigaction action;
  timer_t timer;

  for (int restart = 0; restart < 2; restart++) {
    if (!open_buffer())
      return;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    action.sa_flags = restart ? SA_RESTART : 0;
    sigaction(SIGUSR1, &action, NULL);
    /* Many signals, since the first may come before the wait. */
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &soon, NULL);
    CHECK_FAILS(perf_buffer__poll(pb, -1), EINTR);
    timer_delete(timer);
    /* The buffer still works. */
    write_value(0, 1);
    CHECK_EQ(perf_buffer__poll(pb, 0), 1);
    perf_buffer__free(pb);
  }
}

static void a_failing_wait(void) {
  static const int errors[] = {EINTR, EBADF, EINVAL};

  if (!open_buffer())
    return;
  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
    sim.fail("epoll_wait", 1, errors[i]);
    CHECK_FAILS(perf_buffer__poll(pb, 10), errors[i]);
  }
  CHECK_EQ(perf_buffer__poll(pb, 10), 0);
  perf_buffer__free(pb);
}

static void nothing_found_keeps_errno(void) {
  if (!open_buffer())
    return;
  errno = ERANGE;
  CHECK_EQ(perf_buffer__poll(pb, 0), 0);
  CHECK_EQ(errno, ERANGE);
  CHECK_EQ(perf_buffer__poll(pb, 1), 0);
  CHECK_EQ(errno, ERANGE);
  perf_buffer__free(pb);
}

/* A perf ring is readable only once: to ask for it resets it. */
static void epoll_fd_is_readable_when_signalled(void) {
  struct pollfd watch = {.events = POLLIN};

  if (!open_buffer())
    return;
  watch.fd = perf_buffer__epoll_fd(pb);
  CHECK_EQ(poll(&watch, 1, 0), 0);
  write_value(0, 1);
  CHECK_EQ(poll(&watch, 1, 0), 1);
  CHECK_EQ(watch.revents, POLLIN);
  CHECK_EQ(poll(&watch, 1, 0), 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void a_ring_that_was_consumed(void) {
  if (!open_buffer())
    return;
  write_value(0, 1);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  /* It is still readable, though the ring is empty now. */
  CHECK_EQ(perf_buffer__poll(pb, 0), 1);
  CHECK_EQ(perf_buffer__poll(pb, 0), 0);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

/* perf_buffer_opts of libbpf 1.2; the header that this file includes may be older. */
struct opts_1_2 {
  size_t sz;
  uint32_t sample_period;
  uint32_t padding;
};

static void wakes_up_for_every(uint32_t period) {
  struct opts_1_2 opts = {sizeof(opts), period, 0};
  unsigned wanted = period ? period : 1;
  bool looks = wanted > 1 && differs();

  map_fd = kernel_map(kernel_cpus());
  pb = perf_buffer__new(map_fd, 4, seen_sample, seen_lost, &seen,
                        (const struct perf_buffer_opts*)&opts);
  if (!CHECK(pb != NULL))
    return;
  for (unsigned i = 1; i <= 3 * wanted; i++) {
    write_value(0, i);
    CHECK_EQ(perf_buffer__poll(pb, 0), looks || i % wanted == 0);
    CHECK_EQ(seen.count, looks ? i : i / wanted * wanted);
  }
  perf_buffer__free(pb);
}

static void sample_period_8(void) {
  wakes_up_for_every(8);
}
static void sample_period_1(void) {
  wakes_up_for_every(1);
}
static void sample_period_0(void) {
  wakes_up_for_every(0);
}

static void consume_reads_what_has_not_woken(void) {
  struct opts_1_2 opts = {sizeof(opts), 100, 0};

  map_fd = kernel_map(kernel_cpus());
  pb = perf_buffer__new(map_fd, 4, seen_sample, seen_lost, &seen,
                        (const struct perf_buffer_opts*)&opts);
  if (!CHECK(pb != NULL))
    return;
  write_value(0, 1);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

CASES(poll) = {
#define CASE(name_, needs_, ...)                                                                   \
  {                                                                                                \
    .name = "poll." #name_, .function = "perf_buffer__poll", .needs = needs_, .body = name_,       \
    __VA_ARGS__                                                                                    \
  }
    CASE(timeout_0, NEEDS_EITHER),
    CASE(timeout_passes, NEEDS_EITHER),
    CASE(any_timeout_with_data_there, NEEDS_EITHER),
    CASE(data_comes_while_it_waits, NEEDS_LIVE),
    CASE(data_comes_at_its_time, NEEDS_SIM),
    CASE(counts_rings_not_records, NEEDS_EITHER),
    CASE(a_signal_ends_it, NEEDS_LIVE),
    CASE(a_failing_wait, NEEDS_SIM),
    CASE(nothing_found_keeps_errno, NEEDS_EITHER),
    CASE(epoll_fd_is_readable_when_signalled, NEEDS_EITHER),
    CASE(a_ring_that_was_consumed, NEEDS_EITHER),
    CASE(sample_period_8, NEEDS_EITHER, .since = "1.2", .difference = "deadline-looks"),
    CASE(sample_period_1, NEEDS_EITHER, .since = "1.2"),
    CASE(sample_period_0, NEEDS_EITHER, .since = "1.2"),
    CASE(consume_reads_what_has_not_woken, NEEDS_EITHER, .since = "1.2"),
    {.name = NULL},
#undef CASE
};
