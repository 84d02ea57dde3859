/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bench: two libraries in one process, and timing the same work of both in turns. */
#ifndef RINGSIDE_TESTS_BENCH_H
#define RINGSIDE_TESTS_BENCH_H

#include <stddef.h>
#include <stdint.h>

enum { kLargest = 4096, kRingBytes = 64 * 4096, kBatch = 100000 };

/* One of the two libraries. */
struct library {
  const char* path;
  void* handle;
};

struct bench {
  struct library stock, ours;
  int rounds;
  double *stock_times, *our_times, *ratios; /* one of each per round */
};

/* bench_die ends the program, as one that cannot do this work here. */
__attribute__((noreturn)) void bench_die(const char* what, int error);

struct library bench_load(const char* path);

/* bench_name is a library's name without its folder, which is another on each machine. */
const char* bench_name(const char* path);

/* bench_function gives a function of a library, which must have it. */
void* bench_function(const struct library* library, const char* name);

/* bench_allocate gives memory that is all zeros. */
void* bench_allocate(size_t size);

double bench_now_ns(void);

/* bench_median sorts its values; bench_quantile gives the one that `part` of them are below. */
double bench_median(double* values, int count);
double bench_quantile(uint32_t* values, size_t count, double part);

/* A row of the table. `open` makes what one library is measured with, for records of `size` bytes;
 * `time` works with it and returns the duration of a unit of that work. */
struct row {
  const char *what, *unit;
  void* (*open)(const struct library* library, unsigned size);
  double (*time)(const void* made);
  void (*close)(void* made);
};

/* bench_compare has both libraries work in turns and prints the medians. Each has made kPlaces of
 * what is measured, in other places of memory, and the rounds go from one to the next: where the
 * records are as large as a page, their headers fill a few sets of the first cache, and what else
 * happens to lie there costs up to half of a read, on either library. A size of 0 is not printed.
 */
void bench_compare(const struct bench* bench, const struct row* row, unsigned size);
void bench_compare_sizes(const struct bench* bench, const struct row* row);

/* bench_fill runs a program that returns 0 for each record of `size` bytes that it has written, on
 * CPU 0, until no more fits, and closes it. `load` makes it, from the ring's map and an array map
 * of what to write. Returns how many were written. */
uint64_t bench_fill(int map_fd, unsigned size, uint64_t flags,
                    int (*load)(int map_fd, int data_fd, uint32_t data_size));

/* The tables, and reading a full ring of records of `size` bytes once, which returns how many. */
void perf_bench(const struct bench* bench);
void ring_bench(const struct bench* bench);
void user_ring_bench(const struct bench* bench);
uint64_t perf_bench_once(const struct library* library, unsigned size);
uint64_t ring_bench_once(const struct library* library, unsigned size);

#endif /* RINGSIDE_TESTS_BENCH_H */
