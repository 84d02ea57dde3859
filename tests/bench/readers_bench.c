/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What reading and making a perf_buffer costs, ours against the stock library, in one process and
 * in turns. A BPF program fills the ring once; after each read the tail is set back, so that every
 * read finds the same full ring and costs nothing but the library's own work.
 *
 *   readers_bench [--rounds N] STOCK_LIBBPF OUR_LIBRARY
 *   readers_bench --count SIZE LIBRARY    reads one full ring of records of SIZE bytes once, for
 *                                         counting instructions from outside */
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include <bpf/libbpf.h>

#include "../support/bpf_calls.h"

enum { kPages = 64, kSizes = 4, kDefaultRounds = 201, kLargest = 4096 };
static const unsigned sizes[kSizes] = {8, 64, 512, kLargest};

struct library {
  const char* path;
  __typeof__(&perf_buffer__new) new_buffer;
  __typeof__(&perf_buffer__consume) consume;
  __typeof__(&perf_buffer__consume_buffer) consume_buffer;
  __typeof__(&perf_buffer__buffer) buffer;
  __typeof__(&perf_buffer__free) free_buffer;
};

/* A reading of one library's buffer over and over. */
struct reader {
  const struct library* library;
  struct perf_buffer* buffer;
  struct perf_event_mmap_page* page;
  uint64_t records;
};

static uint64_t seen_records;

static void count_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  (void)cpu;
  (void)data;
  (void)size;
  seen_records++;
}

static void die(const char* what, int error) {
  printf("SKIP: %s: %s\n", what, strerror(error));
  exit(77);
}

static void* function(void* library, const char* path, const char* name) {
  void* found = dlsym(library, name);
  if (!found) {
    fprintf(stderr, "readers_bench: %s has no %s\n", path, name);
    exit(2);
  }
  return found;
}

static struct library load(const char* path) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    fprintf(stderr, "readers_bench: %s\n", dlerror());
    exit(2);
  }
  struct library library = {
      .path = path,
      .new_buffer = function(handle, path, "perf_buffer__new"),
      .consume = function(handle, path, "perf_buffer__consume"),
      .consume_buffer = function(handle, path, "perf_buffer__consume_buffer"),
      .buffer = function(handle, path, "perf_buffer__buffer"),
      .free_buffer = function(handle, path, "perf_buffer__free"),
  };
  return library;
}

static int perf_event_array(unsigned entries) {
  int map = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, entries, 0);

  if (map < 0)
    die("creating a perf event array", -map);
  return map;
}

/* fill writes records of `size` bytes to the ring in slot 0 of `map`, until no more fits. */
static uint64_t fill(int map, unsigned size) {
  int data = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, kLargest, 1, 0);
  int program = data < 0 ? data : sys_bpf_load_emitter(map, data, kLargest);
  const uint64_t size_and_slot[] = {size, 0};
  uint64_t records = 0;
  int answer = 0;

  if (program < 0)
    die("loading a program", -program);
  while (!answer) {
    int error = sys_bpf_run_on_cpu(program, 0, size_and_slot, 2, &answer);
    if (error)
      die("running a program", -error);
    records += !answer;
  }
  close(program);
  close(data);
  return records;
}

