/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Registers, and heads of programs that get them, for each machine. */
#ifdef BY_UAPI
#include <linux/types.h>

#include <linux/ptrace.h>
#else
#include "vmlinux.h"
#endif

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#ifndef bpf_target_defined
#error "no machine"
#endif

/* How many parameters the machine has in registers, of functions and of system calls. */
#if defined(bpf_target_x86)
#define PARAMETERS 6
#define OF_SYSTEM_CALLS 6
#elif defined(bpf_target_s390)
#define PARAMETERS 5
#define OF_SYSTEM_CALLS 6
#elif defined(bpf_target_arm)
#define PARAMETERS 4
#define OF_SYSTEM_CALLS 7
#elif defined(bpf_target_sparc)
#define PARAMETERS 6
#define OF_SYSTEM_CALLS 6
#elif defined(bpf_target_powerpc) && !defined(__arch64__)
#define PARAMETERS 8
#define OF_SYSTEM_CALLS 7
#else
#define PARAMETERS 8
#define OF_SYSTEM_CALLS 6
#endif
#if VERSION < 102 && PARAMETERS > 5
#undef PARAMETERS
#define PARAMETERS 5
#endif

#if PARAMETERS >= 5
#define FIVE(...) __VA_ARGS__
#else
#define FIVE(...)
#endif
#if PARAMETERS >= 6
#define SIX(...) __VA_ARGS__
#else
#define SIX(...)
#endif
#if PARAMETERS >= 8
#define EIGHT(...) __VA_ARGS__
#else
#define EIGHT(...)
#endif
#if OF_SYSTEM_CALLS >= 7
#define SEVENTH(...) __VA_ARGS__
#else
#define SEVENTH(...)
#endif

