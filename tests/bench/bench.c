/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Loading, timing and medians. */
#include "bench.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../support/bpf_calls.h"

enum { kPlaces = 16, kSizes = 4 };
/* Of the records that are read and written. */
static const unsigned sizes[kSizes] = {8, 64, 512, kLargest};

void bench_die(const char* what, int error) {
  printf("SKIP: %s: %s\n", what, strerror(error));
  exit(77);
}

struct library bench_load(const char* path) {
  struct library library = {.path = path, .handle = dlopen(path, RTLD_NOW | RTLD_LOCAL)};

  if (!library.handle) {
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, dlerror());
    exit(2);
  }
  return library;
}

const char* bench_name(const char* path) {
  const char* slash = strrchr(path, '/');

  return slash ? slash + 1 : path;
}

void* bench_function(const struct library* library, const char* name) {
  void* found = dlsym(library->handle, name);

  if (!found) {
    fprintf(stderr, "%s: %s has no %s\n", program_invocation_short_name, library->path, name);
    exit(2);
  }
  return found;
}

void* bench_allocate(size_t size) {
  void* memory = calloc(1, size);

  if (!memory)
    bench_die("allocating memory", errno);
  return memory;
}

double bench_now_ns(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare(const void* left, const void* right) {
  double a = *(const double*)left, b = *(const double*)right;

  return (a > b) - (a < b);
}

static int compare_u32(const void* left, const void* right) {
  uint32_t a = *(const uint32_t*)left, b = *(const uint32_t*)right;

  return (a > b) - (a < b);
}

double bench_median(double* values, int count) {
  qsort(values, (size_t)count, sizeof(*values), compare);
  return values[count / 2];
}

double bench_quantile(uint32_t* values, size_t count, double part) {
  qsort(values, count, sizeof(*values), compare_u32);
  return values[(size_t)((double)(count - 1) * part)];
}

void bench_compare(const struct bench* bench, const struct row* row, unsigned size) {
  void *stock[kPlaces], *ours[kPlaces], *between[kPlaces];
  char what[64];

  for (int place = 0; place < kPlaces; place++) {
    between[place] = bench_allocate(kLargest / kPlaces);
    stock[place] = row->open(&bench->stock, size);
    ours[place] = row->open(&bench->ours, size);
  }
  for (int i = -kPlaces; i < bench->rounds; i++) {
    const int place = (i + kPlaces) % kPlaces;
    const double stock_time = row->time(stock[place]), our_time = row->time(ours[place]);

    if (i < 0) /* to warm up */
      continue;
    bench->stock_times[i] = stock_time;
    bench->our_times[i] = our_time;
    bench->ratios[i] = our_time / stock_time;
  }
  snprintf(what, sizeof(what), size ? "%s, %u bytes" : "%s", row->what, size);
  printf("%-28s %10.2f %10.2f %8.3f  %s\n", what, bench_median(bench->stock_times, bench->rounds),
         bench_median(bench->our_times, bench->rounds), bench_median(bench->ratios, bench->rounds),
         row->unit);
  for (int place = 0; place < kPlaces; place++) {
    row->close(stock[place]);
    row->close(ours[place]);
    free(between[place]);
  }
}

void bench_compare_sizes(const struct bench* bench, const struct row* row) {
  for (int i = 0; i < kSizes; i++)
    bench_compare(bench, row, sizes[i]);
}

uint64_t bench_fill(int map_fd, unsigned size, uint64_t flags,
                    int (*load)(int map_fd, int data_fd, uint32_t data_size)) {
  int data_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, kLargest, 1, 0);
  int prog_fd = data_fd < 0 ? data_fd : load(map_fd, data_fd, kLargest);
  const uint64_t size_and_flags[] = {size, flags};
  uint64_t records = 0;
  int answer = 0;

  if (prog_fd < 0)
    bench_die("loading a program", -prog_fd);
  while (!answer) {
    int error = sys_bpf_run_on_cpu(prog_fd, 0, size_and_flags, 2, &answer);

    if (error)
      bench_die("running a program", -error);
    records += !answer;
  }
  close(prog_fd);
  close(data_fd);
  return records;
}
