/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* source: records that the running kernel makes when a process makes a certain system call. A raw
 * tracepoint program numbers them on each CPU, from 0, fills them with words that follow from the
 * number, of 16 to 72 bytes, and writes them to a perf event array or to a BPF ring. */
#ifndef RINGSIDE_TESTS_LIVE_SOURCE_H
#define RINGSIDE_TESTS_LIVE_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { kSourceRecordMax = 96 }; /* what one record takes in a ring, at most */

struct source {
  int map_fd; /* the perf event array or the ring that records are written to */
  int kind;   /* the type of that map */
  int call;   /* the number of the system call */
  int counts_fd;
  int prog_fd;
  int link_fd;
  int cpus;
};

/* source_open starts a source of records in a perf event array with a slot for each CPU,
 * source_open_slots in one with more slots, which nothing is written to, and source_open_ring one
 * of records in a BPF ring of that size. A process that may not do so ends here, with exit code 77.
 * It may have up to 16 sources. */
void source_open(struct source* source);
void source_open_slots(struct source* source, uint32_t more);
void source_open_ring(struct source* source, uint32_t bytes);

/* source_emit makes the kernel write `count` records on the CPU that the caller is on. Forked
 * children may call it; no two of them on one CPU at a time. */
void source_emit(const struct source* source, unsigned count);

/* source_dropped tells how many records the kernel could not write. */
uint64_t source_dropped(const struct source* source);

/* source_check and source_check_ring say whether a sample of `size` bytes, from a perf ring or a
 * BPF ring, is the record with this number, whole. */
int source_check(const void* data, uint32_t size, uint64_t number);
int source_check_ring(const void* data, size_t size, uint64_t number);

/* source_number is the number that a sample bears. */
uint64_t source_number(const void* data);

/* source_pin keeps the caller on the n-th of the CPUs that it may use, and returns that CPU, or -1
 * if it may not use that many. */
int source_pin(int n);

/* source_fork is fork(2), with a child that does not outlive its parent. */
pid_t source_fork(void);

/* source_give_up ends the process: as a test that cannot run here, where the kernel refuses us. */
void source_give_up(const char* what, int error);

void source_close(struct source* source);

#ifdef __cplusplus
}
#endif

#endif /* RINGSIDE_TESTS_LIVE_SOURCE_H */
