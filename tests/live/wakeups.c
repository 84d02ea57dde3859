/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* wakeups: traced programs call at steady rates, in bursts, on and off, into one ring or a few of
 * many, large and small, and what the reader gets is told as one line of JSON for each: whether it
 * came whole, in order and in time, and how often the reader waited and changed how it is woken.
 *
 *   live-wakeups perf|ring [SCENARIO...]    all of them, or some by their numbers */
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf_calls.h"
#include "calls.h"
#include "schedule.h"

/* A BPF ring must last as it is; a perf ring gets a larger one. */
enum {
  kLargeBpf = 4 * 1024 * 1024,
  kLarge = 256 * 1024,
  kSmall = 4096,
  kWritersMax = 2,
  kManyRings = 64
};
enum { kPollMs = 100, kPatienceMs = 10000 };

#define STEADY(calls, period_us)                                                                   \
  { calls, 1, period_us, 0 }
#define BURSTS(count, size)                                                                        \
  { (count) * (size), size, 20000, 0 }
/* 200,000 a second for half of each period. */
#define ON_OFF(count, period_us)                                                                   \
  { (count) * ((period_us) / 10), (period_us) / 10, period_us, 5 }

static const struct scenario {
  const char* name;
  uint32_t bytes; /* of each ring */
  int rings, writers;
  struct schedule schedule;
} scenarios[] = {
    {"10 a second", kLarge, 1, 1, STEADY(5, 100000)},
    {"100 a second", kLarge, 1, 1, STEADY(20, 10000)},
    {"1,000 a second", kLarge, 1, 1, STEADY(200, 1000)},
    {"10,000 a second", kLarge, 1, 1, STEADY(2000, 100)},
    {"100,000 a second", kLarge, 1, 1, STEADY(60000, 10)},
    {"1,000,000 a second", kLarge, 1, 1, STEADY(200000, 1)},
    {"bursts of 3", kLarge, 1, 1, BURSTS(8, 3)},
    {"bursts of 50", kLarge, 1, 1, BURSTS(8, 50)},
    {"bursts of 1,000", kLarge, 1, 1, BURSTS(8, 1000)},
    {"on and off, 100 us", kLarge, 1, 1, ON_OFF(1000, 100)},
    {"on and off, 300 us", kLarge, 1, 1, ON_OFF(500, 300)},
    {"on and off, 1 ms", kLarge, 1, 1, ON_OFF(150, 1000)},
    {"on and off, 3 ms", kLarge, 1, 1, ON_OFF(50, 3000)},
    {"on and off, 10 ms", kLarge, 1, 1, ON_OFF(15, 10000)},
    {"on and off, 30 ms", kLarge, 1, 1, ON_OFF(6, 30000)},
    {"on and off, 100 ms", kLarge, 1, 1, ON_OFF(3, 100000)},
    {"two of many rings busy", kLarge, kManyRings, 2, STEADY(60000, 10)},
    {"small ring, 1,000 a second", kSmall, 1, 1, STEADY(200, 1000)},
    {"small ring, 20,000 a second", kSmall, 1, 1, STEADY(4000, 50)},
    {"small ring, 100,000 a second", kSmall, 1, 1, STEADY(20000, 10)},
    {"small ring, 1,000,000 a second", kSmall, 1, 1, STEADY(30000, 1)},
    {"small ring, bursts of 40", kSmall, 1, 1, BURSTS(8, 40)},
    {"small ring, on and off, 1 ms", kSmall, 1, 1, ON_OFF(150, 1000)},
};
enum { kScenarios = sizeof(scenarios) / sizeof(scenarios[0]) };

/* A ring that is written to. */
static struct stream {
  struct source source;
  struct progress* progress;
  pid_t child;
  int cpu;
  uint64_t next; /* the number that must come next */
  uint64_t seen, wrong;
  uint64_t position;             /* of the reader in a BPF ring */
  const unsigned long* consumer; /* what it tells the kernel */
} streams[kWritersMax];

static struct {
  int is_perf;
  struct perf_buffer* perf;
  struct ring_buffer* ring;
  uint64_t lost; /* as the kernel reports it to perf readers */
} reader;

static void take(struct stream* stream, const void* data, int is_whole) {
  uint64_t number = source_number(data);

  stream->wrong += number < stream->next || !is_whole;
  stream->next = number + 1;
  stream->seen++;
}

/* On the n-th CPU that it may use is the writer of the n-th stream, which all share one map. */
static void take_perf(int cpu, const void* data, uint32_t size) {
  struct stream* stream = cpu == streams[0].cpu ? &streams[0] : &streams[1];

  take(stream, data, source_check(data, size, source_number(data)));
}

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  take_perf(cpu, data, size);
}

static void on_lost(void* ctx, int cpu, __u64 count) {
  (void)ctx;
  (void)cpu;
  reader.lost += count;
}

