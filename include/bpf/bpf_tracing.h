/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bpf_tracing.h: the heads of tracing programs, with parameters as the traced function has them;
 * and registers by what they are for. Include vmlinux.h, or <linux/types.h> and <linux/ptrace.h>,
 * before, and bpf_core_read.h for what has CORE in its name and for BPF_KSYSCALL.
 *
 * Registers depend on the machine that the program will run on: the build says it with one of
 * -D__TARGET_ARCH_x86, _s390, _arm, _arm64, _mips, _powerpc, _sparc, _riscv, _arc, _loongarch. */
#ifndef __BPF_TRACING_H__
#define __BPF_TRACING_H__

#include "bpf_helpers.h"

/* ---- The machine ---- */

#if defined(__TARGET_ARCH_x86)
#define bpf_target_x86
#elif defined(__TARGET_ARCH_s390)
#define bpf_target_s390
#elif defined(__TARGET_ARCH_arm)
#define bpf_target_arm
#elif defined(__TARGET_ARCH_arm64)
#define bpf_target_arm64
#elif defined(__TARGET_ARCH_mips)
#define bpf_target_mips
#elif defined(__TARGET_ARCH_powerpc)
#define bpf_target_powerpc
#elif defined(__TARGET_ARCH_sparc)
#define bpf_target_sparc
#elif defined(__TARGET_ARCH_riscv)
#define bpf_target_riscv
#elif defined(__TARGET_ARCH_arc)
#define bpf_target_arc
#elif defined(__TARGET_ARCH_loongarch)
#define bpf_target_loongarch
/* Not said: the one that the compiler compiles for, if that is no BPF. */
#elif defined(__x86_64__) || defined(__i386__)
#define bpf_target_x86
#elif defined(__s390__)
#define bpf_target_s390
#elif defined(__arm__)
#define bpf_target_arm
#elif defined(__aarch64__)
#define bpf_target_arm64
#elif defined(__mips__)
#define bpf_target_mips
#elif defined(__powerpc__)
#define bpf_target_powerpc
#elif defined(__sparc__)
#define bpf_target_sparc
#elif defined(__riscv) && __riscv_xlen == 64
#define bpf_target_riscv
#elif defined(__arc__)
#define bpf_target_arc
#elif defined(__loongarch__)
#define bpf_target_loongarch
#else
#define ___bpf_target_missing
#endif

#ifdef ___bpf_target_missing
#undef bpf_target_defined
#else
#define bpf_target_defined
#endif

/* What the compiler says where a register is asked for and the machine is not known. */
#ifndef __BPF_TARGET_MISSING
#define __BPF_TARGET_MISSING                                                                       \
  "GCC error \"compile with -D__TARGET_ARCH_x86 or another machine of bpf_tracing.h\""
#endif

/* ---- Its registers ----
 *
 * For each machine, what the context is to be seen as and the members of that: ___bpf_parm1 and on
 * for the parameters of a function, ___bpf_sys1 and on for those of a system call, and the return
 * address, the frame pointer, the result, the stack pointer and the instruction pointer. */

/* The first parameter of a system call where its register holds the result later: the kernel keeps
 * a copy, in a struct that is not among those for programs. The suffix is for CO-RE to drop. */
#if __has_attribute(preserve_access_index)
#define ___bpf_kernels_own __attribute__((preserve_access_index))
#else
#define ___bpf_kernels_own
#endif

#if defined(bpf_target_x86)

#define __PT_REGS_CAST(ctx) (ctx)
#if defined(__KERNEL__) || defined(__VMLINUX_H__)
#define ___bpf_parm1 di
#define ___bpf_parm2 si
#define ___bpf_parm3 dx
#define ___bpf_parm4 cx
#define ___bpf_parm5 r8
#define ___bpf_parm6 r9
#define ___bpf_sys4 r10
#define ___bpf_ret sp
#define ___bpf_fp bp
#define ___bpf_rc ax
#define ___bpf_sp sp
#define ___bpf_ip ip
#elif defined(__i386__)
#define ___bpf_parm1 eax
#define ___bpf_parm2 edx
#define ___bpf_parm3 ecx
#define ___bpf_sys1 ebx
#define ___bpf_sys2 ecx
#define ___bpf_sys3 edx
#define ___bpf_sys4 esi
#define ___bpf_sys5 edi
#define ___bpf_sys6 ebp
#define ___bpf_ret esp
#define ___bpf_fp ebp
#define ___bpf_rc eax
#define ___bpf_sp esp
#define ___bpf_ip eip
#else
#define ___bpf_parm1 rdi
#define ___bpf_parm2 rsi
#define ___bpf_parm3 rdx
#define ___bpf_parm4 rcx
#define ___bpf_parm5 r8
#define ___bpf_parm6 r9
#define ___bpf_sys4 r10
#define ___bpf_ret rsp
#define ___bpf_fp rbp
#define ___bpf_rc rax
#define ___bpf_sp rsp
#define ___bpf_ip rip
#endif

