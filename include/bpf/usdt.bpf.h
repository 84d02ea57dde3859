/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* usdt.bpf.h: the arguments of user statically defined tracepoints (USDT), for BPF programs
 * attached by SEC("usdt/...") or bpf_program__attach_usdt. Include vmlinux.h, or <linux/types.h>,
 * <linux/ptrace.h> and <stdbool.h>, before; bpf_tracing.h tells about -D__TARGET_ARCH_...
 *
 * The library, when it attaches a program, writes to a map where the arguments of each place are;
 * the functions here read them there. So what is in this map is fixed between the two. */
#ifndef __USDT_BPF_H__
#define __USDT_BPF_H__

#include <linux/errno.h>
#ifndef __VMLINUX_H__
#include <stdbool.h>
#endif

#include "bpf_helpers.h"
#include "bpf_tracing.h"

/* How many different sets of arguments can be attached at once, and how many places, on kernels
 * without BPF cookies (before 5.15). A program may define its own before. */
#ifndef BPF_USDT_MAX_SPEC_CNT
#define BPF_USDT_MAX_SPEC_CNT 256
#endif
#ifndef BPF_USDT_MAX_IP_CNT
#define BPF_USDT_MAX_IP_CNT (4 * BPF_USDT_MAX_SPEC_CNT)
#endif

#define BPF_USDT_MAX_ARG_CNT 12

enum __bpf_usdt_arg_type {
  BPF_USDT_ARG_CONST,
  BPF_USDT_ARG_REG,
  /* What is in the user's memory at register + val_off. */
  BPF_USDT_ARG_REG_DEREF,
#ifndef BPF_USDT_LAYOUT_16
  /* What is there at register + (index register << scale_bitshift) + val_off. */
  BPF_USDT_ARG_SIB,
#endif
};

/* Where an argument is. libbpf changed this in 1.7: its library from then on writes structs of 24
 * bytes, the one before of 16, and neither finds out which ones a program has. ringside reads from
 * a program's map which it wants. A program that shall run on libbpf 1.0 to 1.6, too, defines
 * BPF_USDT_LAYOUT_16 before; it does without operands with an index register. */
struct __bpf_usdt_arg_spec {
  /* The constant, or the offset. */
  __u64 val_off;
#ifdef BPF_USDT_LAYOUT_16
  enum __bpf_usdt_arg_type arg_type;
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  enum __bpf_usdt_arg_type arg_type : 8;
  __u16 idx_reg_off : 12;
  __u16 scale_bitshift : 4;
  __u8 __reserved : 8;
#else
  __u8 __reserved : 8;
  __u16 idx_reg_off : 12;
  __u16 scale_bitshift : 4;
  enum __bpf_usdt_arg_type arg_type : 8;
#endif
  /* Where the register is in the context, as the index register in idx_reg_off. */
  short reg_off;
  bool arg_signed;
  /* 64 less the bits of the argument. */
  char arg_bitshift;
};

/* The arguments of one place, and the cookie that it was attached with. */
struct __bpf_usdt_spec {
  struct __bpf_usdt_arg_spec args[BPF_USDT_MAX_ARG_CNT];
  __u64 usdt_cookie;
  short arg_cnt;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, BPF_USDT_MAX_SPEC_CNT);
  __type(key, int);
  __type(value, struct __bpf_usdt_spec);
} __bpf_usdt_specs SEC(".maps") __weak;

/* From the address of a place to the index of its spec, for kernels without BPF cookies. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, BPF_USDT_MAX_IP_CNT);
  __type(key, long);
  __type(value, __u32);
} __bpf_usdt_ip_to_spec_id SEC(".maps") __weak;

extern const _Bool LINUX_HAS_BPF_COOKIE __kconfig;

/* The spec of the place that the program was called for, or NULL. Its index is the BPF cookie, or
 * is found by the address; no map has an element with the index -1. */
