/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The source of records: its program, written by hand, and the system call that triggers it. */
#include "source.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "bpf_calls.h"

/* A source's system call is one that no kernel has, so that no other program makes it. Its number
 * identifies the process and the source. The tracepoint fires all the same. */
enum { kFirstCall = 1 << 24, kProcessesMax = 1 << 22 };

enum { kWords = 9, kCpusMax = 1024 };

/* What the program counts on each CPU. */
struct counts {
  uint64_t sent, dropped;
};

void source_give_up(const char* what, int error) {
  int refused = error == -EPERM || error == -ENOSYS;

  printf("%s: %s: %s\n", refused ? "SKIP" : "FAIL", what, strerror(-error));
  exit(refused ? 77 : 1);
}

/* Registers that the program keeps: its context, a record's number, the counts, a record's size. */
enum { kContext = 6, kNumber = 7, kCounts = 8, kSize = 9 };

/* word[i] of a record is number * (2i + 1). */
#define STORE_WORD(i)                                                                              \
  INSN_MOV_REG(1, kNumber), INSN_ALU_IMM(BPF_MUL, 1, 2 * (i) + 1),                                 \
      INSN_STORE(BPF_DW, 10, -80 + 8 * (i), 1)
#define COUNT(member)                                                                              \
  INSN_LOAD(BPF_DW, 1, kCounts, offsetof(struct counts, member)), INSN_ALU_IMM(BPF_ADD, 1, 1),     \
      INSN_STORE(BPF_DW, kCounts, offsetof(struct counts, member), 1)

static int load_program(const struct source* source) {
  const struct bpf_insn make_record[] = {
      INSN_MOV_REG(kContext, 1),
      INSN_LOAD(BPF_DW, 2, 1, 8), /* the system call's number */
      INSN_JUMP_IMM(BPF_JEQ, 2, source->call, 2),
      INSN_MOV_IMM(0, 0),
      INSN_EXIT(),
      BPF_INSN(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0),
      INSN_MOV_REG(2, 10),
      INSN_ALU_IMM(BPF_ADD, 2, -4),
      INSN_MAP(1, source->counts_fd),
      INSN_CALL(BPF_FUNC_map_lookup_elem),
      INSN_JUMP_IMM(BPF_JNE, 0, 0, 2),
      INSN_MOV_IMM(0, 0),
      INSN_EXIT(),
      INSN_MOV_REG(kCounts, 0),
      INSN_LOAD(BPF_DW, kNumber, 0, offsetof(struct counts, sent)),
      COUNT(sent),
      STORE_WORD(0),
      STORE_WORD(1),
      STORE_WORD(2),
      STORE_WORD(3),
      STORE_WORD(4),
      STORE_WORD(5),
      STORE_WORD(6),
      STORE_WORD(7),
      STORE_WORD(8),
      INSN_MOV_REG(kSize, kNumber), /* 16 + 8 * (number % 8) */
      INSN_ALU_IMM(BPF_AND, kSize, 7),
      INSN_ALU_IMM(BPF_LSH, kSize, 3),
      INSN_ALU_IMM(BPF_ADD, kSize, 16),
      INSN_MOV_REG(5, 10),
      INSN_ALU_IMM(BPF_ADD, 5, -80), /* where the words are */
  };
  const struct bpf_insn to_perf[] = {
      INSN_MOV_REG(4, 5),
      INSN_MOV_REG(5, kSize),
      BPF_INSN(BPF_ALU | BPF_MOV | BPF_K, 3, 0, 0, -1), /* BPF_F_CURRENT_CPU */
      INSN_MAP(2, source->map_fd),
      INSN_MOV_REG(1, kContext),
      INSN_CALL(BPF_FUNC_perf_event_output),
  };
  const struct bpf_insn to_ring[] = {
      INSN_MOV_REG(2, 5),          INSN_MOV_REG(3, kSize),
      INSN_MOV_IMM(4, 0), /* wakes the reader where it has caught up */
      INSN_MAP(1, source->map_fd), INSN_CALL(BPF_FUNC_ringbuf_output),
  };
  const struct bpf_insn count_and_leave[] = {
      INSN_JUMP_IMM(BPF_JEQ, 0, 0, 3),
      COUNT(dropped),
      INSN_MOV_IMM(0, 0),
      INSN_EXIT(),
  };
  struct bpf_text text = {.count = 0};
  static char log[4096];
  int fd;

  BPF_APPEND(&text, make_record);
  if (source->kind == BPF_MAP_TYPE_RINGBUF)
    BPF_APPEND(&text, to_ring);
  else
    BPF_APPEND(&text, to_perf);
  BPF_APPEND(&text, count_and_leave);

  fd = sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, text.insns, text.count, NULL, 0);
  if (fd < 0 &&
      sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, text.insns, text.count, log, sizeof(log)) < 0)
    printf("%s", log);
  return fd;
}

