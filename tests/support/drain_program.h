/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* drain_program: a hand-written BPF program that drains a user ring and keeps each sample. */
#ifndef RINGSIDE_DRAIN_PROGRAM_H
#define RINGSIDE_DRAIN_PROGRAM_H

#include "ring_programs.h"

#define INSN_STORE_IMM(size, dst, off, value)                                                      \
  BPF_INSN(BPF_ST | BPF_MEM | (size), dst, 0, off, value)

/* The samples of a drain: the one value of an array map. */
enum { drain_samples_max = 1024, drain_last_max = 16384 };
struct drain_log {
  uint64_t count;
  uint64_t stop; /* the callback ends the drain when `count` has come here */
  uint64_t zero; /* stays 0 */
  struct {
    uint64_t size;
    uint64_t first; /* the first 8 bytes; fewer if it is shorter */
  } samples[drain_samples_max];
  unsigned char last[drain_last_max]; /* the last sample, as far as it fits */
};

/* Registers of the callback, and the parts of it that depend on the program. */
enum { drain_dynptr = 6, drain_data = 7, drain_size = 8, drain_entry = 9, drain_size_bits = 15 };

/* drain_find_size: on old kernels a program cannot ask a dynptr for its size. So it finds, bit by
 * bit, how much it can read. It begins with a 0 that the verifier cannot know, so that the verifier
 * does not check each size separately. */
static inline void drain_find_size(struct bpf_text* text) {
  const struct bpf_insn begin[] = {
      INSN_LOAD(BPF_DW, drain_size, drain_data, offsetof(struct drain_log, zero)),
  };

  BPF_APPEND(text, begin);
  for (int bit = drain_size_bits; bit >= 0; bit--) {
    const struct bpf_insn step[] = {
        INSN_MOV_REG(1, 10),
        INSN_ALU_IMM(BPF_ADD, 1, -8),
        INSN_MOV_IMM(2, 1),
        INSN_MOV_REG(3, drain_dynptr),
        INSN_MOV_REG(4, drain_size),
        INSN_ALU_IMM(BPF_ADD, 4, (1 << bit) - 1),
        INSN_MOV_IMM(5, 0),
        INSN_CALL(BPF_FUNC_dynptr_read),
        INSN_JUMP_IMM(BPF_JNE, 0, 0, 1),
        INSN_ALU_IMM(BPF_ADD, drain_size, 1 << bit),
    };

    BPF_APPEND(text, step);
  }
}

/* drain_read copies the first bytes of the sample, up to `limit`, to a register plus `offset`. */
static inline void drain_read(struct bpf_text* text, unsigned base, uint32_t offset, int limit) {
  const struct bpf_insn read[] = {
      INSN_MOV_REG(2, drain_size),
      INSN_JUMP_IMM(BPF_JLE, 2, limit, 1),
      INSN_MOV_IMM(2, limit),
      INSN_MOV_REG(1, base),
      INSN_ALU_IMM(BPF_ADD, 1, (int)offset),
      INSN_MOV_REG(3, drain_dynptr),
      INSN_MOV_IMM(4, 0),
      INSN_MOV_IMM(5, 0),
      INSN_CALL(BPF_FUNC_dynptr_read),
  };

  BPF_APPEND(text, read);
}

/* drain_callback keeps one sample. */
static inline void drain_callback(struct bpf_text* text, int log_fd) {
  enum { size_at = offsetof(struct drain_log, samples), first_at = size_at + 8 };
  const struct bpf_insn begin[] = {
      INSN_MOV_REG(drain_dynptr, 1),
      INSN_MAP_VALUE(drain_data, log_fd, 0),
  };
  const struct bpf_insn place[] = {
      INSN_LOAD(BPF_DW, 1, drain_data, offsetof(struct drain_log, count)),
      INSN_JUMP_IMM(BPF_JLT, 1, drain_samples_max, 2),
      INSN_MOV_IMM(0, 1),
      INSN_EXIT(),
      INSN_ALU_IMM(BPF_LSH, 1, 4),
      INSN_MOV_REG(drain_entry, drain_data),
      INSN_ALU_REG(BPF_ADD, drain_entry, 1),
      INSN_STORE(BPF_DW, drain_entry, size_at, drain_size),
      INSN_STORE_IMM(BPF_DW, drain_entry, first_at, 0),
  };
  const struct bpf_insn end[] = {
      INSN_LOAD(BPF_DW, 1, drain_data, offsetof(struct drain_log, count)),
      INSN_ALU_IMM(BPF_ADD, 1, 1),
      INSN_STORE(BPF_DW, drain_data, offsetof(struct drain_log, count), 1),
      INSN_LOAD(BPF_DW, 2, drain_data, offsetof(struct drain_log, stop)),
      INSN_MOV_IMM(0, 0),
      BPF_INSN(BPF_JMP | BPF_JNE | BPF_X, 1, 2, 1, 0),
      INSN_MOV_IMM(0, 1),
      INSN_EXIT(),
  };

  BPF_APPEND(text, begin);
  drain_find_size(text);
  BPF_APPEND(text, place);
  drain_read(text, drain_entry, first_at, 8);
  drain_read(text, drain_data, offsetof(struct drain_log, last), drain_last_max);
  BPF_APPEND(text, end);
}

/* load_drain_program loads a raw tracepoint program of one argument, flags, that calls
 * bpf_user_ringbuf_drain(map_fd, flags) and returns what it returned. Each sample goes into the
 * struct drain_log in the array map `log_fd`. */
static inline int load_drain_program(int map_fd, int log_fd) {
  struct bpf_text callback = {.count = 0};

  drain_callback(&callback, log_fd);
  return load_drain(map_fd, &callback);
}

#endif /* RINGSIDE_DRAIN_PROGRAM_H */
