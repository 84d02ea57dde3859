/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* watched: a program that asks for what it can watch for itself, before any record or in the middle
 * of a load, and then writes down what it sees there: whether a record makes a descriptor readable,
 * whether a read ends that, how much is unread. Lines that begin with # tell how the records
 * before were signalled; all others must be the same with every library.
 *
 *   live-watched perf|ring */
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "schedule.h"
#include "source.h"

enum { kPages = 64, kRingBytes = 4 << 20, kPatienceMs = 2000 };
enum { kWatched = 20 };
/* Busy for long enough that a BPF ring coalesces, too. */
enum { kLoad = 15000, kLoadPeriodUs = 20 };

/* What a program asks for. */
enum asked { kEpollFd, kRingFd, kMapping };
enum moment { kFirst, kMiddle, kMiddleUnread };
static const char* const asked_names[][3] = {
    {"ring_buffer__epoll_fd", "ring__map_fd", NULL},
    {"perf_buffer__epoll_fd", "perf_buffer__buffer_fd", "perf_buffer__buffer"},
};
static const char* const moment_names[] = {"first", "in the middle of a load",
                                           "in the middle of a load, with records unread"};

static struct {
  int is_perf;
  struct source source;
  struct perf_buffer* perf;
  struct ring_buffer* ring;
  uint64_t seen, wrong, position;
  const unsigned long* consumer; /* the page of a BPF ring with the reader's position */
  struct progress* progress;     /* of a child, which shares it */
  cpu_set_t cpus;                /* that the process may use */
} reader;

/* What can be watched now. */
struct watched {
  int fd;
  const struct perf_event_mmap_page* page;
};

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  (void)cpu;
  reader.wrong += !source_check(data, size, reader.seen++);
}

static int on_ring_sample(void* ctx, void* data, size_t size) {
  (void)ctx;
  reader.wrong += !source_check_ring(data, size, reader.seen++);
  reader.position += (size + 8 + 7) / 8 * 8;
  return 0;
}

static int read_records(int timeout_ms) {
  if (timeout_ms < 0)
    return reader.is_perf ? perf_buffer__consume(reader.perf) : ring_buffer__consume(reader.ring);
  return reader.is_perf ? perf_buffer__poll(reader.perf, timeout_ms)
                        : ring_buffer__poll(reader.ring, timeout_ms);
}

/* A load that lasts, made by a child on the CPU that this process otherwise writes from. Tells
 * whether its records were signalled one by one, as far as that shows from outside. */
static void load(const char* when) {
  const struct schedule schedule = {.calls = kLoad, .per_period = 1, .period_us = kLoadPeriodUs};
  const uint64_t updates = calls_so_far().map_updates, end = reader.seen + kLoad;
  const double until_us = schedule_now_us() + 10e6;
  uint64_t held = 0;
  pid_t child;

  sched_setaffinity(0, sizeof(reader.cpus), &reader.cpus);
  child = schedule_start(&schedule, &reader.source, 0, reader.progress);
  source_pin(1);
  /* A read may find nothing where the next record is not committed yet. */
  while (reader.seen < end && schedule_now_us() < until_us && read_records(kPatienceMs) >= 0)
    held += !reader.is_perf && *(const volatile unsigned long*)reader.consumer < reader.position;
  sched_setaffinity(0, sizeof(reader.cpus), &reader.cpus);
  source_pin(0);
  waitpid(child, NULL, 0);
  printf("# %s: %s\n", when,
         held || calls_so_far().map_updates > updates ? "coalesced" : "signalled");
}

static int is_readable(int fd, int timeout_ms) {
  struct pollfd wanted = {.fd = fd, .events = POLLIN};

  return poll(&wanted, 1, timeout_ms);
}

/* ring__map_fd came after libbpf 1.1. It is a descriptor of the same map as ours in every case. */
static int ring_map_fd(void) {
  struct ring* (*get_ring)(struct ring_buffer*, unsigned) =
      (__typeof__(get_ring))dlsym(RTLD_DEFAULT, "ring_buffer__ring");
  int (*get_fd)(const struct ring*) = (__typeof__(get_fd))dlsym(RTLD_DEFAULT, "ring__map_fd");

  return get_ring && get_fd ? get_fd(get_ring(reader.ring, 0)) : reader.source.map_fd;
}

static struct watched ask(enum asked asked) {
  struct watched watched = {.fd = -1};
  size_t size;
  void* memory;

