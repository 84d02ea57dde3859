/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* client0: a program of libbpf 0.x's days, compiled with 0.3's headers and linked to libbpf.so.0.
 * Its constructors take the callbacks in the options, and report failure by an error pointer. */
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <sys/mman.h>

#include "records.h"

enum { kRounds = 20, kPages = 8 };

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  records_take(ctx, cpu, data, size);
}

static enum bpf_perf_event_ret take(struct perf_event_header* event, struct records* records,
                                    int cpu) {
  uint32_t size;

  if (event->type != PERF_RECORD_SAMPLE) {
    printf("CPU %d: a record of type %u\n", cpu, event->type);
    records->wrong++;
    return LIBBPF_PERF_EVENT_CONT;
  }
  memcpy(&size, event + 1, sizeof(size));
  records_take(records, cpu, (char*)(event + 1) + sizeof(size), size);
  return LIBBPF_PERF_EVENT_CONT;
}

static enum bpf_perf_event_ret on_event(void* ctx, int cpu, struct perf_event_header* event) {
  return take(event, ctx, cpu);
}

/* How one constructor fails and how its buffer reads. */
static int check_buffer(const char* name, struct perf_buffer* bad, struct perf_buffer* pb,
                        struct records* records) {
  int failed = 0;

  if (libbpf_get_error(bad) != -EINVAL) {
    printf("%s: three pages gave %p, not an error pointer of EINVAL\n", name, (void*)bad);
    failed = 1;
  }
  if (libbpf_get_error(pb)) {
    printf("%s: %s\n", name, strerror((int)-libbpf_get_error(pb)));
    return 1;
  }
  for (int round = 0; round < kRounds; round++) {
    records_send(records);
    if ((round % 2 ? perf_buffer__poll(pb, 1000) : perf_buffer__consume(pb)) < 0)
      failed = 1;
  }
  perf_buffer__consume(pb);
  perf_buffer__free(pb);
  printf("%s: ", name);
  return failed || !records_done(records);
}

/* Reads one ring of this process's own with bpf_perf_event_read_simple. */
struct own_ring {
  struct records* records;
  int cpu;
};

static enum bpf_perf_event_ret on_own(struct perf_event_header* event, void* ctx) {
  struct own_ring* ring = ctx;

  return take(event, ring->records, ring->cpu);
}

static int check_read_simple(int map_fd, struct records* records) {
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
                                 .size = sizeof(attr),
                                 .config = PERF_COUNT_SW_BPF_OUTPUT,
                                 .sample_period = 1,
                                 .sample_type = PERF_SAMPLE_RAW};
  struct own_ring ring = {records, 0};
  size_t page_size = (size_t)sysconf(_SC_PAGESIZE), copy_size = 0;
  void *copy = NULL, *memory;
  int key = 0, failed = 0;
  int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

  memory = mmap(NULL, (kPages + 1) * page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED || sys_bpf_map_update(map_fd, &key, &fd)) {
    printf("no ring of our own: %s\n", strerror(errno));
    return 1;
  }
  records->cpus = 1;
  for (int round = 0; round < kRounds; round++) {
    records_send(records);
    if (bpf_perf_event_read_simple(memory, kPages * page_size, page_size, &copy, &copy_size, on_own,
                                   &ring) != LIBBPF_PERF_EVENT_CONT)
      failed = 1;
  }
  free(copy);
  munmap(memory, (kPages + 1) * page_size);
  close(fd);
  printf("bpf_perf_event_read_simple: ");
  return failed || !records_done(records);
}

int main(void) {
  unsigned cpus = (unsigned)sysconf(_SC_NPROCESSORS_CONF);
  int map_fd = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, cpus, 0);
  struct records records;
  struct perf_buffer_opts opts = {.sample_cb = on_sample, .ctx = &records};
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
                                 .size = sizeof(attr),
                                 .config = PERF_COUNT_SW_BPF_OUTPUT,
                                 .sample_period = 1,
                                 .wakeup_events = 1,
                                 .sample_type = PERF_SAMPLE_RAW};
  struct perf_buffer_raw_opts raw_opts = {.attr = &attr, .event_cb = on_event, .ctx = &records};
  int failed;

  if (map_fd < 0)
    records_give_up("cannot create a BPF map", map_fd);
  records_open(&records, map_fd, cpus);
  failed = check_buffer("perf_buffer__new", perf_buffer__new(map_fd, 3, &opts),
                        perf_buffer__new(map_fd, kPages, &opts), &records);
  records_open(&records, map_fd, cpus);
  failed |= check_buffer("perf_buffer__new_raw", perf_buffer__new_raw(map_fd, 3, &raw_opts),
                         perf_buffer__new_raw(map_fd, kPages, &raw_opts), &records);
  records_open(&records, map_fd, cpus);
  return failed | check_read_simple(map_fd, &records);
}
