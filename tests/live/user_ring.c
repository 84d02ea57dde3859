/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* user_ring: samples of a user_ring_buffer, drained and checked by a BPF program: finished in any
 * order, discarded, in a full ring, too large, and with a writer that waits for room. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "drain.h"

enum {
  kBytes = 4096,
  kHeader = 8,
  kLarge = 2000,
  kTimeoutMs = 50,
  kWakeupMs = 10000,
  kSamples = 200000
};

static struct drain drain;
static struct user_ring_buffer* rb;
static uint64_t submitted; /* the number of samples, which are numbered from 0 */
static int failures;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("line %d: not so: %s (errno %d)\n", __LINE__, #condition, errno);                     \
      failures++;                                                                                  \
    }                                                                                              \
  } while (0)

/* A call that must give no sample, with this errno. */
#define REFUSED(call, error) (errno = 0, !(call) && errno == (error))

static void submit(void* sample) {
  drain_fill(sample, submitted++);
  user_ring_buffer__submit(rb, sample);
}

static void* reserve_next(void) {
  return user_ring_buffer__reserve(rb, drain_size(submitted));
}

/* Fills the ring with the samples whose turn it is, and what is left of it with discarded ones, to
 * the last byte. Returns how many fitted. */
static int fill(void) {
  int count = 0;
  void* sample;

  for (; (sample = reserve_next()) != NULL; count++)
    submit(sample);
  CHECK(errno == ENOSPC);
  while ((sample = user_ring_buffer__reserve(rb, 0)) != NULL)
    user_ring_buffer__discard(rb, sample);
  CHECK(errno == ENOSPC);
  return count;
}

static void check_order(void) {
  void *first, *second, *third;
  uint32_t second_size = drain_size(submitted + 1);

  CHECK(drain_run(&drain, 0) == 0);
  first = reserve_next();
  second = user_ring_buffer__reserve(rb, second_size);
  third = user_ring_buffer__reserve(rb, 40);
  CHECK(first && second && third);
  drain_fill(second, submitted + 1);
  user_ring_buffer__submit(rb, second);
  user_ring_buffer__discard(rb, third);
  CHECK(drain_run(&drain, 0) == 0); /* the first holds all up */
  submit(first);
  submitted++;
  CHECK(drain_run(&drain, 0) == 2);
  first = user_ring_buffer__reserve(rb, 40);
  user_ring_buffer__discard(rb, first);
  submit(reserve_next());
  CHECK(drain_run(&drain, 0) == 1);
}

static void check_limits(void) {
  void* sample;

  CHECK(REFUSED(user_ring_buffer__reserve(rb, kBytes - kHeader + 1), E2BIG));
  CHECK(REFUSED(user_ring_buffer__reserve(rb, 1u << 30), E2BIG));
  CHECK(REFUSED(user_ring_buffer__reserve(rb, 1u << 31 | 16), E2BIG));
  CHECK(REFUSED(user_ring_buffer__reserve_blocking(rb, kBytes, -1), E2BIG));
  CHECK(REFUSED(user_ring_buffer__reserve_blocking(rb, 16, -2), EINVAL));
  sample = user_ring_buffer__reserve(rb, kBytes - kHeader);
  CHECK(sample && REFUSED(user_ring_buffer__reserve(rb, 0), ENOSPC));
  memset(sample, 0xff, kBytes - kHeader); /* over the end of the memory, wherever it began */
  user_ring_buffer__discard(rb, sample);
  CHECK(drain_run(&drain, 0) == 0);
  CHECK(fill() > 0);
  CHECK(drain_run(&drain, 1) == 1);
  CHECK(drain_run(&drain, 0) > 0);
  CHECK(drain_seen(&drain).seen == submitted);
}

static int64_t now_us(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void check_timeouts(void) {
  int64_t start;

  fill();
  CHECK(REFUSED(user_ring_buffer__reserve_blocking(rb, kLarge, 0), ENOSPC));
  start = now_us();
  CHECK(REFUSED(user_ring_buffer__reserve_blocking(rb, kLarge, kTimeoutMs), ENOSPC));
  CHECK(now_us() - start >= kTimeoutMs * 1000);
}

static void on_alarm(int number) {
  (void)number;
}

/* The ring is full. A signal ends the wait, whether or not its handler restarts system calls. */
static void check_interruption(int flags) {
  /* It fires again and again, so that none is too early for the wait. */
  const struct itimerval timer = {{0, 5000}, {0, 5000}}, off = {{0, 0}, {0, 0}};
  struct sigaction action;

  memset(&action, 0, sizeof(action));
  action.sa_handler = on_alarm;
  action.sa_flags = flags;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &timer, NULL);
  CHECK(REFUSED(user_ring_buffer__reserve_blocking(rb, kLarge, -1), EINTR));
  setitimer(ITIMER_REAL, &off, NULL);
}

