/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* load_client: a client of libbpf that attaches a program and reads until nothing comes. It knows
 * nothing of the simulator, which RINGSIDE_SIM_LOAD tells what to write: u64 numbers from 0.
 * usage: load_client RECORDS perf|ring: how many must come, and by which reader. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/bpf_calls.h"

enum { max_records = 1 << 16, poll_ms = 100 };

static unsigned char seen[max_records];
static unsigned long long records, wrong;

static void count(int cpu, const void* data) {
  static unsigned long long next[4096];
  unsigned long long number;

  memcpy(&number, data, sizeof(number));
  records++;
  wrong += number >= max_records || number < next[cpu];
  if (number < max_records)
    wrong += seen[number]++;
  next[cpu] = number + 1;
}

static void on_sample(void* context, int cpu, void* data, __u32 size) {
  (void)context;
  wrong += size != 68;
  count(cpu, data);
}

static void on_lost(void* context, int cpu, __u64 lost) {
  (void)context, (void)cpu;
  wrong += lost;
}

static int on_record(void* context, void* data, size_t size) {
  (void)context;
  wrong += size != 64;
  count(0, data);
  return 0;
}

static int fail(const char* what) {
  perror(what);
  return 1;
}

/* attach loads a program that names the map, and attaches it: a descriptor, or -1. */
static int attach(int map_fd) {
  const struct bpf_insn insns[] = {INSN_MAP(2, map_fd), INSN_MOV_IMM(0, 0), INSN_EXIT()};
  int program_fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "count", "GPL", insns,
                                 sizeof(insns) / sizeof(insns[0]), NULL);
  int link_fd = program_fd < 0 ? -1 : bpf_raw_tracepoint_open("sys_enter", program_fd);

  close(program_fd);
  return link_fd;
}

static int read_perf(void) {
  int cpus = libbpf_num_possible_cpus(), link_fd;
  int map_fd = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "events", 4, 4, (__u32)cpus, NULL);
  struct perf_buffer* buffer = perf_buffer__new(map_fd, 8, on_sample, on_lost, NULL, NULL);

  if (!buffer)
    return fail("perf_buffer__new");
  if (perf_buffer__poll(buffer, poll_ms) != 0)
    return fail("records before the program is attached");
  link_fd = attach(map_fd);
  if (link_fd < 0)
    return fail("attach");
  while (perf_buffer__poll(buffer, poll_ms) > 0)
    ;
  close(link_fd);
  perf_buffer__free(buffer);
  return close(map_fd);
}

static int read_ring(void) {
  int map_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "events", 0, 0, 4096, NULL), link_fd;
  struct ring_buffer* buffer = ring_buffer__new(map_fd, on_record, NULL, NULL);

  if (!buffer)
    return fail("ring_buffer__new");
  if (ring_buffer__poll(buffer, poll_ms) != 0)
    return fail("records before the program is attached");
  link_fd = attach(map_fd);
  if (link_fd < 0)
    return fail("attach");
  while (ring_buffer__poll(buffer, poll_ms) > 0)
    ;
  close(link_fd);
  ring_buffer__free(buffer);
  return close(map_fd);
}

int main(int argc, char** argv) {
  unsigned long long expected = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
  int result = argc == 3 && strcmp(argv[2], "ring") == 0 ? read_ring() : read_perf();

  printf("%llu records, %llu wrong\n", records, wrong);
  return result != 0 || records != expected || wrong != 0;
}