#elif defined(bpf_target_s390)

struct pt_regs___orig_gpr2 {
  unsigned long orig_gpr2;
} ___bpf_kernels_own;
#define __PT_REGS_CAST(ctx) ((const user_pt_regs*)(ctx))
#define __PT_REGS_SYS1_CAST(ctx) ((const struct pt_regs___orig_gpr2*)(ctx))
#define ___bpf_parm1 gprs[2]
#define ___bpf_parm2 gprs[3]
#define ___bpf_parm3 gprs[4]
#define ___bpf_parm4 gprs[5]
#define ___bpf_parm5 gprs[6]
#define ___bpf_sys1 orig_gpr2
#define ___bpf_sys6 gprs[7]
#define ___bpf_ret gprs[14]
#define ___bpf_fp gprs[11]
#define ___bpf_rc gprs[2]
#define ___bpf_sp gprs[15]
#define ___bpf_ip psw.addr

#elif defined(bpf_target_arm)

#define __PT_REGS_CAST(ctx) (ctx)
#define ___bpf_parm1 uregs[0]
#define ___bpf_parm2 uregs[1]
#define ___bpf_parm3 uregs[2]
#define ___bpf_parm4 uregs[3]
#define ___bpf_sys5 uregs[4]
#define ___bpf_sys6 uregs[5]
#define ___bpf_sys7 uregs[6]
#define ___bpf_ret uregs[14]
#define ___bpf_fp uregs[11]
#define ___bpf_rc uregs[0]
#define ___bpf_sp uregs[13]
#define ___bpf_ip uregs[15]

#elif defined(bpf_target_arm64)

struct pt_regs___orig_x0 {
  unsigned long orig_x0;
} ___bpf_kernels_own;
#define __PT_REGS_CAST(ctx) ((const struct user_pt_regs*)(ctx))
#define __PT_REGS_SYS1_CAST(ctx) ((const struct pt_regs___orig_x0*)(ctx))
#define ___bpf_parm1 regs[0]
#define ___bpf_parm2 regs[1]
#define ___bpf_parm3 regs[2]
#define ___bpf_parm4 regs[3]
#define ___bpf_parm5 regs[4]
#define ___bpf_parm6 regs[5]
#define ___bpf_parm7 regs[6]
#define ___bpf_parm8 regs[7]
#define ___bpf_sys1 orig_x0
#define ___bpf_ret regs[30]
#define ___bpf_fp regs[29]
#define ___bpf_rc regs[0]
#define ___bpf_sp sp
#define ___bpf_ip pc

#elif defined(bpf_target_mips)

#define __PT_REGS_CAST(ctx) (ctx)
#define ___bpf_parm1 regs[4]
#define ___bpf_parm2 regs[5]
#define ___bpf_parm3 regs[6]
#define ___bpf_parm4 regs[7]
#define ___bpf_parm5 regs[8]
#define ___bpf_parm6 regs[9]
#define ___bpf_parm7 regs[10]
#define ___bpf_parm8 regs[11]
#define ___bpf_ret regs[31]
#define ___bpf_fp regs[30]
#define ___bpf_rc regs[2]
#define ___bpf_sp regs[29]
#define ___bpf_ip cp0_epc

#elif defined(bpf_target_powerpc)

#define __PT_REGS_CAST(ctx) (ctx)
#define ___bpf_parm1 gpr[3]
#define ___bpf_parm2 gpr[4]
#define ___bpf_parm3 gpr[5]
#define ___bpf_parm4 gpr[6]
#define ___bpf_parm5 gpr[7]
#define ___bpf_parm6 gpr[8]
#define ___bpf_parm7 gpr[9]
#define ___bpf_parm8 gpr[10]
#define ___bpf_sys1 orig_gpr3
#if !defined(__arch64__)
#define ___bpf_sys7 gpr[9]
#endif
#define ___bpf_ret link
#define ___bpf_rc gpr[3]
#define ___bpf_sp gpr[1]
#define ___bpf_ip nip