static struct {
  _Atomic int thread;
  int timeout_ms;
  void* sample;
  int error;
} waiter;

static void* wait_for_room(void* unused) {
  waiter.thread = (int)syscall(SYS_gettid);
  waiter.sample = user_ring_buffer__reserve_blocking(rb, kLarge, waiter.timeout_ms);
  waiter.error = waiter.sample ? 0 : errno;
  return unused;
}

/* Whether the waiter sleeps: the state behind its name in /proc. */
static int sleeps(void) {
  char path[64], text[256], *name_end;
  ssize_t size;
  int fd;

  snprintf(path, sizeof(path), "/proc/self/task/%d/stat", waiter.thread);
  fd = open(path, O_RDONLY | O_CLOEXEC);
  size = read(fd, text, sizeof(text) - 1);
  close(fd);
  if (size <= 0)
    return 0;
  text[size] = 0;
  name_end = strrchr(text, ')');
  return name_end && name_end[1] == ' ' && name_end[2] == 'S';
}

/* The ring is full. A writer sleeps, and a drain that makes enough room wakes it. One that makes
 * too little comes before, where there is a timeout: without, the stock library would give up then.
 */
static void check_wakeup(int timeout_ms) {
  pthread_t thread;

  waiter.thread = 0;
  waiter.timeout_ms = timeout_ms;
  CHECK(pthread_create(&thread, NULL, wait_for_room, NULL) == 0);
  while (!waiter.thread || !sleeps())
    sched_yield();
  if (timeout_ms > 0)
    CHECK(drain_run(&drain, 1) == 1);
  CHECK(drain_run(&drain, 0) > 0);
  pthread_join(thread, NULL);
  if (!waiter.sample) {
    printf("a wait of %d ms for room ended with %s\n", timeout_ms, strerror(waiter.error));
    failures++;
  } else {
    user_ring_buffer__discard(rb, waiter.sample);
  }
  CHECK(drain_run(&drain, 0) == 0);
  CHECK(fill() > 0);
}

/* What a thread drains while another writes. */
static struct {
  uint64_t end;
  _Atomic int stop;
  int failed;
} drainer;

static void* drain_until_end(void* unused) {
  while (!drainer.stop && !drainer.failed && drain_seen(&drain).seen < drainer.end) {
    int result = drain_run(&drain, 0);

    drainer.failed = result < 0;
    if (result == 0)
      sched_yield();
  }
  return unused;
}

/* A writer that waits whenever the ring is full, and discards some, against one that drains. */
static void check_high_rate(void) {
  pthread_t thread;

  drainer.end = submitted + kSamples;
  CHECK(pthread_create(&thread, NULL, drain_until_end, NULL) == 0);
  while (submitted < drainer.end) {
    void* sample = user_ring_buffer__reserve_blocking(rb, drain_size(submitted), kWakeupMs);

    if (!sample) {
      CHECK(!"a drain wakes the writer");
      drainer.stop = 1;
      break;
    }
    submit(sample);
    sample = submitted % 5 == 0 ? user_ring_buffer__reserve(rb, submitted % 100) : NULL;
    if (sample)
      user_ring_buffer__discard(rb, sample);
  }
  pthread_join(thread, NULL);
  CHECK(!drainer.failed);
}

int main(void) {
  struct drain_log log;

  drain_open(&drain, kBytes);
  rb = user_ring_buffer__new(drain.map_fd, NULL);
  if (!rb) {
    perror("user_ring_buffer__new");
    return 1;
  }
  check_order();
  check_limits();
  check_timeouts();
  check_interruption(0);
  check_interruption(SA_RESTART);
  check_wakeup(-1);
  check_wakeup(kWakeupMs);
  check_high_rate();
  log = drain_seen(&drain);
  printf("%llu samples submitted, %llu seen, %llu of them wrong\n", (unsigned long long)submitted,
         (unsigned long long)log.seen, (unsigned long long)log.wrong);
  CHECK(log.seen == submitted && log.wrong == 0);
  user_ring_buffer__free(rb);
  drain_close(&drain);
  return failures != 0;
}
