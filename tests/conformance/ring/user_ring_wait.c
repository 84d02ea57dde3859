/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* user_ring_wait: user_ring_buffer__reserve_blocking: how long it waits, and what ends the wait.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "ring/user_ring_rig.h"

/* open_filled fills the ring of 4096 bytes with one sample, and leaves `left` bytes free. */
static bool open_filled(uint32_t left) {
  void* sample;

  if (!user_ring_open(4096))
    return false;
  sample = user_ring_buffer__reserve(user_ring.rb, 4096 - left - 8);
  if (!CHECK(sample != NULL))
    return false;
  user_ring_buffer__submit(user_ring.rb, sample);
  return true;
}

static int64_t clock_ns(clockid_t clock) {
  struct timespec now;

  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t now_ms(void) {
  return kernel_is_sim() ? (int64_t)(sim.now_ns() / 1000000) : clock_ns(CLOCK_MONOTONIC) / 1000000;
}

static void room_there(void) {
  static const int timeouts[] = {0, 1, 1000, INT_MAX, -1};

  if (!user_ring_open(4096))
    return;
  for (unsigned i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
    void* sample = user_ring_buffer__reserve_blocking(user_ring.rb, 8, timeouts[i]);

    if (!CHECK(sample != NULL))
      break;
    memcpy(sample, &(uint64_t){i}, 8);
    user_ring_buffer__submit(user_ring.rb, sample);
    CHECK_EQ(kernel_drain(user_ring.map_fd, 0, 0), 1);
    CHECK_EQ(kernel_drained()->samples[0].first, i);
  }
  user_ring_close();
}

static void timeouts_refused(void) {
  static const int timeouts[] = {-2, -3, -1000, INT_MIN};

  if (!user_ring_open(4096))
    return;
  for (unsigned i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
    /* With room, without room, and with a size that never has room. */
    CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 8, timeouts[i]), EINVAL);
    CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, UINT32_MAX, timeouts[i]), EINVAL);
  }
  CHECK(user_ring_buffer__reserve(user_ring.rb, 4088) != NULL);
  CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 8, -2), EINVAL);
  user_ring_close();
}

static void timeout_0(void) {
  int64_t start;

  if (!open_filled(0))
    return;
  start = now_ms();
  CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 0, 0), ENOSPC);
  CHECK(now_ms() - start < 1000);
  user_ring_close();
}

static void timeout_passes(void) {
  static const int timeouts[] = {1, 20, 60};

  if (!open_filled(0))
    return;
  messages_clear();
  for (unsigned i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
    int64_t start = now_ms();

    CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 0, timeouts[i]), ENOSPC);
    CHECK(now_ms() - start >= timeouts[i] - 1);
  }
  CHECK_EQ(messages_of(LIBBPF_WARN), 0);
  user_ring_close();
}

static void* drain_from_a_thread(void* argument) {
  (void)argument;
  kernel_drain(user_ring.map_fd, 0, 0);
  return NULL;
}

static void woken_by_a_drain(void) {
  pthread_t thread;
  void* sample;

  if (!open_filled(0))
    return;
  pthread_create(&thread, NULL, drain_from_a_thread, NULL);
  sample = user_ring_buffer__reserve_blocking(user_ring.rb, 1000, -1);
  CHECK(sample != NULL);
  pthread_join(thread, NULL);
  CHECK_EQ(kernel_drained()->count, 1);
  user_ring_close();
}

static void woken_at_its_time(int timeout_ms) {
  void* sample;

  if (!open_filled(0))
    return;
  CHECK_EQ(sim.user_ringbuf_drain_at(sim.now_ns() + 30000000, user_ring.map_fd, 1, 0), 0);
  sample = user_ring_buffer__reserve_blocking(user_ring.rb, 4088, timeout_ms);
  CHECK(sample != NULL);
  CHECK_EQ(sim.now_ns() / 1000000, 30);
  user_ring_close();
}

static void woken_in_time(void) {
  woken_at_its_time(50);
}
static void woken_without_end(void) {
  woken_at_its_time(-1);
}

static void errno_after_a_wait(void) {
  void* sample;

  if (!open_filled(0))
    return;
  CHECK_EQ(sim.user_ringbuf_drain_at(sim.now_ns() + 30000000, user_ring.map_fd, 1, 0), 0);
  errno = ERANGE;
  sample = user_ring_buffer__reserve_blocking(user_ring.rb, 8, 50);
  CHECK_EQ(errno, differs() ? ERANGE : ENOSPC);
  CHECK(sample != NULL);
  user_ring_close();
}

/* The first drain makes too little room, the second one enough. */
static void too_little_room(void) {
  bool sleeps = differs();

  if (!user_ring_open(4096))
    return;
  for (void* sample; (sample = user_ring_buffer__reserve(user_ring.rb, 1016));)
    user_ring_buffer__submit(user_ring.rb, sample);
  CHECK_EQ(sim.user_ringbuf_drain_at(sim.now_ns() + 10000000, user_ring.map_fd, 1, 0), 0);
  CHECK_EQ(sim.user_ringbuf_drain_at(sim.now_ns() + 20000000, user_ring.map_fd, 1, 0), 0);
  if (sleeps) {
    CHECK(user_ring_buffer__reserve_blocking(user_ring.rb, 2040, -1) != NULL);
    CHECK_EQ(sim.now_ns() / 1000000, 20);
  } else {
    CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 2040, -1), ENOSPC);
    CHECK_EQ(sim.now_ns() / 1000000, 10);
  }
  user_ring_close();
}

