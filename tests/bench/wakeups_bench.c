/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What being read costs a traced program, and what reading costs, with the stock library, with ours
 * and with a ring without wakeups: default options, 64-byte records, two CPUs, all in turns.
 *
 *   wakeups_bench [--quick] [--json] STOCK_LIBBPF OUR_LIBRARY */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "wakeups.h"

enum { kRoundsMax = 16, kRates = 3, kTitles = 12, kDefaultBoundUs = 500, kSlackUs = 200 };
static const double rates[kRates] = {50e3, 200e3, 500e3};

/* The rings that are read. What fills the smaller BPF ring without wakeups does so in a few
 * milliseconds, which is too little for one that is looked at by the millisecond. */
enum { kRings = 3 };
static const struct bench_ring {
  const char* name;
  enum ring_kind kind;
  size_t bytes;
} bench_rings[kRings] = {{"perf", kPerfRing, kPerfRingBytes},
                         {"BPF 1 MiB", kBpfRing, kBpfRingBytes},
                         {"BPF 8 MiB", kBpfRing, 8 * kBpfRingBytes}};

/* How long to look, in milliseconds. A BPF ring is held back after 100 ms under load, so what is
 * measured under load begins behind that. */
struct effort {
  int rounds;
  double warm, calls, delays, slow, at_rate, idle;
};
static const struct effort full = {9, 160, 90, 50, 1000, 150, 1000};
static const struct effort quick = {3, 130, 50, 30, 200, 60, 200};

/* What was measured: for each ring and reader, once a round. */
typedef double rounds[kRoundsMax];
enum measure {
  kCallNs,
  kCpuNs,
  kDelayUs,
  kSlowDelayUs,
  kIdleCalls,
  kProduced, /* for each rate */
  kLost = kProduced + kRates,
  kMeasures = kLost + kRates
};
struct bench_state {
  const struct effort* effort;
  const char* libraries[kReaderKinds];
  struct told* told;
  rounds measured[kRings][kReaderKinds][kMeasures];
  rounds untraced_ns;
  int json, steps, done;
};

/* A line of the table. A figure that was not measured is NAN. */
struct line {
  const char* ring;
  char measure[48];
  const char* unit;
  double of[kReaderKinds], ratio;
  char target[32];
};

static void step(struct bench_state* state, const char* what, const char* ring) {
  fprintf(stderr, isatty(2) ? "\r[%3d%%] %s, %s\033[K" : "[%3d%%] %s, %s\n",
          100 * state->done++ / state->steps, ring, what);
}

/* The delay that `part` of those kept were below, in microseconds; none are kept any more. */
static double take_delay(struct told* told, double part) {
  uint64_t count;

  atomic_store(&told->keep_delays, 0);
  count = atomic_load(&told->delay_count);
  atomic_store(&told->delay_count, 0);
  return count ? bench_quantile(told->delays_ns, count, part) / 1e3 : NAN;
}

static void start(struct session* session, const struct bench_state* state, int ring, int reader) {
  const struct setup setup = {.ring = bench_rings[ring].kind,
                              .reader = (enum reader_kind)reader,
                              .library = state->libraries[reader],
                              .ring_bytes = bench_rings[ring].bytes};

  wakeups_start(session, &setup, state->told);
}

static void measure_load(struct bench_state* state, int ring, int reader, int round) {
  const struct effort* effort = state->effort;
  rounds* to = state->measured[ring][reader];
  struct session session;
  double cpu_ns, records;

  start(&session, state, ring, reader);
  wakeups_call(&session, effort->warm * 1e6);
  cpu_ns = wakeups_reader_cpu_ns(&session);
  records = (double)atomic_load(&state->told->records);
  to[kCallNs][round] = wakeups_call(&session, effort->calls * 1e6);
  cpu_ns = wakeups_reader_cpu_ns(&session) - cpu_ns;
  records = (double)atomic_load(&state->told->records) - records;
  to[kCpuNs][round] = cpu_ns / records;

  atomic_store(&state->told->keep_delays, 1);
  wakeups_call(&session, effort->delays * 1e6);
  wakeups_settle(&session);
  to[kDelayUs][round] = take_delay(state->told, 0.99);
  wakeups_end(&session);
}

static void measure_slow(struct bench_state* state, int ring, int reader, int round) {
  struct session session;

  start(&session, state, ring, reader);
  atomic_store(&state->told->keep_delays, 1);
  wakeups_call_at(&session, 100, state->effort->slow * 1e6);
  wakeups_settle(&session);
  state->measured[ring][reader][kSlowDelayUs][round] = take_delay(state->told, 0.5);
  wakeups_end(&session);
}

