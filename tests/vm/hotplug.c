/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* hotplug: CPUs go offline and come back while BPF programs write to the rings of a perf_buffer. Of
 * each record that is attempted it must be known what became of it: delivered, told as lost, or
 * refused by the kernel. And each CPU must be heard again after each return. Runs in a virtual
 * machine of its own only.
 *
 *   vm-hotplug offline|late|suspend RETURNS
 *
 * `late`: one CPU is offline already when the reader is made. `suspend`: the machine sleeps and
 * wakes, which takes all CPUs but the first. The last line tells the account as JSON. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bpf_calls.h"
#include "machine.h"

enum { kWritersMax = 5, kPages = 1, kBurst = 60, kWords = 4 };
/* After each return a writer writes at least this number of records; a CPU that was silent for this
 * time is deaf. */
enum { kAfterReturn = 300, kPatienceMs = 5000, kSleepSeconds = 5 };

/* One CPU: the thread that has a program write there, and what the reader got from there. The first
 * CPU stays; the others come and go. */
struct writer {
  unsigned cpu;
  int prog_fd;
  uint64_t* record; /* the value of the program's array map: number, returns, and their mixtures */
  pthread_t thread;
  _Atomic uint64_t returns; /* how often the CPU has come back */
  bool deaf;

  /* What bpf_perf_event_output() answered: taken; no room, which the reader must be told as lost;
   * the ring's event is dead; the slot is empty. */
  _Atomic uint64_t attempted, attempted_after;
  uint64_t taken, full, dead, absent, other;

  /* The reader's. */
  uint64_t delivered, delivered_after, lost, wrong, next;
  _Atomic uint64_t heard; /* the return after which the last record was written */
};

static struct writer writers[kWritersMax];
static unsigned writer_count;
static int map_fd;
static atomic_bool writers_end, turns_end;

/* The reader signals after each poll. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t polled = PTHREAD_COND_INITIALIZER;

static struct {
  bool late, suspend;
  unsigned returns;
} wanted;

/* How the turns went: returns, those heard of in time, and how long it was until then. */
static struct {
  unsigned returns, heard;
  double sum_ms, worst_ms;
} turns;

_Noreturn static void give_up(int code, const char* what, int error) {
  printf("%s: %s: %s\n", code == 77 ? "SKIP" : "FAIL", what, strerror(error));
  fflush(stdout);
  _exit(code);
}

static double now_ms(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* Writing. */

static void pin(unsigned cpu) {
  cpu_set_t one;

  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  sched_setaffinity(0, sizeof(one), &one); /* refused while the CPU is offline */
}

/* write_one has the program write one record; false if the CPU is offline. */
static bool write_one(struct writer* writer) {
  const uint64_t arguments[] = {kWords * sizeof(uint64_t), BPF_F_CURRENT_CPU};
  uint64_t number = writer->attempted, returns = writer->returns;
  int answer = 0, error;

  writer->record[0] = number;
  writer->record[1] = returns;
  writer->record[2] = number * 3 + writer->cpu;
  writer->record[3] = returns ^ ~number;
  error = sys_bpf_run_on_cpu(writer->prog_fd, writer->cpu, arguments, 2, &answer);
  if (error == -ENXIO)
    return false;
  if (error)
    give_up(1, "BPF_PROG_TEST_RUN", -error);
  switch (answer) {
  case 0:
    writer->taken++;
    break;
  case -ENOSPC:
    writer->full++;
    break;
  case -EOPNOTSUPP:
    writer->dead++;
    break;
  case -ENOENT:
    writer->absent++;
    break;
  default:
    writer->other++;
    printf("CPU %u: bpf_perf_event_output() returned %d\n", writer->cpu, answer);
  }
  writer->attempted_after += returns > 0;
  writer->attempted++;
  return true;
}

static void* write_records(void* argument) {
  const struct timespec pause = {0, 1000000};
  struct writer* writer = argument;

  while (!writers_end) {
    pin(writer->cpu);
    for (int i = 0; i < kBurst && write_one(writer); i++)
      ;
    nanosleep(&pause, NULL);
  }
  return NULL;
}

static void make_writer(struct writer* writer, unsigned cpu) {
  int data_fd =
      sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, kWords * sizeof(uint64_t), 1, BPF_F_MMAPABLE);

  if (data_fd < 0)
    give_up(1, "cannot create a BPF map", -data_fd);
  writer->cpu = cpu;
  writer->record = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, data_fd, 0);
  if (writer->record == MAP_FAILED)
    give_up(1, "cannot map a BPF map", errno);
  writer->prog_fd = sys_bpf_load_emitter(map_fd, data_fd, kWords * sizeof(uint64_t));
  if (writer->prog_fd < 0)
    give_up(1, "cannot load a BPF program", -writer->prog_fd);
}

