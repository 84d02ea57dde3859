/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* records: a source of numbered records in a perf event array or a BPF ring, and the check that a
 * reader got each once, in order and whole. What all clients share; nothing here names a libbpf
 * symbol. */
#ifndef RINGSIDE_TESTS_RELINK_RECORDS_H
#define RINGSIDE_TESTS_RELINK_RECORDS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../support/ring_programs.h"
#include "bpf_calls.h"

enum { kRecordMax = 512, kRecordsPerRound = 8, kCpusMax = 64 };

struct records {
  int map_fd;  /* the perf event array or the ring */
  int data_fd; /* array of one value: what the program sends */
  int prog_fd;
  uint64_t flags; /* of an output */
  unsigned cpus;  /* that records are sent on: a ring's all come from the first */
  uint32_t sent[kCpusMax];
  uint32_t seen[kCpusMax];
  uint32_t wrong;
};

/* records_give_up ends a program: as one that cannot run here, where the kernel refuses us. */
static inline void records_give_up(const char* what, int error) {
  int refused = error == -EPERM || error == -ENOSYS;

  printf("%s: %s: %s\n", refused ? "SKIP" : "FAIL", what, strerror(-error));
  exit(refused ? 77 : 1);
}

/* The bytes of record `number` of `cpu`: its two numbers, then a pattern. Returns the size. */
static inline uint32_t records_fill(unsigned char* bytes, uint32_t cpu, uint32_t number) {
  uint32_t size = 8 + number * 37 % (kRecordMax - 8);

  memcpy(bytes, &cpu, 4);
  memcpy(bytes + 4, &number, 4);
  for (uint32_t i = 8; i < size; i++)
    bytes[i] = (unsigned char)(i * 7 + number + cpu);
  return size;
}

static inline void records_open_with(struct records* records, int map_fd, unsigned cpus,
                                     int (*load)(int map_fd, int data_fd, uint32_t size)) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

  memset(records, 0, sizeof(*records));
  setrlimit(RLIMIT_MEMLOCK, &limit); /* kernels before 5.11 charge maps to it */
  records->map_fd = map_fd;
  records->cpus = cpus < kCpusMax ? cpus : kCpusMax;
  records->data_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, kRecordMax, 1, 0);
  if (records->data_fd < 0)
    records_give_up("cannot create a BPF map", records->data_fd);
  records->prog_fd = load(map_fd, records->data_fd, kRecordMax);
  if (records->prog_fd < 0)
    records_give_up("cannot load a BPF program", records->prog_fd);
}

/* records_open makes what is needed beside the perf event array `map_fd`. */
static inline void records_open(struct records* records, int map_fd, unsigned cpus) {
  records_open_with(records, map_fd, cpus, sys_bpf_load_emitter);
  records->flags = BPF_F_CURRENT_CPU;
}

/* records_open_ring makes what is needed beside the BPF ring `map_fd`. */
static inline void records_open_ring(struct records* records, int map_fd) {
  records_open_with(records, map_fd, 1, load_ring_output);
}

/* records_send outputs a few records on every CPU. Returns how many. */
static inline int records_send(struct records* records) {
  unsigned char bytes[kRecordMax];
  int count = 0;

  for (uint32_t cpu = 0; cpu < records->cpus; cpu++) {
    for (int i = 0; i < kRecordsPerRound; i++) {
      uint32_t size = records_fill(bytes, cpu, records->sent[cpu]);
      uint64_t args[2] = {size, records->flags};
      int key = 0, returned = 0;
      int error = sys_bpf_map_update(records->data_fd, &key, bytes);

      if (!error)
        error = sys_bpf_run_on_cpu(records->prog_fd, cpu, args, 2, &returned);
      if (error == -ENXIO) /* that CPU is offline */
        break;
      if (error || returned) {
        printf("CPU %u: output failed: %d, %d\n", cpu, error, returned);
        records->wrong++;
        return count;
      }
      records->sent[cpu]++;
      count++;
    }
  }
  return count;
}

/* records_take checks one record that a reader was given; it may have up to 7 bytes of padding. */
static inline void records_take(struct records* records, int cpu, const void* data, uint32_t size) {
  unsigned char bytes[kRecordMax];
  uint32_t expected;

  if (cpu < 0 || cpu >= (int)records->cpus) {
    printf("a record of CPU %d\n", cpu);
    records->wrong++;
    return;
  }
  expected = records_fill(bytes, (uint32_t)cpu, records->seen[cpu]);
  if (size < expected || size >= expected + 8 || memcmp(bytes, data, expected) != 0) {
    printf("CPU %d: record %u, of %u bytes, is not the one sent\n", cpu, records->seen[cpu], size);
    records->wrong++;
  }
  records->seen[cpu]++;
}

/* records_done says whether all that was sent has been seen, and nothing was wrong. */
static inline int records_done(const struct records* records) {
  uint32_t sum = 0;

  for (uint32_t cpu = 0; cpu < records->cpus; cpu++) {
    if (records->sent[cpu] != records->seen[cpu]) {
      printf("CPU %u: %u records sent, %u seen\n", cpu, records->sent[cpu], records->seen[cpu]);
      return 0;
    }
    sum += records->sent[cpu];
  }
  printf("%u records, each once, in order, equal\n", sum);
  return sum > 0 && records->wrong == 0;
}

#endif /* RINGSIDE_TESTS_RELINK_RECORDS_H */