#define PARMS(suffix)                                                                              \
  (PT_REGS_PARM1##suffix(ctx) + PT_REGS_PARM2##suffix(ctx) * 3 + PT_REGS_PARM3##suffix(ctx) * 5 +  \
   PT_REGS_PARM4##suffix(ctx) *                                                                    \
       7 FIVE(+PT_REGS_PARM5##suffix(ctx) * 9) SIX(+PT_REGS_PARM6##suffix(ctx) * 11)               \
           EIGHT(+PT_REGS_PARM7##suffix(ctx) * 13 + PT_REGS_PARM8##suffix(ctx) * 15))
#define CALL_PARMS(suffix)                                                                         \
  (PT_REGS_PARM1##suffix(ctx) + PT_REGS_PARM2##suffix(ctx) * 3 + PT_REGS_PARM3##suffix(ctx) * 5 +  \
   PT_REGS_PARM4##suffix(ctx) * 7 + PT_REGS_PARM5##suffix(ctx) * 9 +                               \
   PT_REGS_PARM6##suffix(ctx) * 11 SEVENTH(+PT_REGS_PARM7##suffix(ctx) * 13))
/* Ours have better ones: arm's instruction pointer, powerpc's return address. */
#ifdef bpf_target_arm
#define IP(suffix) 0
#else
#define IP(suffix) PT_REGS_IP##suffix(ctx)
#endif
#ifdef bpf_target_powerpc
#define RET(suffix) 0
#else
#define RET(suffix) PT_REGS_RET##suffix(ctx)
#endif
#if defined(bpf_target_powerpc) || defined(bpf_target_sparc)
#define FP(suffix) 0
#else
#define FP(suffix) PT_REGS_FP##suffix(ctx)
#endif
#define OTHERS(suffix)                                                                             \
  (RET(suffix) + FP(suffix) * 3 + PT_REGS_RC##suffix(ctx) * 5 + PT_REGS_SP##suffix(ctx) * 7 +      \
   IP(suffix) * 9)

SEC("kprobe") long parameters(struct pt_regs* ctx) {
  return PARMS();
}
SEC("kprobe") long parameters_core(struct pt_regs* ctx) {
  return PARMS(_CORE);
}
SEC("kprobe") long others(struct pt_regs* ctx) {
  return OTHERS();
}
SEC("kprobe") long others_core(struct pt_regs* ctx) {
  return OTHERS(_CORE);
}
SEC("kprobe") long of_const(const struct pt_regs* ctx) {
  return PARMS() + OTHERS();
}

typedef __typeof__(*__PT_REGS_CAST((struct pt_regs*)0)) registers;
SEC("kprobe") long by_type(registers* ctx) {
  return PT_REGS_RC((struct pt_regs*)ctx);
}

SEC("kprobe") long return_address(struct pt_regs* ctx) {
  unsigned long ip = 0;
  BPF_KPROBE_READ_RET_IP(ip, ctx);
  return ip;
}
#if !defined(bpf_target_powerpc) && !defined(bpf_target_sparc)
SEC("kprobe") long return_address_at_return(struct pt_regs* ctx) {
  unsigned long ip = 0;
  BPF_KRETPROBE_READ_RET_IP(ip, ctx);
  return ip;
}
#endif

#if VERSION >= 102
SEC("kprobe") long of_system_call(struct pt_regs* ctx) {
  return CALL_PARMS(_SYSCALL);
}
SEC("kprobe") long of_system_call_core(struct pt_regs* ctx) {
  return CALL_PARMS(_CORE_SYSCALL);
}
#endif
SEC("kprobe") long wrapped(struct pt_regs* ctx) {
  return PT_REGS_PARM2_CORE_SYSCALL(PT_REGS_SYSCALL_REGS(ctx));
}

SEC("kprobe") int BPF_KPROBE(kprobe0) {
  return PT_REGS_PARM1(ctx);
}
SEC("kprobe") int BPF_KPROBE(kprobe1, struct file* file) {
  return file != NULL;
}
SEC("kprobe") static int BPF_KPROBE(kprobe4, int a, void* b, char c, unsigned d) {
  return a + (long)b + c + d;
}
EIGHT(SEC("kprobe") int BPF_KPROBE(kprobe8, int a, void* b, char c, long d, int e, int f, int g,
                                   bool h) { return a + (long)b + c + d + e + f + g + h; })
SEC("kretprobe") int BPF_KRETPROBE(kretprobe0) {
  return ctx != NULL;
}
SEC("kretprobe") int BPF_KRETPROBE(kretprobe1, int result) {
  return result;
}
SEC("kretprobe") int BPF_KRETPROBE(kretprobe_pointer, void* result) {
  return result != NULL;
}
#if VERSION >= 102
SEC("uprobe") int BPF_UPROBE(uprobe1, const char* text) {
  return text != NULL;
}
SEC("uretprobe") int BPF_URETPROBE(uretprobe1, long result) {
  return result;
}
#endif
#if VERSION >= 105
SEC("kprobe") int BPF_KPROBE(kprobe_enum, enum libbpf_tristate a) {
  return a;
}
#endif

SEC("ksyscall") int BPF_KSYSCALL(ksyscall0) {
  return ctx != NULL;
}
SEC("ksyscall") int BPF_KSYSCALL(ksyscall1, int a) {
  return a;
}
SEC("ksyscall") int BPF_KPROBE_SYSCALL(ksyscall3, int a, const char* b, unsigned c) {
  return a + (b != NULL) + c;
}
#if VERSION >= 102
SEC("ksyscall") int BPF_KSYSCALL(ksyscall6, long a, long b, long c, long d, long e, long f) {
  return a + 3 * b + 5 * c + 7 * d + 9 * e + 11 * f;
}
SEVENTH(SEC("ksyscall") int BPF_KSYSCALL(ksyscall7, long a, long b, long c, long d, long e, long f,
                                         long g) {
  return a + 3 * b + 5 * c + 7 * d + 9 * e + 11 * f + 13 * g;
})
#endif