static __always_inline struct __bpf_usdt_spec* __bpf_usdt_spec_of(struct pt_regs* ctx) {
  int index;
  if (LINUX_HAS_BPF_COOKIE) {
    index = bpf_get_attach_cookie(ctx);
  } else {
    long ip = PT_REGS_IP(ctx);
    int* found = bpf_map_lookup_elem(&__bpf_usdt_ip_to_spec_id, &ip);
    index = found ? *found : -1;
  }
  return bpf_map_lookup_elem(&__bpf_usdt_specs, &index);
}

/* bpf_usdt_arg_cnt gives the number of arguments, or -ESRCH if nothing is known of this place. */
__weak __hidden int bpf_usdt_arg_cnt(struct pt_regs* ctx) {
  struct __bpf_usdt_spec* spec = __bpf_usdt_spec_of(ctx);
  return spec ? spec->arg_cnt : -ESRCH;
}

/* Sets `*arg` to the argument `arg_num`, or gives -ESRCH or -ENOENT. The verifier has to see the
 * number compared with both bounds; the compiler would make one comparison of them. */
static __always_inline int __bpf_usdt_arg_of(struct pt_regs* ctx, __u64 arg_num,
                                             struct __bpf_usdt_arg_spec** arg) {
  struct __bpf_usdt_spec* spec = __bpf_usdt_spec_of(ctx);
  if (!spec)
    return -ESRCH;
  if (arg_num >= BPF_USDT_MAX_ARG_CNT)
    return -ENOENT;
  barrier_var(arg_num);
  if ((long long)arg_num >= spec->arg_cnt)
    return -ENOENT;
  *arg = &spec->args[arg_num];
  return 0;
}

/* bpf_usdt_arg_size gives the bytes of the argument `arg_num`, from 0, or
 *   -ESRCH   nothing is known of this place
 *   -ENOENT  there is no such argument */
static __always_inline int bpf_usdt_arg_size(struct pt_regs* ctx, __u64 arg_num) {
  struct __bpf_usdt_arg_spec* arg;
  int failed = __bpf_usdt_arg_of(ctx, arg_num, &arg);
  return failed ? failed : (int)((64U - (unsigned)arg->arg_bitshift) / 8);
}

/* bpf_usdt_arg writes the argument `arg_num`, from 0, to `*res`. Gives 0, or, with `*res` 0,
 *   -ESRCH   nothing is known of this place
 *   -ENOENT  there is no such argument
 *   -EINVAL  it is of a kind that this header does not know
 * or an error of reading the user's memory. */
__weak __hidden int bpf_usdt_arg(struct pt_regs* ctx, __u64 arg_num, long* res) {
  struct __bpf_usdt_arg_spec* arg;
  unsigned long value, index = 0;
  int failed;

  *res = 0;
  failed = __bpf_usdt_arg_of(ctx, arg_num, &arg);
  if (failed)
    return failed;

  switch (arg->arg_type) {
  case BPF_USDT_ARG_CONST:
    value = arg->val_off;
    break;
  case BPF_USDT_ARG_REG:
    failed = bpf_probe_read_kernel(&value, sizeof(value), (void*)ctx + arg->reg_off);
    if (failed)
      return failed;
    break;
#ifndef BPF_USDT_LAYOUT_16
  case BPF_USDT_ARG_SIB:
    failed = bpf_probe_read_kernel(&index, sizeof(index), (void*)ctx + arg->idx_reg_off);
    if (failed)
      return failed;
    index <<= arg->scale_bitshift;
    __attribute__((fallthrough));
#endif
  case BPF_USDT_ARG_REG_DEREF:
    failed = bpf_probe_read_kernel(&value, sizeof(value), (void*)ctx + arg->reg_off);
    if (failed)
      return failed;
    failed = bpf_probe_read_user(&value, sizeof(value), (void*)value + index + arg->val_off);
    if (failed)
      return failed;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value >>= arg->arg_bitshift;
#endif
    break;
  default:
    return -EINVAL;
  }

  /* Eight bytes were read of what may be shorter. */
  value <<= arg->arg_bitshift;
  *res = arg->arg_signed ? (long)value >> arg->arg_bitshift : (long)(value >> arg->arg_bitshift);
  return 0;
}

