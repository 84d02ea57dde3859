/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bpf_endian.h: numbers between the byte order of the CPU and that of the network, for BPF programs
 * and for others. Needs __u16, __u32 and __u64, from <linux/types.h> or vmlinux.h.
 *
 * The CPU's order is the one that the compiler compiles for. The C library's word for it is that of
 * the machine that compiles, which may be another. */
#ifndef __BPF_ENDIAN__
#define __BPF_ENDIAN__

/* ___bpf_swab16, 32 and 64: the bytes of a constant in reverse. */
#define ___bpf_swab16(x)                                                                           \
  ((__u16)((((__u16)(x) & (__u16)0x00ffU) << 8) | (((__u16)(x) & (__u16)0xff00U) >> 8)))
#define ___bpf_swab32(x)                                                                           \
  ((__u32)((((__u32)(x)&0x000000ffU) << 24) | (((__u32)(x)&0x0000ff00U) << 8) |                    \
           (((__u32)(x)&0x00ff0000U) >> 8) | (((__u32)(x)&0xff000000U) >> 24)))
#define ___bpf_swab64(x)                                                                           \
  ((__u64)((((__u64)(x)&0x00000000000000ffULL) << 56) |                                            \
           (((__u64)(x)&0x000000000000ff00ULL) << 40) |                                            \
           (((__u64)(x)&0x0000000000ff0000ULL) << 24) |                                            \
           (((__u64)(x)&0x00000000ff000000ULL) << 8) | (((__u64)(x)&0x000000ff00000000ULL) >> 8) | \
           (((__u64)(x)&0x0000ff0000000000ULL) >> 24) |                                            \
           (((__u64)(x)&0x00ff000000000000ULL) >> 40) |                                            \
           (((__u64)(x)&0xff00000000000000ULL) >> 56)))

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