/* Reading. */

static struct writer* writer_of(int cpu) {
  for (unsigned i = 0; i < writer_count; i++)
    if (writers[i].cpu == (unsigned)cpu)
      return &writers[i];
  printf("a record came from CPU %d, which has no writer\n", cpu);
  fflush(stdout);
  _exit(1);
}

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  struct writer* writer = writer_of(cpu);
  uint64_t record[kWords];

  (void)ctx;
  if (size < sizeof(record)) {
    writer->wrong++;
    return;
  }
  memcpy(record, data, sizeof(record));
  if (record[0] < writer->next || record[2] != record[0] * 3 + writer->cpu ||
      record[3] != (record[1] ^ ~record[0]))
    writer->wrong++;
  writer->next = record[0] + 1;
  writer->delivered++;
  writer->delivered_after += record[1] > 0;
  writer->heard = record[1];
}

static void on_lost(void* ctx, int cpu, __u64 count) {
  (void)ctx;
  writer_of(cpu)->lost += count;
}

/* Turning CPUs off and on. */

static void set_online(unsigned cpu, bool online) {
  int error = machine_set_online(cpu, online);

  if (error)
    give_up(1, "cannot turn a CPU off or on", error);
}

/* await waits until a writer has got to `target`; false when out of patience. */
static bool await(const _Atomic uint64_t* value, uint64_t target, double deadline_ms) {
  bool reached;

  pthread_mutex_lock(&mutex);
  while (!(reached = *value >= target) && now_ms() < deadline_ms)
    pthread_cond_wait(&polled, &mutex);
  pthread_mutex_unlock(&mutex);
  return reached;
}

/* hear waits for records of a CPU that has just come back, and for enough of them to be written. */
static void hear(struct writer* writer, double back_ms, double patience_ms) {
  uint64_t written = writer->attempted;
  bool heard = await(&writer->heard, writer->returns, back_ms + (writer->deaf ? 0 : patience_ms));

  turns.returns++;
  if (heard) {
    double took_ms = now_ms() - back_ms;

    turns.heard++;
    turns.sum_ms += took_ms;
    turns.worst_ms = took_ms > turns.worst_ms ? took_ms : turns.worst_ms;
  }
  writer->deaf = !heard;
  if (!await(&writer->attempted, written + kAfterReturn, now_ms() + 10 * kPatienceMs))
    give_up(1, "a writer stands still", ETIMEDOUT);
}

/* All CPUs but the first go, and come back. */
static void turn_once(void) {
  if (wanted.suspend) {
    int error = machine_sleep(kSleepSeconds);

    if (error)
      give_up(77, "this machine cannot sleep", error);
  } else {
    for (unsigned i = 1; i < writer_count; i++)
      set_online(writers[i].cpu, false);
    for (unsigned i = 1; i < writer_count; i++)
      set_online(writers[i].cpu, true);
  }
  for (unsigned i = 1; i < writer_count; i++)
    writers[i].returns++;
}

static void* turn_cpus(void* argument) {
  (void)argument;
  while (turns.returns < wanted.returns) {
    double back_ms;

    turn_once();
    back_ms = now_ms();
    for (unsigned i = 1; i < writer_count; i++)
      hear(&writers[i], back_ms, kPatienceMs);
  }
  turns_end = true;
  return NULL;
}

/* The account. Returns whether it is wrong. */
static bool account(const struct writer* writer) {
  uint64_t owed = writer->taken + writer->full, told = writer->delivered + writer->lost;
  bool stays = writer == writers;

  printf("CPU %u, %s: %llu attempted: %llu delivered, %llu told as lost, %llu to a dead event, "
         "%llu to no event; %lld unaccounted for; %llu wrong\n",
         writer->cpu, stays ? "which stays" : "which comes and goes",
         (unsigned long long)writer->attempted, (unsigned long long)writer->delivered,
         (unsigned long long)writer->lost, (unsigned long long)writer->dead,
         (unsigned long long)writer->absent, (long long)(owed - told),
         (unsigned long long)writer->wrong);
  return writer->wrong || writer->other || told != owed || writer->delivered > writer->taken ||
         (stays && writer->dead + writer->absent);
}

