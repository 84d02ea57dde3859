/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bpf_calls: the bpf() system call, and the small hand-written programs that tests and the demo
 * load with it. It is plain C without a BPF compiler and without libbpf, so that a test does not
 * need the library that it tests. Results are 0 or a descriptor, or a negative errno. */
#ifndef RINGSIDE_BPF_CALLS_H
#define RINGSIDE_BPF_CALLS_H

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One instruction. The functions below have the names that the kernel's documentation uses. */
#define BPF_INSN(code_, dst_, src_, off_, imm_)                                                    \
  ((struct bpf_insn){.code = (code_),                                                              \
                     .dst_reg = 15 & (dst_),                                                       \
                     .src_reg = 15 & (src_),                                                       \
                     .off = (off_),                                                                \
                     .imm = (imm_)})
#define INSN_MOV_REG(dst, src) BPF_INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define INSN_MOV_IMM(dst, value) BPF_INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define INSN_ALU_REG(op, dst, src) BPF_INSN(BPF_ALU64 | (op) | BPF_X, dst, src, 0, 0)
#define INSN_ALU_IMM(op, dst, value) BPF_INSN(BPF_ALU64 | (op) | BPF_K, dst, 0, 0, value)
#define INSN_LOAD(size, dst, src, off) BPF_INSN(BPF_LDX | BPF_MEM | (size), dst, src, off, 0)
#define INSN_STORE(size, dst, off, src) BPF_INSN(BPF_STX | BPF_MEM | (size), dst, src, off, 0)
#define INSN_JUMP_IMM(op, reg, value, skip) BPF_INSN(BPF_JMP | (op) | BPF_K, reg, 0, skip, value)
#define INSN_CALL(function) BPF_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define INSN_EXIT() BPF_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
/* Two instructions each: load the address of a map, or of a byte in the value of an array map. */
#define INSN_MAP(dst, fd)                                                                          \
  BPF_INSN(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_FD, 0, fd), BPF_INSN(0, 0, 0, 0, 0)
#define INSN_MAP_VALUE(dst, fd, offset)                                                            \
  BPF_INSN(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_VALUE, 0, fd),                           \
      BPF_INSN(0, 0, 0, 0, offset)

/* A program made of parts; a part is an array of instructions. */
struct bpf_text {
  struct bpf_insn insns[512];
  uint32_t count;
};
#define BPF_APPEND(text, part) bpf_append(text, part, sizeof(part))

static inline void bpf_append(struct bpf_text* text, const struct bpf_insn* part, size_t size) {
  memcpy(text->insns + text->count, part, size);
  text->count += (uint32_t)(size / sizeof(*part));
}

static inline int sys_bpf(int command, union bpf_attr* attr) {
  long result = syscall(SYS_bpf, command, attr, sizeof(*attr));

  return result < 0 ? -errno : (int)result;
}

static inline uint64_t sys_bpf_pointer(const void* pointer) {
  return (uint64_t)(uintptr_t)pointer;
}

static inline int sys_bpf_map_create(enum bpf_map_type type, uint32_t key_size, uint32_t value_size,
                                     uint32_t max_entries, uint32_t flags) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_type = type;
  attr.key_size = key_size;
  attr.value_size = value_size;
  attr.max_entries = max_entries;
  attr.map_flags = flags;
  return sys_bpf(BPF_MAP_CREATE, &attr);
}

static inline int sys_bpf_map_update(int map_fd, const void* key, const void* value) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_fd = (uint32_t)map_fd;
  attr.key = sys_bpf_pointer(key);
  attr.value = sys_bpf_pointer(value);
  return sys_bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

static inline int sys_bpf_map_lookup(int map_fd, const void* key, void* value) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_fd = (uint32_t)map_fd;
  attr.key = sys_bpf_pointer(key);
  attr.value = sys_bpf_pointer(value);
  return sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr);
}

static inline int sys_bpf_map_delete(int map_fd, const void* key) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_fd = (uint32_t)map_fd;
  attr.key = sys_bpf_pointer(key);
  return sys_bpf(BPF_MAP_DELETE_ELEM, &attr);
}

/* sys_bpf_info fills `info` with the kernel's info of a map, program, link or BTF. */
static inline int sys_bpf_info(int fd, void* info, uint32_t size) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  memset(info, 0, size);
  attr.info.bpf_fd = (uint32_t)fd;
  attr.info.info_len = size;
  attr.info.info = sys_bpf_pointer(info);
  return sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

/* sys_bpf_prog_load loads a program; the verifier writes its text to `log`, if it is not NULL. */
static inline int sys_bpf_prog_load(enum bpf_prog_type type, const struct bpf_insn* insns,
                                    size_t count, char* log, uint32_t log_size) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.prog_type = type;
  attr.insns = sys_bpf_pointer(insns);
  attr.insn_cnt = (uint32_t)count;
  attr.license = sys_bpf_pointer("Dual BSD/GPL");
  if (log) {
    attr.log_buf = sys_bpf_pointer(log);
    attr.log_size = log_size;
    attr.log_level = 1;
  }
  return sys_bpf(BPF_PROG_LOAD, &attr);
}

/* sys_bpf_raw_tracepoint_open attaches a raw tracepoint program; closing the result detaches it. */
static inline int sys_bpf_raw_tracepoint_open(const char* name, int prog_fd) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.raw_tracepoint.name = sys_bpf_pointer(name);
  attr.raw_tracepoint.prog_fd = (uint32_t)prog_fd;
  return sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

/* sys_bpf_run_on_cpu runs a raw tracepoint program once on `cpu`, with `args` as the arguments of
 * the tracepoint, and stores its result. */
static inline int sys_bpf_run_on_cpu(int prog_fd, unsigned cpu, const uint64_t* args, size_t count,
                                     int* returned) {
  union bpf_attr attr;
  int error;

  memset(&attr, 0, sizeof(attr));
  attr.test.prog_fd = (uint32_t)prog_fd;
  attr.test.ctx_in = sys_bpf_pointer(args);
  attr.test.ctx_size_in = (uint32_t)(count * sizeof(*args));
  attr.test.flags = BPF_F_TEST_RUN_ON_CPU;
  attr.test.cpu = cpu;
  error = sys_bpf(BPF_PROG_TEST_RUN, &attr);
  *returned = (int)attr.test.retval;
  return error;
}

/* sys_bpf_load_emitter loads a raw tracepoint program of two arguments, a size and flags, that
 * calls bpf_perf_event_output(map_fd, flags) with that many bytes from the start of the one value
 * of the array map `data_fd`, `data_size` bytes long, and returns what the call returned. */
static inline int sys_bpf_load_emitter(int map_fd, int data_fd, uint32_t data_size) {
  const struct bpf_insn program[] = {
      INSN_LOAD(BPF_DW, 5, 1, 0),
      INSN_LOAD(BPF_DW, 3, 1, 8),
      INSN_MOV_IMM(0, -E2BIG),
      INSN_JUMP_IMM(BPF_JGT, 5, (int)data_size, 5),
      INSN_MAP_VALUE(4, data_fd, 0),
      INSN_MAP(2, map_fd),
      INSN_CALL(BPF_FUNC_perf_event_output),
      INSN_EXIT(),
  };

  return sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, program,
                           sizeof(program) / sizeof(program[0]), NULL, 0);
}

#endif /* RINGSIDE_BPF_CALLS_H */
