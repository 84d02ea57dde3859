/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* load_client: a client of libbpf that attaches a program and reads until nothing comes. It knows
 * nothing of the simulator, which RINGSIDE_SIM_LOAD tells what to write: u64 numbers from 0.
 * usage: load_client RECORDS: how many must come. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/bpf_calls.h"

enum { max_records = 1 << 16, poll_ms = 100 };

static unsigned char seen[max_records];
static unsigned long long records, wrong;

static void on_sample(void* context, int cpu, void* data, __u32 size) {
  static unsigned long long next[4096];
  unsigned long long number;

  (void)context;
  memcpy(&number, data, sizeof(number));
  records++;
  wrong += number >= max_records || size != 68 || number < next[cpu];
  if (number < max_records)
    wrong += seen[number]++;
  next[cpu] = number + 1;
}

static void on_lost(void* context, int cpu, __u64 count) {
  (void)context, (void)cpu;
  wrong += count;
}

static int fail(const char* what) {
  perror(what);
  return 1;
}

int main(int argc, char** argv) {
  unsigned long long expected = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
  int cpus = libbpf_num_possible_cpus(), map_fd, program_fd, link_fd;
  struct perf_buffer* buffer;

  map_fd = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "events", 4, 4, (__u32)cpus, NULL);
  if (map_fd < 0)
    return fail("bpf_map_create");
  {
    const struct bpf_insn insns[] = {INSN_MAP(2, map_fd), INSN_MOV_IMM(0, 0), INSN_EXIT()};

    program_fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "count", "GPL", insns,
                               sizeof(insns) / sizeof(insns[0]), NULL);
  }
  if (program_fd < 0)
    return fail("bpf_prog_load");
  buffer = perf_buffer__new(map_fd, 8, on_sample, on_lost, NULL, NULL);
  if (!buffer)
    return fail("perf_buffer__new");
  if (perf_buffer__poll(buffer, poll_ms) != 0)
    return fail("records before the program is attached");
  link_fd = bpf_raw_tracepoint_open("sys_enter", program_fd);
  if (link_fd < 0)
    return fail("bpf_raw_tracepoint_open");
  while (perf_buffer__poll(buffer, poll_ms) > 0)
    ;
  close(link_fd);
  perf_buffer__free(buffer);
  close(program_fd);
  close(map_fd);
  printf("%llu records on %d CPUs, %llu wrong\n", records, cpus, wrong);
  return records == expected && wrong == 0 ? 0 : 1;
}