static void measure_rates(struct bench_state* state, int ring, int reader, int round) {
  for (int i = 0; i < kRates; i++) {
    rounds* to = state->measured[ring][reader];
    struct session session;

    start(&session, state, ring, reader);
    to[kProduced + i][round] =
        (double)wakeups_call_at(&session, rates[i], state->effort->at_rate * 1e6);
    to[kLost + i][round] = (double)wakeups_settle(&session);
    wakeups_end(&session);
  }
}

static void measure_idle(struct bench_state* state, int ring, int reader) {
  const struct timespec quiet = {.tv_nsec = 100000000};
  struct session session;

  start(&session, state, ring, reader);
  wakeups_call(&session, state->effort->warm * 1e6);
  wakeups_settle(&session);
  nanosleep(&quiet, NULL);
  state->measured[ring][reader][kIdleCalls][0] =
      (double)wakeups_idle_calls(&session, state->effort->idle * 1e6) * 1e3 / state->effort->idle;
  wakeups_end(&session);
}

static void measure(struct bench_state* state) {
  state->steps = state->effort->rounds * kRings * 3 + kRings;
  for (int round = 0; round < state->effort->rounds; round++) {
    state->untraced_ns[round] = wakeups_call_untraced(state->effort->calls * 1e6);
    for (int ring = 0; ring < kRings; ring++) {
      step(state, "calls back to back", bench_rings[ring].name);
      for (int reader = 0; reader < kReaderKinds; reader++)
        measure_load(state, ring, reader, round);
      step(state, "100 records a second", bench_rings[ring].name);
      for (int reader = 0; reader < kFloor; reader++)
        measure_slow(state, ring, reader, round);
      step(state, "fixed rates", bench_rings[ring].name);
      for (int reader = 0; reader < kFloor; reader++)
        measure_rates(state, ring, reader, round);
    }
  }
  for (int ring = 0; ring < kRings; ring++) {
    step(state, "idle", bench_rings[ring].name);
    for (int reader = 0; reader < kFloor; reader++)
      measure_idle(state, ring, reader);
  }
  if (isatty(2))
    fprintf(stderr, "\r\033[K");
}

static double median_of(const struct bench_state* state, const double* values) {
  rounds sorted;

  memcpy(sorted, values, sizeof(sorted));
  return bench_median(sorted, state->effort->rounds);
}

/* The median of the rounds' ratios: what disturbs a round disturbs both of its sides. */
static double ratio_of(const struct bench_state* state, const double* over, const double* under) {
  rounds ratios;

  for (int i = 0; i < state->effort->rounds; i++)
    ratios[i] = over[i] / under[i];
  return bench_median(ratios, state->effort->rounds);
}

static double sum_of(const struct bench_state* state, const double* values) {
  double sum = 0;

  for (int i = 0; i < state->effort->rounds; i++)
    sum += values[i];
  return sum;
}

static void print_cell(double value, int json) {
  int decimals = value >= 100 || value == floor(value) ? 0 : value >= 10 ? 1 : 3;

  if (isnan(value))
    printf(json ? "null" : "%10s", "-");
  else
    printf("%*.*f", json ? 0 : 10, decimals, value);
}

static void print_line(const struct bench_state* state, const struct line* line) {
  static int lines;

  if (!state->json) {
    printf("%-9s %-36s %-3s", line->ring, line->measure, line->unit);
    for (int i = 0; i < kReaderKinds; i++)
      print_cell(line->of[i], 0);
    print_cell(line->ratio, 0);
    printf("  %s\n", line->target);
    return;
  }
  printf("%s{\"ring\":\"%s\",\"measure\":\"%s\",\"unit\":\"%s\"", lines++ ? ",\n " : "[",
         line->ring, line->measure, line->unit);
  for (int i = 0; i < kReaderKinds; i++) {
    static const char* const names[] = {"stock", "ours", "floor"};

    printf(",\"%s\":", names[i]);
    print_cell(line->of[i], 1);
  }
  printf(",\"ratio\":");
  print_cell(line->ratio, 1);
  printf(",\"target\":\"%s\"}", line->target);
}

/* One line of medians; the ratio is of ours to `under`. */
static void print_medians(const struct bench_state* state, int ring, struct line line, int measure,
                          int readers, enum reader_kind under) {
  line.ring = bench_rings[ring].name;
  for (int i = 0; i < kReaderKinds; i++)
    line.of[i] = i < readers ? median_of(state, state->measured[ring][i][measure]) : NAN;
  line.ratio =
      ratio_of(state, state->measured[ring][kOurs][measure], state->measured[ring][under][measure]);
  print_line(state, &line);
}

static void print_counts(const struct bench_state* state, int ring, struct line line, int measure) {
  line.ring = bench_rings[ring].name;
  for (int i = 0; i < kFloor; i++)
    line.of[i] = sum_of(state, state->measured[ring][i][measure]);
  line.of[kFloor] = line.ratio = NAN;
  print_line(state, &line);
}