static double now_ns(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* open_reader makes a buffer of one ring, full of records. */
static struct reader open_reader(const struct library* library, unsigned size) {
  struct reader reader = {.library = library};
  void* memory;
  size_t data_size;
  int map = perf_event_array(1);

  reader.buffer = library->new_buffer(map, kPages, count_sample, NULL, NULL, NULL);
  if (!reader.buffer || library->buffer(reader.buffer, 0, &memory, &data_size))
    die("making a perf_buffer", errno);
  reader.page = memory;
  reader.records = fill(map, size);
  close(map);
  return reader;
}

/* read_once sets the tail back to the first record and reads the ring. */
static void read_once(const struct reader* reader) {
  __atomic_store_n(&reader->page->data_tail, 0, __ATOMIC_RELEASE);
  uint64_t before = seen_records;
  int result = reader->library->consume(reader->buffer);
  if (result || seen_records - before != reader->records) {
    fprintf(stderr, "readers_bench: %s read %llu records of %llu, result %d\n",
            reader->library->path, (unsigned long long)(seen_records - before),
            (unsigned long long)reader->records, result);
    exit(1);
  }
}

static double read_repeatedly(const struct reader* reader, int repeat) {
  double start = now_ns();

  for (int i = 0; i < repeat; i++)
    read_once(reader);
  return now_ns() - start;
}

static double make_once(const struct library* library, int map) {
  double start = now_ns();
  struct perf_buffer* buffer = library->new_buffer(map, kPages, count_sample, NULL, NULL, NULL);
  library->free_buffer(buffer);
  double took = now_ns() - start;
  if (!buffer)
    die("making a perf_buffer", errno);
  return took;
}

static int compare(const void* left, const void* right) {
  double a = *(const double*)left, b = *(const double*)right;
  return (a > b) - (a < b);
}

static double median(double* values, int count) {
  qsort(values, (size_t)count, sizeof(*values), compare);
  return values[count / 2];
}

struct pairs {
  double *stock, *ours, *ratio;
  int count;
};

static void print_row(const char* what, const char* unit, double per, struct pairs* pairs) {
  for (int i = 0; i < pairs->count; i++)
    pairs->ratio[i] = pairs->ours[i] / pairs->stock[i];
  double ratio = median(pairs->ratio, pairs->count);
  printf("%-28s %10.2f %10.2f %8.3f  %s\n", what, median(pairs->stock, pairs->count) / per,
         median(pairs->ours, pairs->count) / per, ratio, unit);
}

static void compare_libraries(const char* stock_path, const char* our_path, int rounds) {
  struct library stock = load(stock_path), ours = load(our_path);
  struct pairs pairs = {.count = rounds};
  double* values = calloc((size_t)rounds * 3, sizeof(double));
  if (!values)
    die("allocating memory", errno);
  pairs.stock = values;
  pairs.ours = values + rounds;
  pairs.ratio = values + 2 * rounds;

  printf("stock: %s\nours:  %s\nmedians of %d pairs, taken in turns; ratio: ours to stock\n\n",
         stock_path, our_path, rounds);
  printf("%-28s %10s %10s %8s\n", "", "stock", "ours", "ratio");
  for (int s = 0; s < kSizes; s++) {
    struct reader a = open_reader(&stock, sizes[s]), b = open_reader(&ours, sizes[s]);
    char what[64];

    /* Many reads in a row, so that the clock's grain does not show. */
    int repeat = (int)(100000 / a.records) + 1;
    for (int i = -2; i < rounds; i++) {
      double stock_ns = read_repeatedly(&a, repeat);
      double our_ns = read_repeatedly(&b, repeat);
      if (i >= 0) {
        pairs.stock[i] = stock_ns;
        pairs.ours[i] = our_ns;
      }
    }
    snprintf(what, sizeof(what), "consume, %u-byte records", sizes[s]);
    print_row(what, "ns a record", (double)a.records * repeat, &pairs);
    stock.free_buffer(a.buffer);
    ours.free_buffer(b.buffer);
  }
  int map = perf_event_array((unsigned)sysconf(_SC_NPROCESSORS_CONF));
  for (int i = -2; i < rounds; i++) {
    double stock_ns = make_once(&stock, map), our_ns = make_once(&ours, map);
    if (i >= 0) {
      pairs.stock[i] = stock_ns;
      pairs.ours[i] = our_ns;
    }
  }
  print_row("new + free, all CPUs", "us", 1000, &pairs);
  free(values);
}

static void silence(const char* path) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  __typeof__(&libbpf_set_print) set_print = handle ? dlsym(handle, "libbpf_set_print") : NULL;
  if (set_print)
    set_print(NULL);
}

int main(int argc, char** argv) {
  if (argc == 4 && !strcmp(argv[1], "--count")) {
    struct library library = load(argv[3]);
    struct reader reader = open_reader(&library, (unsigned)atoi(argv[2]));

    read_once(&reader);
    printf("%llu\n", (unsigned long long)reader.records);
    library.free_buffer(reader.buffer);
    return 0;
  }
  int rounds = kDefaultRounds;
  if (argc == 5 && !strcmp(argv[1], "--rounds")) {
    rounds = atoi(argv[2]);
    argv += 2;
    argc -= 2;
  }
  if (argc != 3 || rounds < 1) {
    fprintf(stderr, "usage: readers_bench [--rounds N] STOCK_LIBBPF OUR_LIBRARY\n"
                    "       readers_bench --count SIZE LIBRARY\n");
    return 2;
  }
  silence(argv[1]);
  compare_libraries(argv[1], argv[2], rounds);
  return 0;
}
