/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* wakeups: a program that is traced on one CPU, and a reader of its records on another. The calling
 * process is the traced one; the reader is a process of its own, so that its CPU time is its own.
 */
#ifndef RINGSIDE_TESTS_BENCH_WAKEUPS_H
#define RINGSIDE_TESTS_BENCH_WAKEUPS_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench.h"

enum ring_kind { kPerfRing, kBpfRing, kRingKinds };

/* Who reads. The floor is a ring without wakeups, read by the stock library on a timer. */
enum reader_kind { kStock, kOurs, kFloor, kReaderKinds };

enum {
  kRecordBytes = 64,
  kPerfRingBytes = 64 * 4096, /* what each kind of ring has by default */
  kBpfRingBytes = 1 << 20,
  kTracedCpu = 0, /* the first and the second of those that the process may use */
  kReaderCpu = 1,
  kFloorPeriodUs = 500,
  kDelaysMax = 1 << 20
};

/* What the reader tells. */
struct told {
  _Atomic uint64_t records;
  _Atomic int keep_delays;
  _Atomic uint64_t delay_count;
  uint32_t delays_ns[kDelaysMax]; /* from the BPF program's clock to the callback's */
};

/* What is measured: `library` reads a ring of `ring_bytes` bytes, whole pages. */
struct setup {
  enum ring_kind ring;
  enum reader_kind reader;
  const char* library;
  size_t ring_bytes;
};

/* A reader at work on the records of the calling process. */
struct session {
  enum ring_kind ring;
  int map_fd, dropped_fd, prog_fd, link_fd;
  pid_t reader;
  struct told* told;
  uint64_t calls; /* traced ones so far */
};

/* wakeups_start traces the calling process and lets a library read. `told` is shared memory. */
void wakeups_start(struct session* session, const struct setup* setup, struct told* told);

/* wakeups_call makes traced calls one after another for some time; returns nanoseconds a call. */
double wakeups_call(struct session* session, double duration_ns);

/* wakeups_call_untraced is the same without a tracer, and needs no session. */
double wakeups_call_untraced(double duration_ns);

/* wakeups_call_at makes calls at a steady rate, late ones at once. Below 1,000 a second it sleeps
 * between them. Returns how many it came to in that time. */
uint64_t wakeups_call_at(struct session* session, double rate, double duration_ns);

/* wakeups_call_times makes `calls` traced calls; returns nanoseconds a call. */
double wakeups_call_times(struct session* session, uint64_t calls);

/* wakeups_reader_cpu_ns is the CPU time that the reader has used so far. */
double wakeups_reader_cpu_ns(const struct session* session);

/* wakeups_settle waits until the reader has every record that was not lost, and returns how many
 * were. */
uint64_t wakeups_settle(const struct session* session);

/* wakeups_idle_calls counts the system calls that the reader makes in that time. */
uint64_t wakeups_idle_calls(const struct session* session, double duration_ns);

void wakeups_end(struct session* session);

/* wakeups_pin keeps the caller on a CPU, kTracedCpu or kReaderCpu. */
void wakeups_pin(int n);

/* wakeups_read reads records with a library, for ever. Called in the reader's process; `ready` is
 * closed when all is set up. */
__attribute__((noreturn)) void wakeups_read(const struct setup* setup, int map_fd,
                                            struct told* told, int ready);

#endif /* RINGSIDE_TESTS_BENCH_WAKEUPS_H */