/* open_with starts a source that writes to a map of this kind. */
static void open_with(struct source* source, enum bpf_map_type kind, uint32_t slot_size,
                      uint32_t entries) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  static int sources;

  setrlimit(RLIMIT_MEMLOCK, &limit); /* kernels before 5.11 charge maps to it */
  source->kind = kind;
  source->call = kFirstCall + sources++ * kProcessesMax + getpid();
  source->cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
  source->map_fd = sys_bpf_map_create(kind, slot_size, slot_size, entries, 0);
  source->counts_fd = sys_bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, 4, sizeof(struct counts), 1, 0);
  if (source->map_fd < 0 || source->counts_fd < 0)
    source_give_up("cannot create a BPF map",
                   source->map_fd < 0 ? source->map_fd : source->counts_fd);
  source->prog_fd = load_program(source);
  if (source->prog_fd < 0)
    source_give_up("cannot load a BPF program", source->prog_fd);
  source->link_fd = sys_bpf_raw_tracepoint_open("sys_enter", source->prog_fd);
  if (source->link_fd < 0)
    source_give_up("cannot attach to the raw tracepoint sys_enter", source->link_fd);
}

void source_open(struct source* source) {
  source_open_slots(source, 0);
}

void source_open_slots(struct source* source, uint32_t more) {
  open_with(source, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4,
            (uint32_t)sysconf(_SC_NPROCESSORS_CONF) + more);
}

void source_open_ring(struct source* source, uint32_t bytes) {
  open_with(source, BPF_MAP_TYPE_RINGBUF, 0, bytes);
}

void source_emit(const struct source* source, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    syscall(source->call);
}

uint64_t source_dropped(const struct source* source) {
  struct counts counts[kCpusMax];
  uint64_t sum = 0;
  int key = 0;

  if (source->cpus > kCpusMax || sys_bpf_map_lookup(source->counts_fd, &key, counts))
    source_give_up("cannot read what was dropped", -E2BIG);
  for (int cpu = 0; cpu < source->cpus; cpu++)
    sum += counts[cpu].dropped;
  return sum;
}

uint64_t source_number(const void* data) {
  uint64_t number;

  memcpy(&number, data, sizeof(number)); /* a sample is aligned to four bytes only */
  return number;
}

static uint32_t size_of(uint64_t number) {
  return 16 + 8 * (uint32_t)(number % 8);
}

static int check_words(const void* data, uint64_t number) {
  uint64_t words[kWords];

  for (unsigned i = 0; i < kWords; i++)
    words[i] = number * (2 * i + 1);
  return memcmp(data, words, size_of(number)) == 0;
}

int source_check(const void* data, uint32_t size, uint64_t number) {
  /* the kernel pads to 8, the size word of 4 included */
  return size == size_of(number) + 4 && check_words(data, number);
}

int source_check_ring(const void* data, size_t size, uint64_t number) {
  return size == size_of(number) && check_words(data, number);
}

int source_pin(int n) {
  cpu_set_t allowed, one;

  sched_getaffinity(0, sizeof(allowed), &allowed);
  for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (CPU_ISSET(cpu, &allowed) && n-- == 0) {
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      return sched_setaffinity(0, sizeof(one), &one) ? -1 : (int)cpu;
    }
  }
  return -1;
}

pid_t source_fork(void) {
  pid_t parent = getpid(), child = fork();

  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(1);
  }
  return child;
}

void source_close(struct source* source) {
  close(source->link_fd);
  close(source->prog_fd);
  close(source->counts_fd);
  close(source->map_fd);
}