#elif defined(bpf_target_sparc)

#define __PT_REGS_CAST(ctx) (ctx)
#define ___bpf_parm1 u_regs[UREG_I0]
#define ___bpf_parm2 u_regs[UREG_I1]
#define ___bpf_parm3 u_regs[UREG_I2]
#define ___bpf_parm4 u_regs[UREG_I3]
#define ___bpf_parm5 u_regs[UREG_I4]
#define ___bpf_parm6 u_regs[UREG_I5]
#define ___bpf_ret u_regs[UREG_I7]
#define ___bpf_rc u_regs[UREG_I0]
#define ___bpf_sp u_regs[UREG_FP]
#if defined(__arch64__)
#define ___bpf_ip tpc
#else
#define ___bpf_ip pc
#endif

#elif defined(bpf_target_riscv)

struct pt_regs___orig_a0 {
  unsigned long orig_a0;
} ___bpf_kernels_own;
#define __PT_REGS_CAST(ctx) ((const struct user_regs_struct*)(ctx))
#define __PT_REGS_SYS1_CAST(ctx) ((const struct pt_regs___orig_a0*)(ctx))
#define ___bpf_parm1 a0
#define ___bpf_parm2 a1
#define ___bpf_parm3 a2
#define ___bpf_parm4 a3
#define ___bpf_parm5 a4
#define ___bpf_parm6 a5
#define ___bpf_parm7 a6
#define ___bpf_parm8 a7
#define ___bpf_sys1 orig_a0
#define ___bpf_ret ra
#define ___bpf_fp s0
#define ___bpf_rc a0
#define ___bpf_sp sp
#define ___bpf_ip pc

#elif defined(bpf_target_arc)

#define __PT_REGS_CAST(ctx) ((const struct user_regs_struct*)(ctx))
#define ___bpf_parm1 scratch.r0
#define ___bpf_parm2 scratch.r1
#define ___bpf_parm3 scratch.r2
#define ___bpf_parm4 scratch.r3
#define ___bpf_parm5 scratch.r4
#define ___bpf_parm6 scratch.r5
#define ___bpf_parm7 scratch.r6
#define ___bpf_parm8 scratch.r7
#define ___bpf_ret scratch.blink
#define ___bpf_fp scratch.fp
#define ___bpf_rc scratch.r0
#define ___bpf_sp scratch.sp
#define ___bpf_ip scratch.ret

#elif defined(bpf_target_loongarch)

#define __PT_REGS_CAST(ctx) ((const struct user_pt_regs*)(ctx))
#define ___bpf_parm1 regs[4]
#define ___bpf_parm2 regs[5]
#define ___bpf_parm3 regs[6]
#define ___bpf_parm4 regs[7]
#define ___bpf_parm5 regs[8]
#define ___bpf_parm6 regs[9]
#define ___bpf_parm7 regs[10]
#define ___bpf_parm8 regs[11]
#define ___bpf_ret regs[1]
#define ___bpf_fp regs[22]
#define ___bpf_rc regs[4]
#define ___bpf_sp regs[3]
#define ___bpf_ip csr_era

#endif

/* What a machine lacks is a member that no struct has. */
#ifndef ___bpf_fp
#define ___bpf_fp __unsupported__
#endif
#ifndef ___bpf_parm4
#define ___bpf_parm4 __unsupported__
#endif
#ifndef ___bpf_parm5
#define ___bpf_parm5 __unsupported__
#endif
#ifndef ___bpf_parm6
#define ___bpf_parm6 __unsupported__
#endif
#ifndef ___bpf_parm7
#define ___bpf_parm7 __unsupported__
#endif
#ifndef ___bpf_parm8
#define ___bpf_parm8 __unsupported__
#endif
/* System calls have their parameters where functions have them, unless the machine says otherwise.
 */
