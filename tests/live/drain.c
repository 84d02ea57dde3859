/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The draining program, written by hand, and running it. */
#include "drain.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "../support/ring_programs.h"
#include "source.h"

enum { kWords = 9, kSample = -80, kResult = -88, kByte = -96 }; /* places on the stack */

/* Registers that the callback keeps: the sample, the log, the sample's number and its size. */
enum { kDynptr = 6, kLog = 7, kNumber = 8, kSize = 9 };

#define CLEAR_WORD(i) BPF_INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, kSample + 8 * (i), 0)

/* Counts a sample in the log as wrong unless all these are 0, or'ed into register 3: what reading
 * all its bytes gives, what reading one more gives plus E2BIG, and the differences of its words. */
static void append_callback(struct bpf_text* text, int log_fd) {
  const struct bpf_insn begin[] = {
      INSN_MOV_REG(kDynptr, 1),
      INSN_MAP_VALUE(kLog, log_fd, 0),
      INSN_LOAD(BPF_DW, kNumber, kLog, offsetof(struct drain_log, seen)),
      INSN_MOV_REG(kSize, kNumber), /* 16 + 8 * (number % 8) */
      INSN_ALU_IMM(BPF_AND, kSize, 7),
      INSN_ALU_IMM(BPF_LSH, kSize, 3),
      INSN_ALU_IMM(BPF_ADD, kSize, 16),
      CLEAR_WORD(0),
      CLEAR_WORD(1),
      CLEAR_WORD(2),
      CLEAR_WORD(3),
      CLEAR_WORD(4),
      CLEAR_WORD(5),
      CLEAR_WORD(6),
      CLEAR_WORD(7),
      CLEAR_WORD(8),
      INSN_MOV_REG(1, 10),
      INSN_ALU_IMM(BPF_ADD, 1, kSample),
      INSN_MOV_REG(2, kSize),
      INSN_MOV_REG(3, kDynptr),
      INSN_MOV_IMM(4, 0),
      INSN_MOV_IMM(5, 0),
      INSN_CALL(BPF_FUNC_dynptr_read),
      INSN_STORE(BPF_DW, 10, kResult, 0),
      INSN_MOV_REG(1, 10),
      INSN_ALU_IMM(BPF_ADD, 1, kByte),
      INSN_MOV_IMM(2, 1),
      INSN_MOV_REG(3, kDynptr),
      INSN_MOV_REG(4, kSize),
      INSN_MOV_IMM(5, 0),
      INSN_CALL(BPF_FUNC_dynptr_read),
      INSN_ALU_IMM(BPF_ADD, 0, E2BIG),
      INSN_LOAD(BPF_DW, 3, 10, kResult),
      INSN_ALU_REG(BPF_OR, 3, 0),
  };
  const struct bpf_insn end[] = {
      INSN_JUMP_IMM(BPF_JEQ, 3, 0, 3),
      INSN_LOAD(BPF_DW, 1, kLog, offsetof(struct drain_log, wrong)),
      INSN_ALU_IMM(BPF_ADD, 1, 1),
      INSN_STORE(BPF_DW, kLog, offsetof(struct drain_log, wrong), 1),
      INSN_ALU_IMM(BPF_ADD, kNumber, 1),
      INSN_STORE(BPF_DW, kLog, offsetof(struct drain_log, seen), kNumber),
      INSN_LOAD(BPF_DW, 1, kLog, offsetof(struct drain_log, left)),
      INSN_ALU_IMM(BPF_SUB, 1, 1),
      INSN_STORE(BPF_DW, kLog, offsetof(struct drain_log, left), 1),
      INSN_MOV_IMM(0, 0),
      INSN_JUMP_IMM(BPF_JNE, 1, 0, 1),
      INSN_MOV_IMM(0, 1), /* stops the drain */
      INSN_EXIT(),
  };

  BPF_APPEND(text, begin);
  for (int i = 0; i < kWords; i++) {
    const struct bpf_insn compare[] = {
        INSN_LOAD(BPF_DW, 1, 10, kSample + 8 * i),
        INSN_MOV_REG(2, kNumber),
        INSN_ALU_IMM(BPF_MUL, 2, 2 * i + 1),
        INSN_ALU_REG(BPF_XOR, 1, 2),
        INSN_JUMP_IMM(BPF_JLE, kSize, 8 * i, 1), /* the sample does not have this word */
        INSN_ALU_REG(BPF_OR, 3, 1),
    };

    BPF_APPEND(text, compare);
  }
  BPF_APPEND(text, end);
}

void drain_open(struct drain* drain, uint32_t bytes) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  struct bpf_text callback = {.count = 0};

  setrlimit(RLIMIT_MEMLOCK, &limit); /* kernels before 5.11 charge maps to it */
  drain->map_fd = sys_bpf_map_create(BPF_MAP_TYPE_USER_RINGBUF, 0, 0, bytes, 0);
  if (drain->map_fd == -EINVAL) {
    printf("SKIP: this kernel has no user ring\n");
    exit(77);
  }
  drain->log_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct drain_log), 1, 0);
  if (drain->map_fd < 0 || drain->log_fd < 0)
    source_give_up("cannot create a BPF map", drain->map_fd < 0 ? drain->map_fd : drain->log_fd);
  append_callback(&callback, drain->log_fd);
  drain->prog_fd = load_drain(drain->map_fd, &callback);
  if (drain->prog_fd < 0)
    source_give_up("cannot load a BPF program that drains", drain->prog_fd);
}

uint32_t drain_size(uint64_t number) {
  return 16 + 8 * (uint32_t)(number % 8);
}

void drain_fill(void* sample, uint64_t number) {
  uint64_t* word = sample;

  for (uint32_t i = 0; i < drain_size(number) / 8; i++)
    word[i] = number * (2 * i + 1);
}

int drain_run(const struct drain* drain, uint64_t most) {
  struct drain_log log = drain_seen(drain);
  uint64_t flags = 0; /* wakes the writer */
  int key = 0, returned = 0, error;

  log.left = most;
  error = sys_bpf_map_update(drain->log_fd, &key, &log);
  if (!error)
    error = sys_bpf_run_on_cpu(drain->prog_fd, (unsigned)sched_getcpu(), &flags, 1, &returned);
  return error ? error : returned;
}

struct drain_log drain_seen(const struct drain* drain) {
  struct drain_log log;
  int key = 0, error = sys_bpf_map_lookup(drain->log_fd, &key, &log);

  if (error)
    source_give_up("cannot read what was drained", error);
  return log;
}

void drain_close(struct drain* drain) {
  close(drain->prog_fd);
  close(drain->log_fd);
  close(drain->map_fd);
}
