/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The source of records: its program, written by hand, and the system call that triggers it. */
#include "source.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "bpf_calls.h"

/* A system call that no kernel has, so that nobody else makes it; its number tells two runs of this
 * program apart. The tracepoint fires all the same. */
static int call_number;

enum { kWords = 9 };

/* Ends the process, as a test that cannot run here where the kernel refuses us. */
static void give_up(const char* what, int error) {
  int refused = error == -EPERM || error == -ENOSYS;

  printf("%s: %s: %s\n", refused ? "SKIP" : "FAIL", what, strerror(-error));
  exit(refused ? 77 : 1);
}

/* word[i] of a record is number * (2i + 1). */
#define STORE_WORD(i)                                                                              \
  INSN_MOV_REG(1, 7), BPF_INSN(BPF_ALU64 | BPF_MUL | BPF_K, 1, 0, 0, 2 * (i) + 1),                 \
      INSN_STORE(BPF_DW, 10, -80 + 8 * (i), 1)

static int load_program(int map_fd, int counter_fd) {
  const struct bpf_insn program[] = {
      INSN_MOV_REG(6, 1),
      INSN_LOAD(BPF_DW, 2, 1, 8), /* the system call's number */
      INSN_JUMP_IMM(BPF_JNE, 2, call_number, 49),
      BPF_INSN(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0),
      INSN_MOV_REG(2, 10),
      BPF_INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
      INSN_MAP(1, counter_fd),
      INSN_CALL(BPF_FUNC_map_lookup_elem),
      INSN_JUMP_IMM(BPF_JEQ, 0, 0, 42),
      INSN_LOAD(BPF_DW, 7, 0, 0),
      INSN_MOV_REG(1, 7),
      BPF_INSN(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, 1),
      INSN_STORE(BPF_DW, 0, 0, 1),
      STORE_WORD(0),
      STORE_WORD(1),
      STORE_WORD(2),
      STORE_WORD(3),
      STORE_WORD(4),
      STORE_WORD(5),
      STORE_WORD(6),
      STORE_WORD(7),
      STORE_WORD(8),
      INSN_MOV_REG(5, 7), /* size: 16 + 8 * (number % 8) */
      BPF_INSN(BPF_ALU64 | BPF_AND | BPF_K, 5, 0, 0, 7),
      BPF_INSN(BPF_ALU64 | BPF_LSH | BPF_K, 5, 0, 0, 3),
      BPF_INSN(BPF_ALU64 | BPF_ADD | BPF_K, 5, 0, 0, 16),
      INSN_MOV_REG(4, 10),
      BPF_INSN(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, -80),
      BPF_INSN(BPF_ALU | BPF_MOV | BPF_K, 3, 0, 0, -1), /* BPF_F_CURRENT_CPU */
      INSN_MAP(2, map_fd),
      INSN_MOV_REG(1, 6),
      INSN_CALL(BPF_FUNC_perf_event_output),
      INSN_MOV_IMM(0, 0),
      INSN_EXIT(),
  };
  static char log[4096];
  int fd = sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, program,
                             sizeof(program) / sizeof(program[0]), NULL, 0);

  if (fd < 0 && sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, program,
                                  sizeof(program) / sizeof(program[0]), log, sizeof(log)) < 0)
    printf("%s", log);
  return fd;
}

void source_open(struct source* source) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

  setrlimit(RLIMIT_MEMLOCK, &limit); /* kernels before 5.11 charge maps to it */
  call_number = (1 << 24) + getpid();
  source->cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
  source->map_fd =
      sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, (uint32_t)source->cpus, 0);
  source->counter_fd = sys_bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1, 0);
  if (source->map_fd < 0 || source->counter_fd < 0)
    give_up("cannot create a BPF map", source->map_fd < 0 ? source->map_fd : source->counter_fd);
  source->prog_fd = load_program(source->map_fd, source->counter_fd);
  if (source->prog_fd < 0)
    give_up("cannot load a BPF program", source->prog_fd);
  source->link_fd = sys_bpf_raw_tracepoint_open("sys_enter", source->prog_fd);
  if (source->link_fd < 0)
    give_up("cannot attach to the raw tracepoint sys_enter", source->link_fd);
}

void source_emit(unsigned count) {
  for (unsigned i = 0; i < count; i++)
    syscall(call_number);
}

uint64_t source_number(const void* data) {
  uint64_t number;

  memcpy(&number, data, sizeof(number)); /* a sample is aligned to four bytes only */
  return number;
}

int source_check(const void* data, uint32_t size, uint64_t number) {
  uint32_t expected = 16 + 8 * (uint32_t)(number % 8);
  uint64_t words[kWords];

  if (size != expected + 4) /* the kernel pads to 8, the size word of 4 included */
    return 0;
  for (unsigned i = 0; i < kWords; i++)
    words[i] = number * (2 * i + 1);
  return memcmp(data, words, expected) == 0;
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
  close(source->counter_fd);
  close(source->map_fd);
}