static enum bpf_perf_event_ret on_event(void* ctx, int cpu, struct perf_event_header* event) {
  const char* body = (const char*)(event + 1);
  uint64_t count;
  uint32_t size;

  (void)ctx;
  if (event->type == PERF_RECORD_SAMPLE) {
    memcpy(&size, body, sizeof(size));
    take_perf(cpu, body + sizeof(size), size);
  } else if (event->type == PERF_RECORD_LOST) {
    memcpy(&count, body + sizeof(count), sizeof(count)); /* behind the event's id */
    reader.lost += count;
  }
  return LIBBPF_PERF_EVENT_CONT;
}

static int on_ring_sample(void* ctx, void* data, size_t size) {
  struct stream* stream = ctx;

  take(stream, data, source_check_ring(data, size, source_number(data)));
  stream->position += (size + 8 + 7) / 8 * 8;
  return 0;
}

static int on_idle_ring(void* ctx, void* data, size_t size) {
  (void)data;
  (void)size;
  ++*(uint64_t*)ctx; /* wrong: nothing writes there */
  return 0;
}

/* Several rings on each CPU, of which the BPF program knows one. */
static struct perf_buffer* make_many(int map_fd, size_t pages) {
  static int cpus[kManyRings], keys[kManyRings];
  struct perf_event_attr attr = {
      .size = sizeof(attr),
      .type = PERF_TYPE_SOFTWARE,
      .config = PERF_COUNT_SW_BPF_OUTPUT,
      .sample_type = PERF_SAMPLE_RAW,
      .sample_period = 1,
      .wakeup_events = 1,
  };
  struct perf_buffer_raw_opts opts = {
      .sz = sizeof(opts), .cpu_cnt = kManyRings, .cpus = cpus, .map_keys = keys};

  for (int i = 0; i < kManyRings; i++) {
    keys[i] = i;
    cpus[i] = i % (int)sysconf(_SC_NPROCESSORS_ONLN);
  }
  return perf_buffer__new_raw(map_fd, pages, &attr, on_event, NULL, &opts);
}

static void open_perf(const struct scenario* scenario) {
  size_t pages = scenario->bytes / 4096;

  source_open_slots(&streams[0].source, scenario->rings > 1 ? kManyRings : 0);
  streams[1].source = streams[0].source;
  reader.perf = scenario->rings > 1 ? make_many(streams[0].source.map_fd, pages)
                                    : perf_buffer__new(streams[0].source.map_fd, pages, on_sample,
                                                       on_lost, NULL, NULL);
}

static void open_rings(const struct scenario* scenario) {
  for (int i = 0; i < scenario->rings; i++) {
    struct stream* stream = &streams[i < scenario->writers ? i : 0];
    int is_busy = i < scenario->writers, map_fd;

    if (is_busy) {
      source_open_ring(&stream->source, scenario->bytes == kLarge ? kLargeBpf : scenario->bytes);
      stream->consumer = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED,
                              stream->source.map_fd, 0);
    }
    map_fd =
        is_busy ? stream->source.map_fd : sys_bpf_map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, kSmall, 0);
    ring_buffer_sample_fn callback = is_busy ? on_ring_sample : on_idle_ring;
    void* ctx = is_busy ? (void*)stream : (void*)&stream->wrong;

    if (i == 0)
      reader.ring = ring_buffer__new(map_fd, callback, ctx, NULL);
    else if (ring_buffer__add(reader.ring, map_fd, callback, ctx))
      source_give_up("ring_buffer__add", -errno);
    if (!is_busy)
      close(map_fd);
  }
}

static int poll_once(int timeout_ms) {
  return reader.is_perf ? perf_buffer__poll(reader.perf, timeout_ms)
                        : ring_buffer__poll(reader.ring, timeout_ms);
}

/* What a reading has come to. */
struct reading {
  uint64_t polls, late, held, failed;
  struct calls calls;
};

static int is_complete(const struct scenario* scenario) {
  uint64_t seen = 0, sent = 0, dropped = 0;
  int ended = 1;

  for (int i = 0; i < scenario->writers; i++) {
    ended &= atomic_load(&streams[i].progress->ended);
    seen += streams[i].seen;
    sent += scenario->schedule.calls;
  }
  if (seen >= sent || !ended)
    return seen >= sent;
  for (int i = 0; i < (reader.is_perf ? 1 : scenario->writers); i++)
    dropped += source_dropped(&streams[i].source);
  return seen + dropped >= sent;
}

/* Polls until all has come, or nothing comes any more. */
static struct reading read_all(const struct scenario* scenario) {
  struct calls before = calls_so_far();
  struct reading reading = {0};
  double last_us = schedule_now_us();