#ifndef __PT_REGS_SYS1_CAST
#define __PT_REGS_SYS1_CAST(ctx) __PT_REGS_CAST(ctx)
#endif
#ifndef ___bpf_sys1
#define ___bpf_sys1 ___bpf_parm1
#endif
#ifndef ___bpf_sys2
#define ___bpf_sys2 ___bpf_parm2
#endif
#ifndef ___bpf_sys3
#define ___bpf_sys3 ___bpf_parm3
#endif
#ifndef ___bpf_sys4
#define ___bpf_sys4 ___bpf_parm4
#endif
#ifndef ___bpf_sys5
#define ___bpf_sys5 ___bpf_parm5
#endif
#ifndef ___bpf_sys6
#define ___bpf_sys6 ___bpf_parm6
#endif
#ifndef ___bpf_sys7
#define ___bpf_sys7 __unsupported__
#endif

/* A register by direct access, and by BPF_CORE_READ. */
#ifdef bpf_target_defined
#define ___bpf_reg(regs, member) ((regs)->member)
#define ___bpf_reg_core(regs, member) BPF_CORE_READ(regs, member)
#else
#define __PT_REGS_CAST(ctx) (ctx)
#define ___bpf_reg(regs, member)                                                                   \
  ({                                                                                               \
    _Pragma(__BPF_TARGET_MISSING);                                                                 \
    0L;                                                                                            \
  })
#define ___bpf_reg_core(regs, member) ___bpf_reg(regs, member)
#endif

/* Parameters of a function, from its first instruction. */
#define PT_REGS_PARM1(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_parm1)
#define PT_REGS_PARM2(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_parm2)
#define PT_REGS_PARM3(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_parm3)
#define PT_REGS_PARM4(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_parm4)
#define PT_REGS_PARM5(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_parm5)
#define PT_REGS_PARM6(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_parm6)
#define PT_REGS_PARM7(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_parm7)
#define PT_REGS_PARM8(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_parm8)

/* The return address, the frame pointer, what a function returned, the stack pointer, the
 * instruction pointer. */
#define PT_REGS_RET(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_ret)
#define PT_REGS_FP(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_fp)
#define PT_REGS_RC(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_rc)
#define PT_REGS_SP(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_sp)
#define PT_REGS_IP(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_ip)

/* The same of registers that are somewhere in the kernel's memory. */
#define PT_REGS_PARM1_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_parm1)
#define PT_REGS_PARM2_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_parm2)
#define PT_REGS_PARM3_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_parm3)
#define PT_REGS_PARM4_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_parm4)
#define PT_REGS_PARM5_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_parm5)
#define PT_REGS_PARM6_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_parm6)
#define PT_REGS_PARM7_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_parm7)
#define PT_REGS_PARM8_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_parm8)
#define PT_REGS_RET_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_ret)
#define PT_REGS_FP_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_fp)
#define PT_REGS_RC_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_rc)
#define PT_REGS_SP_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_sp)
#define PT_REGS_IP_CORE(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_ip)

/* Parameters of a system call, by direct access and by BPF_CORE_READ. */
#define PT_REGS_PARM1_SYSCALL(ctx) ___bpf_reg(__PT_REGS_SYS1_CAST(ctx), ___bpf_sys1)
#define PT_REGS_PARM2_SYSCALL(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_sys2)
#define PT_REGS_PARM3_SYSCALL(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_sys3)
#define PT_REGS_PARM4_SYSCALL(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_sys4)
#define PT_REGS_PARM5_SYSCALL(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_sys5)
#define PT_REGS_PARM6_SYSCALL(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_sys6)
#define PT_REGS_PARM7_SYSCALL(ctx) ___bpf_reg(__PT_REGS_CAST(ctx), ___bpf_sys7)
#define PT_REGS_PARM1_CORE_SYSCALL(ctx) ___bpf_reg_core(__PT_REGS_SYS1_CAST(ctx), ___bpf_sys1)
#define PT_REGS_PARM2_CORE_SYSCALL(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_sys2)
#define PT_REGS_PARM3_CORE_SYSCALL(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_sys3)
#define PT_REGS_PARM4_CORE_SYSCALL(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_sys4)
#define PT_REGS_PARM5_CORE_SYSCALL(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_sys5)
#define PT_REGS_PARM6_CORE_SYSCALL(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_sys6)
#define PT_REGS_PARM7_CORE_SYSCALL(ctx) ___bpf_reg_core(__PT_REGS_CAST(ctx), ___bpf_sys7)

/* PT_REGS_SYSCALL_REGS(ctx): in a probe on the kernel's function for a system call, the caller's
 * registers. Where the kernel wraps these functions, they are what the function gets. */
