/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* events: a BPF program that is small enough to be written by hand. */
#include "events.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { kCall = 5077, kNotHere = 77 };

int events_map(void) {
  return bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "events", 4, 4,
                        (unsigned)libbpf_num_possible_cpus(), NULL);
}

/* A program for the raw tracepoint sys_enter. It is what a compiler would make of
 *
 *   __u64 id = ctx->args[1];
 *   if (id == kCall)
 *     bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &id, sizeof(id));
 */
static int load_program(int map) {
  const struct bpf_insn program[] = {
      {.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 6, .src_reg = 1, .off = 8},
      {.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 6, .off = 8, .imm = kCall},
      {.code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 10, .src_reg = 6, .off = -8},
      {.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 2, .src_reg = 1, .imm = map},
      {0},
      {.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = 3, .imm = -1},
      {.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 4, .src_reg = 10},
      {.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 4, .imm = -8},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 5, .imm = sizeof(__u64)},
      {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_perf_event_output},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT}};

  return bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "example", "Dual BSD/GPL", program,
                       sizeof(program) / sizeof(program[0]), NULL);
}

int events_start(int map) {
  int program = load_program(map);
  int link;

  if (program < 0)
    return program;
  link = bpf_raw_tracepoint_open("sys_enter", program);
  close(program);
  return link;
}

void events_make(int count) {
  for (int i = 0; i < count; i++)
    syscall(kCall);
}

int refused(const char* what, int err) {
  int not_allowed = err == -EPERM || err == -EACCES || err == -ENOSYS;

  fprintf(not_allowed ? stdout : stderr, "%s%s: %s\n", not_allowed ? "SKIP: " : "", what,
          strerror(-err));
  return not_allowed ? kNotHere : 1;
}