static bool tell(void) {
  uint64_t attempted = 0, delivered = 0, lost = 0, dead = 0, absent = 0, attempted_after = 0;
  uint64_t delivered_after = 0;
  bool failed = false;

  for (unsigned i = 0; i < writer_count; i++) {
    failed |= account(&writers[i]);
    attempted += writers[i].attempted;
    delivered += writers[i].delivered;
    lost += writers[i].lost;
    dead += writers[i].dead;
    absent += writers[i].absent;
    attempted_after += writers[i].attempted_after;
    delivered_after += writers[i].delivered_after;
  }
  failed |= turns.heard < turns.returns;
  printf(
      "{\"returns\": %u, \"heard\": %u, \"mean_ms\": %.0f, \"worst_ms\": %.0f, \"attempted\": %llu,"
      " \"delivered\": %llu, \"lost\": %llu, \"dead\": %llu, \"absent\": %llu,"
      " \"unaccounted\": %lld, \"attempted_after\": %llu, \"delivered_after\": %llu}\n",
      turns.returns, turns.heard, turns.heard ? turns.sum_ms / turns.heard : 0, turns.worst_ms,
      (unsigned long long)attempted, (unsigned long long)delivered, (unsigned long long)lost,
      (unsigned long long)dead, (unsigned long long)absent,
      (long long)(attempted - delivered - lost - dead - absent),
      (unsigned long long)attempted_after, (unsigned long long)delivered_after);
  return failed;
}

static bool parse(int argc, char** argv) {
  if (argc != 3)
    return false;
  wanted.late = strcmp(argv[1], "late") == 0;
  wanted.suspend = strcmp(argv[1], "suspend") == 0;
  wanted.returns = (unsigned)atoi(argv[2]);
  return (wanted.late || wanted.suspend || strcmp(argv[1], "offline") == 0) && wanted.returns > 0;
}

int main(int argc, char** argv) {
  const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  unsigned cpus = (unsigned)sysconf(_SC_NPROCESSORS_CONF);
  struct perf_buffer* pb;
  pthread_t turner;
  int result;

  if (!parse(argc, argv)) {
    fprintf(stderr, "usage: vm-hotplug offline|late|suspend RETURNS\n");
    return 2;
  }
  if (!machine_is_ours() || cpus < 2) {
    printf("SKIP: not in a virtual machine of its own\n");
    return 77;
  }
  setrlimit(RLIMIT_MEMLOCK, &unlimited); /* kernels before 5.11 charge maps to it */
  map_fd = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, cpus, 0);
  if (map_fd < 0)
    give_up(1, "cannot create a BPF map", -map_fd);
  for (writer_count = 0; writer_count < kWritersMax && writer_count < cpus; writer_count++)
    make_writer(&writers[writer_count], writer_count ? cpus - writer_count : 0);

  if (wanted.late)
    set_online(writers[1].cpu, false);
  pb = perf_buffer__new(map_fd, kPages, on_sample, on_lost, NULL, NULL);
  if (!pb)
    give_up(1, "perf_buffer__new", errno);
  for (unsigned i = 0; i < writer_count; i++)
    pthread_create(&writers[i].thread, NULL, write_records, &writers[i]);
  pthread_create(&turner, NULL, turn_cpus, NULL);
  while (!turns_end) {
    result = perf_buffer__poll(pb, 50);
    if (result < 0 && result != -EINTR) /* a machine that goes to sleep interrupts it */
      give_up(1, "perf_buffer__poll", -result);
    pthread_mutex_lock(&mutex);
    pthread_cond_broadcast(&polled);
    pthread_mutex_unlock(&mutex);
  }
  pthread_join(turner, NULL);
  writers_end = true;
  for (unsigned i = 0; i < writer_count; i++)
    pthread_join(writers[i].thread, NULL);

  /* With a record that fits the kernel tells of those before it that did not. */
  for (int round = 0; round < 2; round++) {
    result = perf_buffer__consume(pb);
    if (result != 0)
      give_up(1, "perf_buffer__consume", -result);
    for (unsigned i = 0; round == 0 && i < writer_count; i++)
      write_one(&writers[i]);
  }
  perf_buffer__free(pb);
  return tell();
}
