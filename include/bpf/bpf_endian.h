/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bpf_endian.h: numbers between the byte order of the CPU and that of the network, for BPF programs
 * and for others. Needs __u16, __u32 and __u64, from <linux/types.h> or vmlinux.h.
 *
 * The CPU's order is the one that the compiler compiles for. The C library's word for it is that of
 * the machine that compiles, which may be another. */
#ifndef __BPF_ENDIAN__
#define __BPF_ENDIAN__

/* ___bpf_swab16, 32 and 64: the bytes of a constant in reverse. */
#define ___bpf_byte(x, n) ((__u64)(x) >> (8 * (n)) & 0xff)
#define ___bpf_swab16(x) ((__u16)(___bpf_byte(x, 0) << 8 | ___bpf_byte(x, 1)))
#define ___bpf_swab32(x)                                                                           \
  ((__u32)(___bpf_byte(x, 0) << 24 | ___bpf_byte(x, 1) << 16 | ___bpf_byte(x, 2) << 8 |            \
           ___bpf_byte(x, 3)))
#define ___bpf_swab64(x)                                                                           \
  ((__u64)(___bpf_byte(x, 0) << 56 | ___bpf_byte(x, 1) << 48 | ___bpf_byte(x, 2) << 40 |           \
           ___bpf_byte(x, 3) << 32 | ___bpf_byte(x, 4) << 24 | ___bpf_byte(x, 5) << 16 |           \
           ___bpf_byte(x, 6) << 8 | ___bpf_byte(x, 7)))

/* __bpf_constant_... are for constants, and may stand in a case label or a static initialiser; the
 * others are one instruction of the CPU. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define __bpf_constant_htons(x) ___bpf_swab16(x)
#define __bpf_constant_htonl(x) ___bpf_swab32(x)
#define __bpf_constant_cpu_to_be64(x) ___bpf_swab64(x)
#define __bpf_htons(x) __builtin_bswap16(x)
#define __bpf_htonl(x) __builtin_bswap32(x)
#define __bpf_cpu_to_be64(x) __builtin_bswap64(x)
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define __bpf_constant_htons(x) (x)
#define __bpf_constant_htonl(x) (x)
#define __bpf_constant_cpu_to_be64(x) (x)
#define __bpf_htons(x) (x)
#define __bpf_htonl(x) (x)
#define __bpf_cpu_to_be64(x) (x)
#else
#error "the compiler does not say in __BYTE_ORDER__ which byte order it compiles for"
#endif

/* The way back is the same. */
#define __bpf_constant_ntohs(x) __bpf_constant_htons(x)
#define __bpf_constant_ntohl(x) __bpf_constant_htonl(x)
#define __bpf_constant_be64_to_cpu(x) __bpf_constant_cpu_to_be64(x)
#define __bpf_ntohs(x) __bpf_htons(x)
#define __bpf_ntohl(x) __bpf_htonl(x)
#define __bpf_be64_to_cpu(x) __bpf_cpu_to_be64(x)

/* bpf_htons and bpf_htonl give what the network sees of 2 or 4 bytes, bpf_ntohs and bpf_ntohl what
 * the CPU sees; the other two are those for 8 bytes. They take either form, by what `x` is. */
#define bpf_htons(x) (__builtin_constant_p(x) ? __bpf_constant_htons(x) : __bpf_htons(x))
#define bpf_ntohs(x) (__builtin_constant_p(x) ? __bpf_constant_ntohs(x) : __bpf_ntohs(x))
#define bpf_htonl(x) (__builtin_constant_p(x) ? __bpf_constant_htonl(x) : __bpf_htonl(x))
#define bpf_ntohl(x) (__builtin_constant_p(x) ? __bpf_constant_ntohl(x) : __bpf_ntohl(x))
#define bpf_cpu_to_be64(x)                                                                         \
  (__builtin_constant_p(x) ? __bpf_constant_cpu_to_be64(x) : __bpf_cpu_to_be64(x))
#define bpf_be64_to_cpu(x)                                                                         \
  (__builtin_constant_p(x) ? __bpf_constant_be64_to_cpu(x) : __bpf_be64_to_cpu(x))

#endif /* __BPF_ENDIAN__ */
