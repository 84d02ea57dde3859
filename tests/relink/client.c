/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* client: an ordinary program for libbpf, to be linked in every way that docs/relinking.md tells
 * of. Reads numbered records with perf_buffer. With -DWITH_REST it uses other parts of libbpf as
 * well, and checks that one printer receives the messages of all parts. */
#include <bpf/libbpf.h>
#ifdef WITH_REST
#include <bpf/bpf.h>
#endif

#include "records.h"

enum { kRounds = 40, kPages = 8 };

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  records_take(ctx, cpu, data, size);
}

static void on_lost(void* ctx, int cpu, __u64 count) {
  struct records* records = ctx;

  printf("CPU %d lost %llu records\n", cpu, (unsigned long long)count);
  records->wrong++;
}

#ifdef WITH_REST
static int messages;

static int count_message(enum libbpf_print_level level, const char* format, va_list ap) {
  char text[512];

  (void)level;
  messages += vsnprintf(text, sizeof(text), format, ap) > 0;
  return 0;
}

static int make_map(unsigned cpus) {
  int fd = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "records", 4, 4, cpus, NULL);

  if (fd < 0)
    records_give_up("cannot create a BPF map", -errno);
  return fd;
}

/* One call that fails in perf_buffer, one in another part: both must tell count_message. */
static int check_printer(void) {
  int before, bad_map, failed = 0;

  libbpf_set_print(count_message);
  before = messages;
  bad_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "no_ring", 4, 4, 1, NULL);
  if (perf_buffer__new(bad_map, kPages, on_sample, on_lost, NULL, NULL) || messages == before) {
    printf("perf_buffer__new on an array map: no message reached the printer\n");
    failed = 1;
  }
  close(bad_map);
  before = messages;
  if (bpf_object__open_file("/nonexistent.bpf.o", NULL) || messages == before) {
    printf("bpf_object__open_file of no file: no message reached the printer\n");
    failed = 1;
  }
  if (libbpf_set_print(NULL) != count_message) {
    printf("libbpf_set_print did not return the last printer\n");
    failed = 1;
  }
  return failed;
}
#else
static int make_map(unsigned cpus) {
  int fd = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, cpus, 0);

  if (fd < 0)
    records_give_up("cannot create a BPF map", fd);
  return fd;
}

static int check_printer(void) {
  return 0;
}
#endif

int main(void) {
  unsigned cpus = (unsigned)sysconf(_SC_NPROCESSORS_CONF);
  int map_fd = make_map(cpus);
  struct records records;
  struct perf_buffer* pb;
  int failed;

  records_open(&records, map_fd, cpus);
  failed = check_printer();
  pb = perf_buffer__new(map_fd, kPages, on_sample, on_lost, &records, NULL);
  if (!pb) {
    printf("perf_buffer__new: %s\n", strerror(errno));
    return 1;
  }
  for (int round = 0; round < kRounds; round++) {
    int sent = records_send(&records);
    int result = round % 2 ? perf_buffer__poll(pb, 1000) : perf_buffer__consume(pb);

    if (sent == 0 || result < 0) {
      printf("round %d: %d sent, read gave %d\n", round, sent, result);
      failed = 1;
    }
  }
  perf_buffer__consume(pb);
  perf_buffer__free(pb);
  return failed || !records_done(&records);
}