/* bpf_usdt_cookie gives the cookie that the place was attached with, 0 if nothing is known of it.
 */
__weak __hidden long bpf_usdt_cookie(struct pt_regs* ctx) {
  struct __bpf_usdt_spec* spec = __bpf_usdt_spec_of(ctx);
  return spec ? spec->usdt_cookie : 0;
}

/* BPF_USDT(name, parameters...) is the head of a program with up to 12 arguments as parameters, as
 * BPF_KPROBE is. What cannot be read is 0. */
#define BPF_USDT(name, ...)                                                                        \
  name(struct pt_regs* ctx);                                                                       \
  static __always_inline __typeof__(name(0)) ____##name(                                           \
      struct pt_regs* ctx __attribute__((unused)), ##__VA_ARGS__);                                 \
  __typeof__(name(0)) name(struct pt_regs* ctx) {                                                  \
    _Pragma("GCC diagnostic push");                                                                \
    _Pragma("GCC diagnostic ignored \"-Wint-conversion\"");                                        \
    return ____##name(___bpf_usdt_args(__VA_ARGS__));                                              \
    _Pragma("GCC diagnostic pop");                                                                 \
  }                                                                                                \
  static __always_inline __typeof__(name(0)) ____##name(                                           \
      struct pt_regs* ctx __attribute__((unused)), ##__VA_ARGS__)

#define ___bpf_usdt_arg(n)                                                                         \
  ({                                                                                               \
    long ___value;                                                                                 \
    bpf_usdt_arg(ctx, n, &___value);                                                               \
    ___value;                                                                                      \
  })
#define ___bpf_usdt_args0() ctx
#define ___bpf_usdt_args1(x) ctx, ___bpf_usdt_arg(0)
#define ___bpf_usdt_args2(x, ...) ___bpf_usdt_args1(__VA_ARGS__), ___bpf_usdt_arg(1)
#define ___bpf_usdt_args3(x, ...) ___bpf_usdt_args2(__VA_ARGS__), ___bpf_usdt_arg(2)
#define ___bpf_usdt_args4(x, ...) ___bpf_usdt_args3(__VA_ARGS__), ___bpf_usdt_arg(3)
#define ___bpf_usdt_args5(x, ...) ___bpf_usdt_args4(__VA_ARGS__), ___bpf_usdt_arg(4)
#define ___bpf_usdt_args6(x, ...) ___bpf_usdt_args5(__VA_ARGS__), ___bpf_usdt_arg(5)
#define ___bpf_usdt_args7(x, ...) ___bpf_usdt_args6(__VA_ARGS__), ___bpf_usdt_arg(6)
#define ___bpf_usdt_args8(x, ...) ___bpf_usdt_args7(__VA_ARGS__), ___bpf_usdt_arg(7)
#define ___bpf_usdt_args9(x, ...) ___bpf_usdt_args8(__VA_ARGS__), ___bpf_usdt_arg(8)
#define ___bpf_usdt_args10(x, ...) ___bpf_usdt_args9(__VA_ARGS__), ___bpf_usdt_arg(9)
#define ___bpf_usdt_args11(x, ...) ___bpf_usdt_args10(__VA_ARGS__), ___bpf_usdt_arg(10)
#define ___bpf_usdt_args12(x, ...) ___bpf_usdt_args11(__VA_ARGS__), ___bpf_usdt_arg(11)
#define ___bpf_usdt_args(...) ___bpf_apply(___bpf_usdt_args, ___bpf_narg(__VA_ARGS__))(__VA_ARGS__)

#endif /* __USDT_BPF_H__ */