  if (asked == kEpollFd) {
    watched.fd =
        reader.is_perf ? perf_buffer__epoll_fd(reader.perf) : ring_buffer__epoll_fd(reader.ring);
  } else if (asked == kRingFd) {
    watched.fd = reader.is_perf ? perf_buffer__buffer_fd(reader.perf, 0) : ring_map_fd();
  } else {
    printf("asking gives %d\n", perf_buffer__buffer(reader.perf, 0, &memory, &size));
    watched.page = memory;
  }
  return watched;
}

static void print_seen(const struct watched* watched, const char* after, int timeout_ms) {
  printf("  %s:", after);
  if (watched->fd >= 0)
    printf(" readable %d", is_readable(watched->fd, timeout_ms));
  if (watched->page)
    printf(" %llu bytes unread",
           (unsigned long long)(watched->page->data_head - watched->page->data_tail));
  printf(", %llu seen, %llu wrong\n", (unsigned long long)reader.seen,
         (unsigned long long)reader.wrong);
}

static void watch(const struct watched* watched, enum asked asked) {
  for (int i = 0; i < kWatched; i++) {
    /* Who sees a descriptor readable that stands for a perf ring takes that from perf_buffer__poll.
     */
    int consumes = (reader.is_perf && asked != kMapping) || i % 2;

    source_emit(&reader.source, 1);
    print_seen(watched, "a record", kPatienceMs);
    printf("  read %d\n", read_records(consumes ? -1 : kPatienceMs));
    print_seen(watched, "after it", 0);
  }
}

static void open_reader(void) {
  reader.seen = reader.wrong = reader.position = 0;
  if (reader.is_perf) {
    source_open(&reader.source);
    reader.perf = perf_buffer__new(reader.source.map_fd, kPages, on_sample, NULL, NULL, NULL);
  } else {
    source_open_ring(&reader.source, kRingBytes);
    reader.ring = ring_buffer__new(reader.source.map_fd, on_ring_sample, NULL, NULL);
    reader.consumer =
        mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, reader.source.map_fd, 0);
  }
  if (!reader.perf && !reader.ring)
    source_give_up("making a reader", -errno);
}

static void close_reader(void) {
  perf_buffer__free(reader.perf);
  ring_buffer__free(reader.ring);
  if (!reader.is_perf)
    munmap((void*)(uintptr_t)reader.consumer, (size_t)sysconf(_SC_PAGESIZE));
  source_close(&reader.source);
}

static void run(enum asked asked, enum moment moment) {
  struct watched watched;

  open_reader();
  printf("%s, asked for %s\n", asked_names[reader.is_perf][asked], moment_names[moment]);
  if (moment != kFirst)
    load("before");
  if (moment == kMiddleUnread)
    source_emit(&reader.source, 3);
  watched = ask(asked);
  /* The kernel alone makes a perf ring's descriptor readable, and only with a record: of those that
   * were written to a coalescing ring before the program asked, the next one tells. And they are in
   * a ring that the program does not see. */
  if (reader.is_perf && asked != kEpollFd && moment == kMiddleUnread)
    is_readable(watched.fd, 0);
  else
    print_seen(&watched, "asked", moment == kMiddleUnread ? kPatienceMs : 0);
  if (moment == kMiddleUnread) {
    printf("  read %d\n", read_records(-1));
    print_seen(&watched, "after them", 0);
  }
  watch(&watched, asked);
  load("after");
  watch(&watched, asked);
  close_reader();
}

int main(int argc, char** argv) {
  if (argc != 2)
    return 2;
  reader.is_perf = strcmp(argv[1], "perf") == 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  sched_getaffinity(0, sizeof(reader.cpus), &reader.cpus);
  reader.progress = mmap(NULL, sizeof(*reader.progress), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  /* What else the machine does must not make the reader lose records. */
  if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK,
                         &(struct sched_param){.sched_priority = 1}))
    fprintf(stderr, "live-watched: no real-time priority: %s\n", strerror(errno));
  if (CPU_COUNT(&reader.cpus) < 2 || reader.progress == MAP_FAILED) {
    printf("SKIP: one CPU is not enough\n");
    return 77;
  }
  source_pin(0); /* ring 0 is that of the CPU with number 0 */
  for (enum asked asked = kEpollFd; asked <= kMapping; asked++)
    for (enum moment moment = kFirst; moment <= kMiddleUnread; moment++)
      if (asked_names[reader.is_perf][asked])
        run(asked, moment);
  return 0;
}