static double bound_us(int is_perf) {
  const char* set = getenv("RINGSIDE_MAX_LATENCY_US");
  const double us = set ? atof(set) : kDefaultBoundUs;

  /* A BPF ring is looked at in whole milliseconds, half of one early or late. */
  return is_perf ? us : (us < 1000 ? 1000 : us) + 500;
}

static void print_ring(const struct bench_state* state, int ring) {
  const int is_perf = bench_rings[ring].kind == kPerfRing;
  struct line line = {.measure = "calls back to back", .unit = "ns"};

  snprintf(line.target, sizeof(line.target), "at most %s", is_perf ? "1/10" : "1/2.5");
  print_medians(state, ring, line, kCallNs, kReaderKinds, kStock);
  line = (struct line){
      .measure = "the same, ours to the floor", .unit = "ns", .target = "at most 1.1"};
  print_medians(state, ring, line, kCallNs, kReaderKinds, kFloor);
  line = (struct line){.measure = "reader's CPU a record", .unit = "ns"};
  snprintf(line.target, sizeof(line.target), "at most %s", is_perf ? "1/25" : "1/8");
  print_medians(state, ring, line, kCpuNs, kReaderKinds, kStock);
  line = (struct line){.measure = "delay under load, 99th percentile", .unit = "us"};
  snprintf(line.target, sizeof(line.target), "ours at most %.0f", bound_us(is_perf) + kSlackUs);
  print_medians(state, ring, line, kDelayUs, kReaderKinds, kStock);
  line = (struct line){
      .measure = "delay at 100 records/s, median", .unit = "us", .target = "at most 1.1"};
  print_medians(state, ring, line, kSlowDelayUs, kFloor, kStock);
  line =
      (struct line){.measure = "system calls when idle, a second", .unit = "", .target = "ours 0"};
  print_counts(state, ring, line, kIdleCalls);
  for (int i = 0; i < kRates; i++) {
    line = (struct line){.unit = ""};
    snprintf(line.measure, sizeof(line.measure), "offered %.0f/s: produced", rates[i]);
    print_counts(state, ring, line, kProduced + i);
    line = (struct line){.unit = "", .target = "ours at most stock"};
    snprintf(line.measure, sizeof(line.measure), "offered %.0f/s: lost", rates[i]);
    print_counts(state, ring, line, kLost + i);
  }
}

static void print_table(const struct bench_state* state) {
  struct line untraced = {.ring = "none",
                          .measure = "calls back to back, not traced",
                          .unit = "ns",
                          .of = {NAN, NAN, NAN},
                          .ratio = NAN};

  untraced.of[kStock] = untraced.of[kOurs] = untraced.of[kFloor] =
      median_of(state, state->untraced_ns);
  if (!state->json) {
    printf("stock: %s\nours:  %s\nfloor: a ring without wakeups, read by the stock library every "
           "%d us\nMedians of %d rounds taken in turns, counts summed; ratio: ours to stock.\n\n",
           bench_name(state->libraries[kStock]), bench_name(state->libraries[kOurs]),
           kFloorPeriodUs, state->effort->rounds);
    printf("%-50s%10s%10s%10s%10s  %s\n", "", "stock", "ours", "floor", "ratio", "target");
  }
  print_line(state, &untraced);
  for (int ring = 0; ring < kRings; ring++)
    print_ring(state, ring);
  if (state->json)
    printf("]\n");
}

int main(int argc, char** argv) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  static struct bench_state state = {.effort = &full};
  cpu_set_t allowed;

  for (; argc > 3; argc--, argv++) {
    if (!strcmp(argv[1], "--quick"))
      state.effort = &quick;
    else if (!strcmp(argv[1], "--json"))
      state.json = 1;
    else
      break;
  }
  if (argc != 3) {
    fprintf(stderr, "usage: wakeups_bench [--quick] [--json] STOCK_LIBBPF OUR_LIBRARY\n");
    return 2;
  }
  state.libraries[kStock] = state.libraries[kFloor] = argv[1];
  state.libraries[kOurs] = argv[2];
  if (sched_getaffinity(0, sizeof(allowed), &allowed) || CPU_COUNT(&allowed) < 2) {
    printf("SKIP: the traced program and the reader need a CPU each\n");
    return 77;
  }
  setrlimit(RLIMIT_MEMLOCK, &limit); /* kernels before 5.11 charge maps to it */
  state.told =
      mmap(NULL, sizeof(*state.told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (state.told == MAP_FAILED)
    bench_die("mapping memory", errno);
  memset(state.told, 0, sizeof(*state.told));
  measure(&state);
  print_table(&state);
  return 0;
}
