/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The BPF program of the demo, written by hand so that no compiler for BPF is needed. */
#include "demo/program.h"

#include <asm/ptrace.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "bpf_calls.h"

/* The offset of the first argument of a system call in struct pt_regs. */
#if defined(__x86_64__)
#define FIRST_ARGUMENT offsetof(struct pt_regs, rdi)
#elif defined(__aarch64__)
#define FIRST_ARGUMENT offsetof(struct user_pt_regs, regs)
#else
#error "the demo does not know this machine's struct pt_regs"
#endif

enum { R0, R1, R2, R3, R4, R5, R6, R7, FP = 10 };

#define ADD_IMM(dst, value) BPF_INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
#define MOV32_IMM(dst, value) BPF_INSN(BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, value)
/* Two slots: a 64-bit constant. */
#define MOV64_IMM(dst, value)                                                                      \
  BPF_INSN(BPF_LD | BPF_DW | BPF_IMM, dst, 0, 0, (int32_t)(uint32_t)(value)),                      \
      BPF_INSN(0, 0, 0, 0, (int32_t)(uint32_t)((value) >> 32))
/* Jumps to the end when a register is not `value`; `here` is the slot of the jump itself. */
#define END_UNLESS(here, dst, value) INSN_JUMP_IMM(BPF_JNE, dst, value, END - (here)-1)
enum { END = 37 };

int load_program(int map_fd, int tgid) {
  /* A process id belongs to a pid namespace. The kernel identifies the namespace by the device and
   * inode of its file, and packs device numbers in its own way. */
  struct stat ns;
  if (stat("/proc/self/ns/pid", &ns) != 0)
    return -errno;
  const uint64_t ns_dev = (uint64_t)major(ns.st_dev) << 20 | minor(ns.st_dev);
  const uint64_t ns_ino = ns.st_ino;

  /* r1 is the raw tracepoint's context: { struct pt_regs *regs; long number; }. The record lies at
   * fp-64; before it is written, struct bpf_pidns_info { pid, tgid } is at fp-8. */
  const struct bpf_insn insns[] = {
      /*  0 */ INSN_MOV_REG(R6, R1),
      /*  1 */ INSN_LOAD(BPF_DW, R7, R6, 8),
      /*  2 */ END_UNLESS(2, R7, DEMO_SYSCALL),
      /*  3 */ MOV64_IMM(R1, ns_dev),
      /*  5 */ MOV64_IMM(R2, ns_ino),
      /*  7 */ INSN_MOV_REG(R3, FP),
      /*  8 */ ADD_IMM(R3, -8),
      /*  9 */ INSN_MOV_IMM(R4, sizeof(struct bpf_pidns_info)),
      /* 10 */ INSN_CALL(BPF_FUNC_get_ns_current_pid_tgid),
      /* 11 */ END_UNLESS(11, R0, 0),
      /* 12 */ INSN_LOAD(BPF_W, R1, FP, -4),
      /* 13 */ END_UNLESS(13, R1, tgid),
      /* 14 */ INSN_LOAD(BPF_DW, R3, R6, 0),
      /* 15 */ ADD_IMM(R3, FIRST_ARGUMENT),
      /* 16 */ INSN_MOV_REG(R1, FP),
      /* 17 */ ADD_IMM(R1, -64),
      /* 18 */ INSN_MOV_IMM(R2, 8),
      /* 19 */ INSN_CALL(BPF_FUNC_probe_read_kernel),
      /* 20 */ END_UNLESS(20, R0, 0),
      /* 21 */ INSN_LOAD(BPF_DW, R1, FP, -64),
      /* 22 */ INSN_STORE(BPF_DW, FP, -56, R1),
      /* 23 */ INSN_STORE(BPF_DW, FP, -48, R1),
      /* 24 */ INSN_STORE(BPF_DW, FP, -40, R1),
      /* 25 */ INSN_STORE(BPF_DW, FP, -32, R1),
      /* 26 */ INSN_STORE(BPF_DW, FP, -24, R1),
      /* 27 */ INSN_STORE(BPF_DW, FP, -16, R1),
      /* 28 */ INSN_STORE(BPF_DW, FP, -8, R1),
      /* 29 */ INSN_MOV_REG(R1, R6),
      /* 30 */ INSN_MAP(R2, map_fd),
      /* 32 */ MOV32_IMM(R3, -1), /* BPF_F_CURRENT_CPU: the ring of this CPU */
      /* 33 */ INSN_MOV_REG(R4, FP),
      /* 34 */ ADD_IMM(R4, -64),
      /* 35 */ INSN_MOV_IMM(R5, DEMO_RECORD_SIZE),
      /* 36 */ INSN_CALL(BPF_FUNC_perf_event_output),
      /* 37 */ INSN_MOV_IMM(R0, 0),
      /* 38 */ INSN_EXIT(),
  };
  _Static_assert(sizeof(insns) / sizeof(insns[0]) == END + 2, "END is the last but one slot");

  return bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "demo_sys_enter", "Dual BSD/GPL", insns,
                       sizeof(insns) / sizeof(insns[0]), NULL);
}
