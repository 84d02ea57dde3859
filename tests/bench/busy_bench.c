/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What is lost on a machine that is busy with something else: a real-time process takes the
 * reader's CPU away for some milliseconds out of every 50, while the traced program makes its calls
 * back to back. The stock library and ours, in turns.
 *
 *   busy_bench [--rounds N] [--only RING,TAKEN_MS,PAGES] STOCK_LIBBPF OUR_LIBRARY */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wakeups.h"

enum { kCalls = 100000, kPeriodMs = 50, kRoundsMax = 64, kTimes = 4, kSizes = 4 };
static const int taken_ms[kTimes] = {2, 5, 10, 20};
static const int pages[kSizes] = {8, 16, 64, 256};
static const char* const ring_names[kRingKinds] = {"perf", "bpf"};

/* A cell of the table, and what its rounds gave. */
struct cell {
  struct setup setup;
  int taken_ms;
};
struct result {
  double lost[kRoundsMax], call_ns[kRoundsMax], cpu_ns[kRoundsMax];
};

static double sleep_until(double ns) {
  const struct timespec when = {.tv_sec = (time_t)(ns / 1e9),
                                .tv_nsec = (long)(ns - (double)(time_t)(ns / 1e9) * 1e9)};

  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL))
    ;
  return ns;
}

/* start_thief forks a process that takes the reader's CPU away, for so long in each period. */
static pid_t start_thief(int ms) {
  pid_t parent = getpid(), thief = fork();
  double next;

  if (thief < 0)
    bench_die("forking", errno);
  if (thief != 0)
    return thief;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(1);
  wakeups_pin(kReaderCpu);
  if (sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 10})) {
    perror("busy_bench: sched_setscheduler");
    _exit(1);
  }
  for (next = bench_now_ns();; next += kPeriodMs * 1e6) {
    sleep_until(next);
    while (bench_now_ns() < next + ms * 1e6)
      ;
  }
}

static void measure(const struct cell* cell, struct told* told, struct result* result, int round) {
  struct session session;
  pid_t thief;
  double cpu_ns;

  wakeups_start(&session, &cell->setup, told);
  thief = start_thief(cell->taken_ms);
  /* Begin anywhere in the thief's period, but at the same places for both libraries. */
  sleep_until(bench_now_ns() + 1e6 * (10 + round * 7 % kPeriodMs));
  cpu_ns = wakeups_reader_cpu_ns(&session);
  result->call_ns[round] = wakeups_call_times(&session, kCalls);
  result->lost[round] = (double)wakeups_settle(&session);
  result->cpu_ns[round] = (wakeups_reader_cpu_ns(&session) - cpu_ns) / kCalls;
  kill(thief, SIGKILL);
  waitpid(thief, NULL, 0);
  wakeups_end(&session);
}

/* What was lost as it was, round by round, and then the medians. */
static void print_result(const char* name, struct result* result, int rounds) {
  printf("  %-5s", name);
  for (int i = 0; i < rounds && i < 7; i++)
    printf(" %6.0f", result->lost[i]);
  printf("  median %6.0f  call %6.0f ns  reader's CPU %6.0f ns a call\n",
         bench_median(result->lost, rounds), bench_median(result->call_ns, rounds),
         bench_median(result->cpu_ns, rounds));
}

static int compare_cell(struct cell cell, char** libraries, struct told* told, int rounds) {
  static struct result results[2];

  for (int round = 0; round < rounds; round++)
    for (int i = 0; i < 2; i++) {
      cell.setup.reader = i == 0 ? kStock : kOurs;
      cell.setup.library = libraries[i];
      measure(&cell, told, &results[i], round);
    }
  printf("%s, %d ms taken, %zu pages\n", ring_names[cell.setup.ring], cell.taken_ms,
         cell.setup.ring_bytes / (size_t)sysconf(_SC_PAGESIZE));
  print_result("stock", &results[0], rounds);
  print_result("ours", &results[1], rounds);
  fflush(stdout);
  return bench_median(results[1].lost, rounds) > bench_median(results[0].lost, rounds);
}

int main(int argc, char** argv) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  const char* only = NULL;
  struct told* told;
  cpu_set_t allowed;
  int rounds = 5, worse = 0, cells = 0;

  for (; argc > 4; argc -= 2, argv += 2) {
    if (!strcmp(argv[1], "--rounds"))
      rounds = atoi(argv[2]);
    else if (!strcmp(argv[1], "--only"))
      only = argv[2];
    else
      break;
  }
  if (argc != 3 || rounds < 1 || rounds > kRoundsMax) {
    fprintf(stderr, "usage: busy_bench [--rounds N] [--only RING,TAKEN_MS,PAGES] STOCK_LIBBPF "
                    "OUR_LIBRARY\n");
    return 2;
  }
  if (sched_getaffinity(0, sizeof(allowed), &allowed) || CPU_COUNT(&allowed) < 2) {
    printf("SKIP: the traced program and the reader need a CPU each\n");
    return 77;
  }
  setrlimit(RLIMIT_MEMLOCK, &limit); /* kernels before 5.11 charge maps to it */
  told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (told == MAP_FAILED)
    bench_die("mapping memory", errno);

  printf("stock: %s\nours:  %s\n%d calls back to back, records lost in each of %d rounds\n\n",
         bench_name(argv[1]), bench_name(argv[2]), kCalls, rounds);
  for (int ring = 0; ring < kRingKinds; ring++)
    for (int time = 0; time < kTimes; time++)
      for (int size = 0; size < kSizes; size++) {
        char name[32];

        snprintf(name, sizeof(name), "%s,%d,%d", ring_names[ring], taken_ms[time], pages[size]);
        if (only && strcmp(only, name))
          continue;
        worse += compare_cell((struct cell){.setup = {.ring = (enum ring_kind)ring,
                                                      .ring_bytes = (size_t)pages[size] *
                                                                    (size_t)sysconf(_SC_PAGESIZE)},
                                            .taken_ms = taken_ms[time]},
                              argv + 1, told, rounds);
        cells++;
      }
  printf("\nours loses more in the median in %d of %d cells\n", worse, cells);
  return worse != 0;
}