#if defined(bpf_target_powerpc) || defined(bpf_target_arc) || defined(bpf_target_loongarch)
#define PT_REGS_SYSCALL_REGS(ctx) (ctx)
#else
#define PT_REGS_SYSCALL_REGS(ctx) ((struct pt_regs*)PT_REGS_PARM1(ctx))
#endif

/* BPF_KPROBE_READ_RET_IP(ip, ctx) sets `ip` to the return address in a probe at the beginning of a
 * function, BPF_KRETPROBE_READ_RET_IP in one at its return. */
#if defined(bpf_target_powerpc) || defined(bpf_target_sparc) || defined(bpf_target_arm64)
#define BPF_KPROBE_READ_RET_IP(ip, ctx) ({ (ip) = PT_REGS_RET(ctx); })
#define BPF_KRETPROBE_READ_RET_IP BPF_KPROBE_READ_RET_IP
#else
#define BPF_KPROBE_READ_RET_IP(ip, ctx)                                                            \
  ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void*)PT_REGS_RET(ctx)); })
#define BPF_KRETPROBE_READ_RET_IP(ip, ctx)                                                         \
  ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void*)(PT_REGS_FP(ctx) + sizeof(ip))); })
#endif

/* ---- Heads of programs ----
 *
 *     SEC("fentry/do_unlinkat")
 *     int BPF_PROG(on_unlink, int dfd, struct filename* name) { ... }
 *
 * is a program on_unlink(ctx) that calls the function of the body with the context and with what
 * the context holds, converted to the parameters' types. The body sees `ctx`, too. */

/* ___bpf_head: the function `name` with a context of `type`, whose body is `statement`, in which
 * numbers become pointers without a cast; and the head of the function that the user's body belongs
 * to, whose `parameters` begin with ___bpf_ctx(type). */
#define ___bpf_ctx(type) type ctx __attribute__((unused))
#define ___bpf_head(name, type, parameters, statement)                                             \
  name(type ctx);                                                                                  \
  static __always_inline __typeof__(name(0)) ____##name parameters;                                \
  __typeof__(name(0)) name(type ctx) {                                                             \
    _Pragma("GCC diagnostic push");                                                                \
    _Pragma("GCC diagnostic ignored \"-Wint-conversion\"");                                        \
    statement;                                                                                     \
    _Pragma("GCC diagnostic pop");                                                                 \
  }                                                                                                \
  static __always_inline __typeof__(name(0)) ____##name parameters

/* BPF_PROG(name, parameters...): for a context that is an array of numbers of 64 bits: fentry,
 * fexit, tp_btf, raw_tp, lsm, struct_ops. Up to 12 parameters, one number for each. */