/* The last try, at the deadline, finds room for which there was no wakeup. */
static void room_at_the_deadline(void) {
  if (!open_filled(0))
    return;
  CHECK_EQ(
      sim.user_ringbuf_drain_at(sim.now_ns() + 30000000, user_ring.map_fd, 1, BPF_RB_NO_WAKEUP), 0);
  CHECK(user_ring_buffer__reserve_blocking(user_ring.rb, 8, 50) != NULL);
  CHECK_EQ(sim.now_ns() / 1000000, 50);
  user_ring_close();
}

static void a_drain_between_two_waits(void) {
  void* sample;

  if (!open_filled(0))
    return;
  for (int i = 0; i < 3; i++) {
    CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 4088, 5), ENOSPC);
    CHECK_EQ(kernel_drain(user_ring.map_fd, 0, 0), 1);
    sample = user_ring_buffer__reserve_blocking(user_ring.rb, 4088, -1);
    if (!CHECK(sample != NULL))
      break;
    user_ring_buffer__submit(user_ring.rb, sample);
  }
  user_ring_close();
}

static void on_signal(int number) {
  (void)number;
}

static timer_t start_signals(int flags) {
  const struct itimerspec soon = {.it_value = {0, 30000000}, .it_interval = {0, 30000000}};
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  struct sigaction action;
  timer_t timer;

  memset(&action, 0, sizeof(action));
  action.sa_handler = on_signal;
  action.sa_flags = flags;
  sigaction(SIGUSR1, &action, NULL);
  /* Many signals, since the first may come before the wait. */
  timer_create(CLOCK_MONOTONIC, &event, &timer);
  timer_settime(timer, 0, &soon, NULL);
  return timer;
}

static void a_signal_ends_it(void) {
  static const int timeouts[] = {-1, 5000};

  if (!open_filled(0))
    return;
  for (unsigned i = 0; i < 2; i++)
    for (unsigned restart = 0; restart < 2; restart++) {
      timer_t timer = start_signals(restart ? SA_RESTART : 0);

      CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 8, timeouts[i]), EINTR);
      timer_delete(timer);
    }
  /* The ring still works. */
  CHECK_EQ(kernel_drain(user_ring.map_fd, 0, 0), 1);
  CHECK(user_ring_buffer__reserve_blocking(user_ring.rb, 8, 0) != NULL);
  user_ring_close();
}

static void a_failing_wait(void) {
  static const int errors[] = {EINTR, EBADF, EINVAL};

  if (!open_filled(0))
    return;
  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
    sim.fail("epoll_wait", 1, errors[i]);
    CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 8, 10), errors[i]);
  }
  user_ring_close();
}

/* How often this thread has given up its CPU in order to wait. */
static long waits(void) {
  struct rusage usage;

  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

/* For the kernel a ring with any room is writable. */
static void some_room_and_no_spinning(void) {
  bool sleeps = differs();
  int64_t start;
  long before;

  if (!open_filled(1024))
    return;
  start = clock_ns(CLOCK_MONOTONIC);
  before = waits();
  CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 2000, 100), ENOSPC);
  if (sleeps)
    CHECK(waits() > before);
  CHECK(clock_ns(CLOCK_MONOTONIC) - start >= 99000000);
  user_ring_close();
}

static void some_room_and_a_signal(void) {
  bool sleeps = differs();
  timer_t timer;

  if (!open_filled(1024))
    return;
  timer = start_signals(0);
  CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 2000, 300), sleeps ? EINTR : ENOSPC);
  timer_delete(timer);
  user_ring_close();
}

static void some_room_and_no_deadline(void) {
  bool sleeps = differs();
  timer_t timer;

  if (!open_filled(1024))
    return;
  timer = start_signals(0);
  CHECK_NULL(user_ring_buffer__reserve_blocking(user_ring.rb, 2000, -1), sleeps ? EINTR : ENOSPC);
  timer_delete(timer);
  user_ring_close();
}

CASES(user_ring_wait) = {
#define CASE(name_, needs_, ...)                                                                   \
  {                                                                                                \
    .name = "user_ring_wait." #name_, .function = "user_ring_buffer__reserve_blocking",            \
    .needs = needs_, .body = name_, __VA_ARGS__                                                    \
  }
    CASE(room_there, NEEDS_EITHER),
    CASE(timeouts_refused, NEEDS_EITHER),
    CASE(timeout_0, NEEDS_EITHER),
    CASE(timeout_passes, NEEDS_EITHER),
    CASE(woken_by_a_drain, NEEDS_LIVE),
    CASE(woken_in_time, NEEDS_SIM),
    CASE(woken_without_end, NEEDS_SIM),
    CASE(errno_after_a_wait, NEEDS_SIM, .difference = "errno-on-success"),
    CASE(too_little_room, NEEDS_SIM, .difference = "user-ring-sleeps"),
    CASE(room_at_the_deadline, NEEDS_SIM),
    CASE(a_drain_between_two_waits, NEEDS_EITHER),
    CASE(a_signal_ends_it, NEEDS_LIVE),
    CASE(a_failing_wait, NEEDS_SIM),
    CASE(some_room_and_no_spinning, NEEDS_LIVE, .difference = "user-ring-sleeps"),
    CASE(some_room_and_a_signal, NEEDS_LIVE, .difference = "user-ring-sleeps"),
    CASE(some_room_and_no_deadline, NEEDS_LIVE, .difference = "user-ring-sleeps"),
    {.name = NULL},
#undef CASE
};
