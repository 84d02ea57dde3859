/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What reading, writing and making rings costs, ours against the stock library, in one process and
 * in turns.
 *
 *   readers_bench [--rounds N] STOCK_LIBBPF OUR_LIBRARY
 *   readers_bench --count SIZE LIBRARY
 *   readers_bench --count-ring SIZE LIBRARY
 *
 * The last two read one full perf or BPF ring of records of SIZE bytes once, for counting
 * instructions from outside. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "bench.h"

enum { kDefaultRounds = 201 };

static void compare_libraries(const char* stock_path, const char* our_path, int rounds) {
  struct bench bench = {bench_load(stock_path), bench_load(our_path), rounds, NULL, NULL, NULL};
  double* values = bench_allocate((size_t)rounds * 3 * sizeof(*values));
  __typeof__(&libbpf_set_print) set_print = bench_function(&bench.stock, "libbpf_set_print");

  bench.stock_times = values;
  bench.our_times = values + rounds;
  bench.ratios = values + 2 * rounds;
  set_print(NULL);

  printf("stock: %s\nours:  %s\nmedians of %d pairs, taken in turns; ratio: ours to stock\n\n",
         bench_name(stock_path), bench_name(our_path), rounds);
  printf("%-28s %10s %10s %8s\n", "", "stock", "ours", "ratio");
  perf_bench(&bench);
  ring_bench(&bench);
  user_ring_bench(&bench);
  free(values);
}

int main(int argc, char** argv) {
  int rounds = kDefaultRounds;

  if (argc == 4 && !strncmp(argv[1], "--count", 7)) {
    struct library library = bench_load(argv[3]);
    unsigned size = (unsigned)atoi(argv[2]);
    uint64_t records = strcmp(argv[1], "--count") ? ring_bench_once(&library, size)
                                                  : perf_bench_once(&library, size);

    printf("%llu\n", (unsigned long long)records);
    return 0;
  }
  if (argc == 5 && !strcmp(argv[1], "--rounds")) {
    rounds = atoi(argv[2]);
    argv += 2;
    argc -= 2;
  }
  if (argc != 3 || rounds < 1) {
    fprintf(stderr, "usage: readers_bench [--rounds N] STOCK_LIBBPF OUR_LIBRARY\n"
                    "       readers_bench --count SIZE LIBRARY\n"
                    "       readers_bench --count-ring SIZE LIBRARY\n");
    return 2;
  }
  compare_libraries(argv[1], argv[2], rounds);
  return 0;
}
