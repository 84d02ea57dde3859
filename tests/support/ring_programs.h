/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_programs: hand-written programs for BPF ring buffers. Each returns the result of its helper.
 */
#ifndef RINGSIDE_RING_PROGRAMS_H
#define RINGSIDE_RING_PROGRAMS_H

#include <linux/btf.h>
#include <stddef.h>

#include "bpf_calls.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))
#define LOAD_RAW_TRACEPOINT(insns)                                                                 \
  sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, insns, LENGTH_OF(insns), NULL, 0)

/* load_ring_output: bpf_ringbuf_output() with the arguments (size, flags), of bytes of the one
 * value of `data_fd`. */
static inline int load_ring_output(int map_fd, int data_fd, uint32_t data_size) {
  const struct bpf_insn program[] = {
      INSN_LOAD(BPF_DW, 3, 1, 0),
      INSN_LOAD(BPF_DW, 4, 1, 8),
      INSN_MOV_IMM(0, -E2BIG),
      INSN_JUMP_IMM(BPF_JGT, 3, (int)data_size, 5),
      INSN_MAP_VALUE(2, data_fd, 0),
      INSN_MAP(1, map_fd),
      INSN_CALL(BPF_FUNC_ringbuf_output),
      INSN_EXIT(),
  };

  return LOAD_RAW_TRACEPOINT(program);
}

/* load_ring_reserve: bpf_ringbuf_reserve() of `size` bytes. The program writes its first argument
 * to the first 8 bytes, and calls `commit` with its second argument as flags. It returns 0, or
 * -ENOSPC if there was no room. */
static inline int load_ring_reserve(int map_fd, int size, int commit) {
  const struct bpf_insn program[] = {
      INSN_LOAD(BPF_DW, 6, 1, 0),
      INSN_LOAD(BPF_DW, 7, 1, 8),
      INSN_MAP(1, map_fd),
      INSN_MOV_IMM(2, size),
      INSN_MOV_IMM(3, 0),
      INSN_CALL(BPF_FUNC_ringbuf_reserve),
      INSN_JUMP_IMM(BPF_JNE, 0, 0, 2),
      INSN_MOV_IMM(0, -ENOSPC),
      INSN_EXIT(),
      INSN_STORE(BPF_DW, 0, 0, 6),
      INSN_MOV_REG(1, 0),
      INSN_MOV_REG(2, 7),
      INSN_CALL(commit),
      INSN_MOV_IMM(0, 0),
      INSN_EXIT(),
  };

  return LOAD_RAW_TRACEPOINT(program);
}

/* load_ring_crossing: reserves 16 bytes twice, and submits the second with the first argument as
 * flags, then the first with the second argument. It returns how much was unread in between. */
static inline int load_ring_crossing(int map_fd) {
  const struct bpf_insn program[] = {
      INSN_MOV_REG(9, 1),
      INSN_MAP(1, map_fd),
      INSN_MOV_IMM(2, 16),
      INSN_MOV_IMM(3, 0),
      INSN_CALL(BPF_FUNC_ringbuf_reserve),
      INSN_JUMP_IMM(BPF_JNE, 0, 0, 2),
      INSN_MOV_IMM(0, -ENOSPC),
      INSN_EXIT(),
      INSN_MOV_REG(6, 0),
      INSN_MAP(1, map_fd),
      INSN_MOV_IMM(2, 16),
      INSN_MOV_IMM(3, 0),
      INSN_CALL(BPF_FUNC_ringbuf_reserve),
      INSN_JUMP_IMM(BPF_JNE, 0, 0, 5),
      INSN_MOV_REG(1, 6),
      INSN_MOV_IMM(2, 0),
      INSN_CALL(BPF_FUNC_ringbuf_discard),
      INSN_MOV_IMM(0, -EAGAIN),
      INSN_EXIT(),
      INSN_MOV_REG(1, 0),
      INSN_LOAD(BPF_DW, 2, 9, 0),
      INSN_CALL(BPF_FUNC_ringbuf_submit),
      INSN_MAP(1, map_fd),
      INSN_MOV_IMM(2, BPF_RB_AVAIL_DATA),
      INSN_CALL(BPF_FUNC_ringbuf_query),
      INSN_MOV_REG(7, 0),
      INSN_MOV_REG(1, 6),
      INSN_LOAD(BPF_DW, 2, 9, 8),
      INSN_CALL(BPF_FUNC_ringbuf_submit),
      INSN_MOV_REG(0, 7),
      INSN_EXIT(),
  };

  return LOAD_RAW_TRACEPOINT(program);
}

/* load_ring_query: bpf_ringbuf_query() of the first argument. */
static inline int load_ring_query(int map_fd) {
  const struct bpf_insn program[] = {
      INSN_LOAD(BPF_DW, 2, 1, 0),
      INSN_MAP(1, map_fd),
      INSN_CALL(BPF_FUNC_ringbuf_query),
      INSN_EXIT(),
  };

  return LOAD_RAW_TRACEPOINT(program);
}

