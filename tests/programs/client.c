/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* client: an ordinary program for libbpf, to be linked in every way that docs/relinking.md tells
 * of. Reads numbered records with perf_buffer and with ring_buffer. With -DWITH_REST it uses other
 * parts of libbpf as well, and checks that one printer receives the messages of all parts. */
#include <bpf/libbpf.h>
#ifdef WITH_REST
#include <bpf/bpf.h>
#endif

#include "records.h"

enum { kRounds = 40, kPages = 8, kRingBytes = 1 << 16 };

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  records_take(ctx, cpu, data, size);
}

static void on_lost(void* ctx, int cpu, __u64 count) {
  struct records* records = ctx;

  printf("CPU %d lost %llu records\n", cpu, (unsigned long long)count);
  records->wrong++;
}

static int on_ring_sample(void* ctx, void* data, size_t size) {
  records_take(ctx, 0, data, (uint32_t)size);
  return 0;
}

/* make_map creates a map whose keys and values are `bytes` long; how, depends on the rest. */
static int make_map(enum bpf_map_type type, unsigned bytes, unsigned entries);

#ifdef WITH_REST
static int messages;

static int count_message(enum libbpf_print_level level, const char* format, va_list ap) {
  char text[512];

  (void)level;
  messages += vsnprintf(text, sizeof(text), format, ap) > 0;
  return 0;
}

static int make_map(enum bpf_map_type type, unsigned bytes, unsigned entries) {
  int fd = bpf_map_create(type, "records", bytes, bytes, entries, NULL);

  if (fd < 0)
    records_give_up("cannot create a BPF map", -errno);
  return fd;
}

/* A call that fails in each reader, and one in another part: all must tell count_message. */
static int check_printer(void) {
  int before, bad_map, failed = 0;

  libbpf_set_print(count_message);
  before = messages;
  bad_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "no_ring", 4, 4, 1, NULL);
  if (perf_buffer__new(bad_map, kPages, on_sample, on_lost, NULL, NULL) || messages == before) {
    printf("perf_buffer__new on an array map: no message reached the printer\n");
    failed = 1;
  }
  before = messages;
  if (ring_buffer__new(bad_map, on_ring_sample, NULL, NULL) || messages == before) {
    printf("ring_buffer__new on an array map: no message reached the printer\n");
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
static int make_map(enum bpf_map_type type, unsigned bytes, unsigned entries) {
  int fd = sys_bpf_map_create(type, bytes, bytes, entries, 0);

  if (fd < 0)
    records_give_up("cannot create a BPF map", fd);
  return fd;
}

static int check_printer(void) {
  return 0;
}
#endif

static int read_perf(void) {
  unsigned cpus = (unsigned)sysconf(_SC_NPROCESSORS_CONF);
  int map_fd = make_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, cpus), failed = 0;
  struct records records;
  struct perf_buffer* pb;

  records_open(&records, map_fd, cpus);
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

static int read_ring(void) {
  int map_fd = make_map(BPF_MAP_TYPE_RINGBUF, 0, kRingBytes), failed = 0;
  struct records records;
  struct ring_buffer* rb;

  records_open_ring(&records, map_fd);
  rb = ring_buffer__new(map_fd, on_ring_sample, &records, NULL);
  if (!rb) {
    printf("ring_buffer__new: %s\n", strerror(errno));
    return 1;
  }
  for (int round = 0; round < kRounds; round++) {
    int sent = records_send(&records);
    int result = round % 2 ? ring_buffer__poll(rb, 1000) : ring_buffer__consume(rb);

    if (sent == 0 || result != sent) {
      printf("round %d: %d sent, read gave %d\n", round, sent, result);
      failed = 1;
    }
  }
  ring_buffer__free(rb);
  return failed || !records_done(&records);
}

int main(void) {
  return check_printer() | read_perf() | read_ring();
}