  while (!is_complete(scenario) && !reading.late) {
    int result = poll_once(kPollMs);
    double now_us = schedule_now_us();

    reading.polls++;
    reading.failed += result < 0;
    if (result > 0)
      last_us = now_us;
    reading.late = now_us - last_us > kPatienceMs * 1e3;
    for (int i = 0; !reader.is_perf && i < scenario->writers; i++)
      reading.held += *(const volatile unsigned long*)streams[i].consumer < streams[i].position;
  }
  reading.calls = calls_so_far();
  reading.calls.map_updates -= before.map_updates;
  reading.calls.waits -= before.waits;
  return reading;
}

static void tell(const struct scenario* scenario, const struct reading* reading, double took_us) {
  uint64_t sent = 0, seen = 0, wrong = 0, dropped = 0;

  for (int i = 0; i < scenario->writers; i++) {
    sent += atomic_load(&streams[i].progress->sent);
    seen += streams[i].seen;
    wrong += streams[i].wrong;
    if (i == 0 || !reader.is_perf)
      dropped += source_dropped(&streams[i].source);
  }
  printf("{\"scenario\": \"%s\", \"sent\": %llu, \"seen\": %llu, \"dropped\": %llu, "
         "\"reported\": %llu, \"wrong\": %llu, \"polls\": %llu, \"late\": %llu, \"failed\": %llu, "
         "\"held\": %llu, \"switches\": %llu, \"waits\": %llu, \"events\": %d, \"ms\": %.1f}\n",
         scenario->name, (unsigned long long)sent, (unsigned long long)seen,
         (unsigned long long)dropped, (unsigned long long)reader.lost, (unsigned long long)wrong,
         (unsigned long long)reading->polls, (unsigned long long)reading->late,
         (unsigned long long)reading->failed, (unsigned long long)reading->held,
         (unsigned long long)reading->calls.map_updates, (unsigned long long)reading->calls.waits,
         calls_perf_events(), took_us / 1e3);
}

/* With a record that fits the kernel tells a perf reader of those before it that did not. */
static void take_report_of_lost(struct stream* stream) {
  source_pin(stream == &streams[1]);
  source_emit(&stream->source, 1);
  atomic_fetch_add(&stream->progress->sent, 1);
  while (stream->seen + source_dropped(&streams[0].source) < stream->progress->sent &&
         poll_once(kPatienceMs) > 0)
    ;
}

static void run(const struct scenario* scenario, struct progress* progress, const cpu_set_t* cpus) {
  struct reading reading;
  double start;

  memset(streams, 0, sizeof(streams));
  memset(progress, 0, kWritersMax * sizeof(*progress));
  reader.lost = 0;
  (reader.is_perf ? open_perf : open_rings)(scenario);
  if (!reader.perf && !reader.ring)
    source_give_up("making a reader", -errno);
  start = schedule_now_us();
  for (int i = 0; i < scenario->writers; i++) {
    streams[i].cpu = source_pin(i);
    sched_setaffinity(0, sizeof(*cpus), cpus);
    streams[i].progress = &progress[i];
    streams[i].child = schedule_start(&scenario->schedule, &streams[i].source, i, &progress[i]);
  }
  source_pin(1);
  reading = read_all(scenario);
  for (int i = 0; i < scenario->writers; i++)
    waitpid(streams[i].child, NULL, 0);
  const double took_us = schedule_now_us() - start;

  sched_setaffinity(0, sizeof(*cpus), cpus);
  if (reader.is_perf && scenario->writers == 1 && source_dropped(&streams[0].source))
    take_report_of_lost(&streams[0]);
  tell(scenario, &reading, took_us);
  perf_buffer__free(reader.perf);
  ring_buffer__free(reader.ring);
  for (int i = 0; i < (reader.is_perf ? 1 : scenario->writers); i++)
    source_close(&streams[i].source);
  for (int i = 0; !reader.is_perf && i < scenario->writers; i++)
    munmap((void*)(uintptr_t)streams[i].consumer, (size_t)sysconf(_SC_PAGESIZE));
}

int main(int argc, char** argv) {
  struct progress* progress = mmap(NULL, kWritersMax * sizeof(*progress), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const struct sched_param priority = {.sched_priority = 1};
  cpu_set_t cpus;

  if (argc < 2 || progress == MAP_FAILED)
    return 2;
  reader.is_perf = strcmp(argv[1], "perf") == 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  sched_getaffinity(0, sizeof(cpus), &cpus);
  if (CPU_COUNT(&cpus) < kWritersMax) {
    printf("SKIP: one CPU is not enough\n");
    return 77;
  }
  /* What else the machine does must not make the reader lose records. The traced programs do not
   * inherit it. */
  if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority))
    fprintf(stderr, "live-wakeups: no real-time priority: %s\n", strerror(errno));
  for (int i = 2; i < argc; i++)
    if (atoi(argv[i]) >= 0 && atoi(argv[i]) < kScenarios)
      run(&scenarios[atoi(argv[i])], progress, &cpus);
  for (int i = 0; argc == 2 && i < kScenarios; i++)
    run(&scenarios[i], progress, &cpus);
  return 0;
}