/* The one value of the array map of a drain: what the drain writes to it, and reads from it. */
struct drained {
  uint64_t samples; /* so far */
  uint64_t first;   /* the first 8 bytes of the last one, and whether it has them */
  int64_t result;
  uint64_t stop_at; /* the callback stops after that many */
};

/* load_type_info loads BTF with two functions that return an int. */
static inline int load_type_info(void) {
  static const char names[] = "\0int\0f";
  struct {
    struct btf_header header;
    struct btf_type integer;
    uint32_t encoding;
    struct btf_type prototype, function;
    char names[sizeof(names)];
  } info = {
      .header = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(info.header)},
      .integer = {.name_off = 1, .info = BTF_KIND_INT << 24, .size = 4},
      .encoding = BTF_INT_SIGNED << 24 | 32,
      .prototype = {.info = BTF_KIND_FUNC_PROTO << 24, .type = 1},
      .function = {.name_off = 5, .info = BTF_KIND_FUNC << 24 | BTF_FUNC_STATIC, .type = 2},
  };
  union bpf_attr attr;

  memcpy(info.names, names, sizeof(names));
  info.header.type_len = offsetof(__typeof__(info), names) - sizeof(info.header);
  info.header.str_off = info.header.type_len;
  info.header.str_len = sizeof(names);
  memset(&attr, 0, sizeof(attr));
  attr.btf = sys_bpf_pointer(&info);
  attr.btf_size = (uint32_t)(offsetof(__typeof__(info), names) + sizeof(names));
  return sys_bpf(BPF_BTF_LOAD, &attr);
}

/* load_with_callback loads a program whose callback begins at the instruction `callback`. */
static inline int load_with_callback(const struct bpf_insn* program, uint32_t count,
                                     uint32_t callback) {
  const struct bpf_func_info functions[] = {{.insn_off = 0, .type_id = 3},
                                            {.insn_off = callback, .type_id = 3}};
  union bpf_attr attr;
  int type_info = load_type_info(), fd;

  if (type_info < 0)
    return type_info;
  memset(&attr, 0, sizeof(attr));
  attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
  attr.insns = sys_bpf_pointer(program);
  attr.insn_cnt = count;
  attr.license = sys_bpf_pointer("Dual BSD/GPL");
  attr.prog_btf_fd = (uint32_t)type_info;
  attr.func_info_rec_size = sizeof(functions[0]);
  attr.func_info = sys_bpf_pointer(functions);
  attr.func_info_cnt = LENGTH_OF(functions);
  fd = sys_bpf(BPF_PROG_LOAD, &attr);
  close(type_info);
  return fd;
}

/* load_drain: bpf_user_ringbuf_drain() with the first argument as flags and with `callback`. */
static inline int load_drain(int map_fd, const struct bpf_text* callback) {
  enum { begin = 8 };
  const struct bpf_insn drain[begin] = {
      INSN_LOAD(BPF_DW, 4, 1, 0),
      INSN_MAP(1, map_fd),
      BPF_INSN(BPF_LD | BPF_IMM | BPF_DW, 2, BPF_PSEUDO_FUNC, 0, begin - 4),
      BPF_INSN(0, 0, 0, 0, 0),
      INSN_MOV_IMM(3, 0),
      INSN_CALL(BPF_FUNC_user_ringbuf_drain),
      INSN_EXIT(),
  };
  struct bpf_text text = {.count = 0};

  BPF_APPEND(&text, drain);
  bpf_append(&text, callback->insns, callback->count * sizeof(callback->insns[0]));
  return load_with_callback(text.insns, text.count, begin);
}

/* load_ring_drain: a drain. Its callback writes what it sees to `drained_fd`, an array map of one
 * struct drained. */
static inline int load_ring_drain(int map_fd, int drained_fd) {
  const struct bpf_insn callback[] = {
      INSN_MOV_REG(3, 1),
      INSN_MAP_VALUE(6, drained_fd, 0),
      INSN_LOAD(BPF_DW, 1, 6, offsetof(struct drained, samples)),
      INSN_ALU_IMM(BPF_ADD, 1, 1),
      INSN_STORE(BPF_DW, 6, offsetof(struct drained, samples), 1),
      INSN_MAP_VALUE(1, drained_fd, offsetof(struct drained, first)),
      INSN_MOV_IMM(2, 8),
      INSN_MOV_IMM(4, 0),
      INSN_MOV_IMM(5, 0),
      INSN_CALL(BPF_FUNC_dynptr_read),
      INSN_STORE(BPF_DW, 6, offsetof(struct drained, result), 0),
      INSN_LOAD(BPF_DW, 1, 6, offsetof(struct drained, samples)),
      INSN_LOAD(BPF_DW, 2, 6, offsetof(struct drained, stop_at)),
      INSN_MOV_IMM(0, 0),
      BPF_INSN(BPF_JMP | BPF_JNE | BPF_X, 1, 2, 1, 0),
      INSN_MOV_IMM(0, 1),
      INSN_EXIT(),
  };
  struct bpf_text text = {.count = 0};

  BPF_APPEND(&text, callback);
  return load_drain(map_fd, &text);
}

#endif /* RINGSIDE_RING_PROGRAMS_H */