#define BPF_PROG(name, ...)                                                                        \
  ___bpf_head(name, unsigned long long*, (___bpf_ctx(unsigned long long*), ##__VA_ARGS__),         \
              return ____##name(___bpf_slots(__VA_ARGS__)))

#define ___bpf_slots0() ctx
#define ___bpf_slots1(x) ctx, ctx[0]
#define ___bpf_slots2(x, ...) ___bpf_slots1(__VA_ARGS__), ctx[1]
#define ___bpf_slots3(x, ...) ___bpf_slots2(__VA_ARGS__), ctx[2]
#define ___bpf_slots4(x, ...) ___bpf_slots3(__VA_ARGS__), ctx[3]
#define ___bpf_slots5(x, ...) ___bpf_slots4(__VA_ARGS__), ctx[4]
#define ___bpf_slots6(x, ...) ___bpf_slots5(__VA_ARGS__), ctx[5]
#define ___bpf_slots7(x, ...) ___bpf_slots6(__VA_ARGS__), ctx[6]
#define ___bpf_slots8(x, ...) ___bpf_slots7(__VA_ARGS__), ctx[7]
#define ___bpf_slots9(x, ...) ___bpf_slots8(__VA_ARGS__), ctx[8]
#define ___bpf_slots10(x, ...) ___bpf_slots9(__VA_ARGS__), ctx[9]
#define ___bpf_slots11(x, ...) ___bpf_slots10(__VA_ARGS__), ctx[10]
#define ___bpf_slots12(x, ...) ___bpf_slots11(__VA_ARGS__), ctx[11]
#define ___bpf_slots(...) ___bpf_apply(___bpf_slots, ___bpf_narg(__VA_ARGS__))(__VA_ARGS__)

/* BPF_PROG2(name, type, parameter, ...): the same for parameters that may be structs and unions, of
 * up to 16 bytes, which take two numbers if they are longer than one. Types and names alternate. */
#define BPF_PROG2(name, ...)                                                                       \
  ___bpf_head(name, unsigned long long*,                                                           \
              (___bpf_ctx(unsigned long long*) ___bpf_declared(__VA_ARGS__)),                      \
              return ____##name(ctx ___bpf_pieces(__VA_ARGS__)))

/* How many pairs of arguments there are. */
#define ___bpf_nth_pair(_0, _1, _1n, _2, _2n, _3, _3n, _4, _4n, _5, _5n, _6, _6n, _7, _7n, _8,     \
                        _8n, _9, _9n, _10, _10n, _11, _11n, _12, _12n, nth, ...)                   \
  nth
#define ___bpf_npairs(...)                                                                         \
  ___bpf_nth_pair(_, ##__VA_ARGS__, 12, 12, 11, 11, 10, 10, 9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3, \
                  3, 2, 2, 1, 1, 0)

/* Their declarations. */
#define ___bpf_declared0()
#define ___bpf_declared1(t, x) , t x
#define ___bpf_declared2(t, x, ...) , t x ___bpf_declared1(__VA_ARGS__)
#define ___bpf_declared3(t, x, ...) , t x ___bpf_declared2(__VA_ARGS__)
#define ___bpf_declared4(t, x, ...) , t x ___bpf_declared3(__VA_ARGS__)
#define ___bpf_declared5(t, x, ...) , t x ___bpf_declared4(__VA_ARGS__)
#define ___bpf_declared6(t, x, ...) , t x ___bpf_declared5(__VA_ARGS__)
#define ___bpf_declared7(t, x, ...) , t x ___bpf_declared6(__VA_ARGS__)
#define ___bpf_declared8(t, x, ...) , t x ___bpf_declared7(__VA_ARGS__)
#define ___bpf_declared9(t, x, ...) , t x ___bpf_declared8(__VA_ARGS__)
#define ___bpf_declared10(t, x, ...) , t x ___bpf_declared9(__VA_ARGS__)
#define ___bpf_declared11(t, x, ...) , t x ___bpf_declared10(__VA_ARGS__)
#define ___bpf_declared12(t, x, ...) , t x ___bpf_declared11(__VA_ARGS__)
#define ___bpf_declared(...) ___bpf_apply(___bpf_declared, ___bpf_npairs(__VA_ARGS__))(__VA_ARGS__)

/* Their values: each from the slot `n` of the context on, seen as its type. */
#define ___bpf_piece(type, n)                                                                      \
  ({                                                                                               \
    _Static_assert(sizeof(type) == 1 || sizeof(type) == 2 || sizeof(type) == 4 ||                  \
                       sizeof(type) == 8 || sizeof(type) == 16,                                    \
                   "a parameter of BPF_PROG2 has 1, 2, 4, 8 or 16 bytes");                         \
    union {                                                                                        \
      __u8 in1;                                                                                    \
      __u16 in2;                                                                                   \
      __u32 in4;                                                                                   \
      __u64 in8[2];                                                                                \
      type as;                                                                                     \
    } ___piece;                                                                                    \
    if (sizeof(type) == 1)                                                                         \
      ___piece.in1 = ctx[n];                                                                       \
    else if (sizeof(type) == 2)                                                                    \
      ___piece.in2 = ctx[n];                                                                       \
    else if (sizeof(type) == 4)                                                                    \
      ___piece.in4 = ctx[n];                                                                       \
    else                                                                                           \
      ___piece.in8[0] = ctx[n];                                                                    \
    if (sizeof(type) == 16)                                                                        \
      ___piece.in8[1] = ctx[(n) + 1];                                                              \
    ___piece.as;                                                                                   \
  })
#define ___bpf_slot_behind(type, n) ((n) + (sizeof(type) == 16 ? 2 : 1))
#define ___bpf_pieces0(n)
#define ___bpf_pieces1(n, t, x) , ___bpf_piece(t, n)
#define ___bpf_pieces2(n, t, x, ...)                                                               \
  ___bpf_pieces1(n, t, x) ___bpf_pieces1(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces3(n, t, x, ...)                                                               \
  ___bpf_pieces1(n, t, x) ___bpf_pieces2(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces4(n, t, x, ...)                                                               \
  ___bpf_pieces1(n, t, x) ___bpf_pieces3(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces5(n, t, x, ...)                                                               \
  ___bpf_pieces1(n, t, x) ___bpf_pieces4(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces6(n, t, x, ...)                                                               \
  ___bpf_pieces1(n, t, x) ___bpf_pieces5(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces7(n, t, x, ...)                                                               \
  ___bpf_pieces1(n, t, x) ___bpf_pieces6(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces8(n, t, x, ...)                                                               \
  ___bpf_pieces1(n, t, x) ___bpf_pieces7(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces9(n, t, x, ...)                                                               \
  ___bpf_pieces1(n, t, x) ___bpf_pieces8(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces10(n, t, x, ...)                                                              \
  ___bpf_pieces1(n, t, x) ___bpf_pieces9(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces11(n, t, x, ...)                                                              \
  ___bpf_pieces1(n, t, x) ___bpf_pieces10(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces12(n, t, x, ...)                                                              \
  ___bpf_pieces1(n, t, x) ___bpf_pieces11(___bpf_slot_behind(t, n), __VA_ARGS__)
#define ___bpf_pieces(...) ___bpf_apply(___bpf_pieces, ___bpf_npairs(__VA_ARGS__))(0, ##__VA_ARGS__)

/* BPF_KPROBE(name, parameters...): in a probe at the beginning of a function, its parameters: up to
 * eight, as far as the machine passes them in registers. BPF_UPROBE is the same. */
#define BPF_KPROBE(name, ...)                                                                      \
  ___bpf_head(name, struct pt_regs*, (___bpf_ctx(struct pt_regs*), ##__VA_ARGS__),                 \
              return ____##name(___bpf_parms(__VA_ARGS__)))
#define BPF_UPROBE(name, ...) BPF_KPROBE(name, ##__VA_ARGS__)

#define ___bpf_number(value) (unsigned long long)value
#define ___bpf_parms0() ctx
#define ___bpf_parms1(x) ctx, ___bpf_number(PT_REGS_PARM1(ctx))
#define ___bpf_parms2(x, ...) ___bpf_parms1(__VA_ARGS__), ___bpf_number(PT_REGS_PARM2(ctx))
#define ___bpf_parms3(x, ...) ___bpf_parms2(__VA_ARGS__), ___bpf_number(PT_REGS_PARM3(ctx))
#define ___bpf_parms4(x, ...) ___bpf_parms3(__VA_ARGS__), ___bpf_number(PT_REGS_PARM4(ctx))
#define ___bpf_parms5(x, ...) ___bpf_parms4(__VA_ARGS__), ___bpf_number(PT_REGS_PARM5(ctx))
#define ___bpf_parms6(x, ...) ___bpf_parms5(__VA_ARGS__), ___bpf_number(PT_REGS_PARM6(ctx))
#define ___bpf_parms7(x, ...) ___bpf_parms6(__VA_ARGS__), ___bpf_number(PT_REGS_PARM7(ctx))
#define ___bpf_parms8(x, ...) ___bpf_parms7(__VA_ARGS__), ___bpf_number(PT_REGS_PARM8(ctx))
#define ___bpf_parms(...) ___bpf_apply(___bpf_parms, ___bpf_narg(__VA_ARGS__))(__VA_ARGS__)

/* BPF_KRETPROBE(name[, result]): in a probe at the return of a function, what it returns.
 * BPF_URETPROBE is the same. */
#define BPF_KRETPROBE(name, ...)                                                                   \
  ___bpf_head(name, struct pt_regs*, (___bpf_ctx(struct pt_regs*), ##__VA_ARGS__),                 \
              return ____##name(___bpf_result(__VA_ARGS__)))
#define BPF_URETPROBE(name, ...) BPF_KRETPROBE(name, ##__VA_ARGS__)

#define ___bpf_result0() ctx
#define ___bpf_result1(x) ctx, ___bpf_number(PT_REGS_RC(ctx))
#define ___bpf_result(...) ___bpf_apply(___bpf_result, ___bpf_narg(__VA_ARGS__))(__VA_ARGS__)

/* BPF_KSYSCALL(name, parameters...): in a probe on the kernel's function for a system call, the
 * caller's parameters, up to seven. Kernels with wrappers around these functions pass them a
 * pointer to the caller's registers. BPF_KPROBE_SYSCALL is the same. */
#define BPF_KSYSCALL(name, ...)                                                                    \
  name(struct pt_regs* ctx);                                                                       \
  extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig;                                                \
  __typeof__(name(0)) ___bpf_head(name, struct pt_regs*,                                           \
                                  (___bpf_ctx(struct pt_regs*), ##__VA_ARGS__),                    \
                                  ___bpf_syscall(____##name, ##__VA_ARGS__))
#define BPF_KPROBE_SYSCALL BPF_KSYSCALL

#define ___bpf_syscall(body, ...)                                                                  \
  struct pt_regs* regs __attribute__((unused)) =                                                   \
      LINUX_HAS_SYSCALL_WRAPPER ? (struct pt_regs*)PT_REGS_PARM1(ctx) : ctx;                       \
  if (LINUX_HAS_SYSCALL_WRAPPER)                                                                   \
    return body(___bpf_wrapped(__VA_ARGS__));                                                      \
  return body(___bpf_unwrapped(__VA_ARGS__))

#define ___bpf_wrapped0() ctx
#define ___bpf_wrapped1(x) ctx, ___bpf_number(PT_REGS_PARM1_CORE_SYSCALL(regs))
#define ___bpf_wrapped2(x, ...)                                                                    \
  ___bpf_wrapped1(__VA_ARGS__), ___bpf_number(PT_REGS_PARM2_CORE_SYSCALL(regs))
#define ___bpf_wrapped3(x, ...)                                                                    \
  ___bpf_wrapped2(__VA_ARGS__), ___bpf_number(PT_REGS_PARM3_CORE_SYSCALL(regs))
#define ___bpf_wrapped4(x, ...)                                                                    \
  ___bpf_wrapped3(__VA_ARGS__), ___bpf_number(PT_REGS_PARM4_CORE_SYSCALL(regs))
#define ___bpf_wrapped5(x, ...)                                                                    \
  ___bpf_wrapped4(__VA_ARGS__), ___bpf_number(PT_REGS_PARM5_CORE_SYSCALL(regs))
#define ___bpf_wrapped6(x, ...)                                                                    \
  ___bpf_wrapped5(__VA_ARGS__), ___bpf_number(PT_REGS_PARM6_CORE_SYSCALL(regs))
#define ___bpf_wrapped7(x, ...)                                                                    \
  ___bpf_wrapped6(__VA_ARGS__), ___bpf_number(PT_REGS_PARM7_CORE_SYSCALL(regs))
#define ___bpf_wrapped(...) ___bpf_apply(___bpf_wrapped, ___bpf_narg(__VA_ARGS__))(__VA_ARGS__)

#define ___bpf_unwrapped0() ctx
#define ___bpf_unwrapped1(x) ctx, ___bpf_number(PT_REGS_PARM1_SYSCALL(ctx))
#define ___bpf_unwrapped2(x, ...)                                                                  \
  ___bpf_unwrapped1(__VA_ARGS__), ___bpf_number(PT_REGS_PARM2_SYSCALL(ctx))
#define ___bpf_unwrapped3(x, ...)                                                                  \
  ___bpf_unwrapped2(__VA_ARGS__), ___bpf_number(PT_REGS_PARM3_SYSCALL(ctx))
#define ___bpf_unwrapped4(x, ...)                                                                  \
  ___bpf_unwrapped3(__VA_ARGS__), ___bpf_number(PT_REGS_PARM4_SYSCALL(ctx))
#define ___bpf_unwrapped5(x, ...)                                                                  \
  ___bpf_unwrapped4(__VA_ARGS__), ___bpf_number(PT_REGS_PARM5_SYSCALL(ctx))
#define ___bpf_unwrapped6(x, ...)                                                                  \
  ___bpf_unwrapped5(__VA_ARGS__), ___bpf_number(PT_REGS_PARM6_SYSCALL(ctx))
#define ___bpf_unwrapped7(x, ...)                                                                  \
  ___bpf_unwrapped6(__VA_ARGS__), ___bpf_number(PT_REGS_PARM7_SYSCALL(ctx))
#define ___bpf_unwrapped(...) ___bpf_apply(___bpf_unwrapped, ___bpf_narg(__VA_ARGS__))(__VA_ARGS__)

#endif /* __BPF_TRACING_H__ */
