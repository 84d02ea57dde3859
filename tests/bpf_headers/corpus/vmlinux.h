/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What the corpus needs of the kernel's types, for each machine: as the vmlinux.h that bpftool
 * writes, but small. */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
#if __STDC_VERSION__ < 202000L || (defined(__clang__) && __clang_major__ < 15)
typedef _Bool bool;
enum { false = 0, true = 1 };
#endif
typedef unsigned long size_t;
typedef int pid_t;

enum bpf_map_type {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PROG_ARRAY = 3,
  BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
  BPF_MAP_TYPE_ARENA = 33,
};

struct list_head {
  struct list_head *next, *prev;
};

struct file {
  unsigned int f_flags;
  struct inode* f_inode;
};

struct inode {
  unsigned short i_mode;
  const unsigned long i_ino;
  struct super_block* i_sb;
};

struct super_block {
  struct inode* s_root;
  struct file_system_type* s_type;
};

struct file_system_type {
  const char* name;
};

struct mm_struct {
  struct file* exe_file;
};

struct bits {
  int before;
  unsigned int a : 1;
  unsigned int b : 7;
  int c : 3;
  long long d : 33;
  unsigned char e : 2;
  short f : 9;
};

struct task_struct {
  unsigned int __state;
  pid_t pid;
  pid_t tgid;
  struct task_struct* real_parent;
  struct list_head children;
  struct mm_struct* mm;
  char comm[16];
  unsigned char flags[4];
  struct bits bits;
  union {
    int one;
    struct {
      short half[2];
    };
  };
};

enum an_enum {
  AN_ENUM_A = 1,
  AN_ENUM_B = -7,
};

enum large_enum {
  LARGE_ENUM_A = 0x123456789abULL,
};

struct bpf_iter_num {
  __u64 __opaque[1];
};

struct seq_file;
struct cgroup;

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
  unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs,
      flags, sp, ss;
};
#elif defined(__TARGET_ARCH_s390)
typedef struct {
  unsigned long mask, addr;
} psw_t;
typedef struct {
  unsigned long args[1];
  psw_t psw;
  unsigned long gprs[16];
} user_pt_regs;
struct pt_regs {
  user_pt_regs user_regs;
  unsigned long orig_gpr2;
};
#elif defined(__TARGET_ARCH_arm)
struct pt_regs {
  unsigned long uregs[18];
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
  __u64 regs[31], sp, pc, pstate;
};
struct pt_regs {
  struct user_pt_regs user_regs;
  __u64 orig_x0;
};
#elif defined(__TARGET_ARCH_mips)
struct pt_regs {
  unsigned long regs[32], cp0_status, hi, lo, cp0_badvaddr, cp0_cause, cp0_epc;
};
#elif defined(__TARGET_ARCH_powerpc)
struct pt_regs {
  unsigned long gpr[32], nip, msr, orig_gpr3, ctr, link, xer, ccr;
};
#elif defined(__TARGET_ARCH_sparc)
enum { UREG_I0 = 8, UREG_I1, UREG_I2, UREG_I3, UREG_I4, UREG_I5, UREG_FP, UREG_I7 };
struct pt_regs {
  unsigned long u_regs[16], tstate, tpc, tnpc, pc;
};
#elif defined(__TARGET_ARCH_riscv)
struct user_regs_struct {
  unsigned long pc, ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7;
};
struct pt_regs {
  struct user_regs_struct user_regs;
  unsigned long orig_a0;
};
#elif defined(__TARGET_ARCH_arc)
struct user_regs_struct {
  unsigned long pad;
  struct {
    unsigned long bta, lp_start, lp_end, lp_count, status32, ret, blink, fp, gp, r12, r11, r10, r9,
        r8, r7, r6, r5, r4, r3, r2, r1, r0, sp;
  } scratch;
};
struct pt_regs {
  struct user_regs_struct user_regs;
};
#elif defined(__TARGET_ARCH_loongarch)
struct user_pt_regs {
  unsigned long regs[32], orig_a0, csr_era, csr_badv;
};
struct pt_regs {
  struct user_pt_regs user_regs;
};
#else
struct pt_regs {
  unsigned long none;
};
#endif

#pragma clang attribute pop

#endif /* __VMLINUX_H__ */
