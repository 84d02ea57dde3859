/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What a program gets done that makes records itself and polls for them, by turns: how many turns a
 * second with the stock library and with ours, in slices of time that alternate.
 *
 *   turns_bench [--rounds N] STOCK_LIBBPF OUR_LIBRARY */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "../live/source.h"
#include "../support/ring_programs.h"
#include "bench.h"

enum { kPollMs = 1000, kSliceMs = 20, kRoundsMax = 512, kRingPages = 64, kBpfRingBytes = 1 << 20 };
enum { kSampleBytes = 64 };

static uint64_t seen;

static void on_perf(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx, (void)cpu, (void)data, (void)size;
  seen++;
}
static int on_ring(void* ctx, void* data, size_t size) {
  (void)ctx, (void)data, (void)size;
  seen++;
  return 0;
}

/* How records are made: the kernel decides who is woken, or the program, by the flags of each. */
enum records { kPerf, kRing, kSteered };

/* A turn is `count` records and a poll. */
struct turn {
  const char* what;
  enum records records;
  unsigned count;
};
static const struct turn rows[] = {
    {"perf ring, a record", kPerf, 1},
    {"perf ring, 5 records", kPerf, 5},
    {"perf ring, 500 records", kPerf, 500},
    {"BPF ring, a record", kRing, 1},
    {"BPF ring, 5 records", kRing, 5},
    {"BPF ring, 500 records", kRing, 500},
    {"BPF ring, 64 records, the last wakes", kSteered, 64},
};

/* What one library reads, and what it has done. */
struct side {
  const struct library* library;
  struct source source;
  int data_fd, prog_fd, cpu; /* where the program steers */
  struct perf_buffer* perf;
  struct ring_buffer* ring;
  __typeof__(&perf_buffer__poll) poll_perf;
  __typeof__(&ring_buffer__poll) poll_ring;
  double turns, ns, rates[kRoundsMax];
};

static void open_side(struct side* side, const struct library* library, const struct turn* row) {
  __typeof__(&perf_buffer__new) new_perf = bench_function(library, "perf_buffer__new");
  __typeof__(&ring_buffer__new) new_ring = bench_function(library, "ring_buffer__new");

  memset(side, 0, sizeof(*side));
  side->library = library;
  side->poll_perf = bench_function(library, "perf_buffer__poll");
  side->poll_ring = bench_function(library, "ring_buffer__poll");
  if (row->records == kPerf) {
    source_open(&side->source);
    side->perf = new_perf(side->source.map_fd, kRingPages, on_perf, NULL, NULL, NULL);
  } else {
    source_open_ring(&side->source, kBpfRingBytes);
    side->ring = new_ring(side->source.map_fd, on_ring, NULL, NULL);
  }
  if (!side->perf && !side->ring)
    bench_die("making a buffer", errno);
  if (row->records != kSteered)
    return;
  side->cpu = source_pin(0);
  side->data_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, kSampleBytes, 1, 0);
  side->prog_fd = load_ring_output(side->source.map_fd, side->data_fd, kSampleBytes);
  if (side->prog_fd < 0)
    bench_die("loading a program", -side->prog_fd);
}

static void close_side(struct side* side, const struct turn* row) {
  __typeof__(&perf_buffer__free) free_perf = bench_function(side->library, "perf_buffer__free");
  __typeof__(&ring_buffer__free) free_ring = bench_function(side->library, "ring_buffer__free");

  free_perf(side->perf);
  free_ring(side->ring);
  if (row->records == kSteered) {
    close(side->prog_fd);
    close(side->data_fd);
  }
  source_close(&side->source);
}

static void make_records(const struct side* side, const struct turn* row) {
  if (row->records != kSteered) {
    source_emit(&side->source, row->count);
    return;
  }
  for (unsigned i = 1; i <= row->count; i++) {
    const uint64_t size_and_flags[] = {kSampleBytes,
                                       i == row->count ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP};
    int answer = 0;
    int error = sys_bpf_run_on_cpu(side->prog_fd, (unsigned)side->cpu, size_and_flags, 2, &answer);

    if (error || answer)
      bench_die("running a program", error ? -error : -answer);
  }
}

static int poll_once(const struct side* side) {
  return side->perf ? side->poll_perf(side->perf, kPollMs) : side->poll_ring(side->ring, kPollMs);
}

/* take_turns makes turns for a slice of time. All that was made must be read. */
static void take_turns(struct side* side, const struct turn* row, int round) {
  const double start = bench_now_ns();
  const uint64_t before = seen;
  double turns = 0, took;

  do {
    int result;

    make_records(side, row);
    result = poll_once(side);
    if (result < 0)
      bench_die("polling", -result);
    turns++;
    took = bench_now_ns() - start;
  } while (took < kSliceMs * 1e6);
  /* A poll may return before it has read all of the last turn. */
  while (seen - before < (uint64_t)turns * row->count)
    if (poll_once(side) <= 0) {
      fprintf(stderr, "turns_bench: %s: %s: records are missing\n", bench_name(side->library->path),
              row->what);
      exit(1);
    }
  took = bench_now_ns() - start;
  side->turns += turns;
  side->ns += took;
  side->rates[round] = turns / took;
}

static void compare(const struct library* libraries, const struct turn* row, int rounds) {
  static struct side stock, ours;
  static double ratios[kRoundsMax];

  open_side(&stock, &libraries[0], row);
  open_side(&ours, &libraries[1], row);
  for (int i = 0; i < rounds; i++) {
    take_turns(&stock, row, i);
    take_turns(&ours, row, i);
    ratios[i] = ours.rates[i] / stock.rates[i];
  }
  printf("%-38s %10.0f %10.0f %8.3f %8.3f\n", row->what, stock.turns / stock.ns * 1e9,
         ours.turns / ours.ns * 1e9, (ours.turns / ours.ns) / (stock.turns / stock.ns),
         bench_median(ratios, rounds));
  fflush(stdout);
  close_side(&stock, row);
  close_side(&ours, row);
}

int main(int argc, char** argv) {
  struct library libraries[2];
  __typeof__(&libbpf_set_print) set_print;
  int rounds = 101;

  if (argc == 5 && !strcmp(argv[1], "--rounds")) {
    rounds = atoi(argv[2]);
    argv += 2;
    argc -= 2;
  }
  if (argc != 3 || rounds < 1 || rounds > kRoundsMax) {
    fprintf(stderr, "usage: turns_bench [--rounds N] STOCK_LIBBPF OUR_LIBRARY\n");
    return 2;
  }
  for (int i = 0; i < 2; i++) {
    libraries[i] = bench_load(argv[1 + i]);
    set_print = bench_function(&libraries[i], "libbpf_set_print");
    set_print(NULL);
  }
  source_pin(0);
  printf("stock: %s\nours:  %s\nturns a second of %d slices of %d ms, taken in turns; ratio: ours "
         "to stock, of all slices and in the median\n\n",
         bench_name(argv[1]), bench_name(argv[2]), rounds, kSliceMs);
  printf("%-38s %10s %10s %8s %8s\n", "a poll after each", "stock", "ours", "ratio", "median");
  for (size_t i = 0; i < LENGTH_OF(rows); i++)
    compare(libraries, &rows[i], rounds);
  return 0;
}
