/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bpf_helpers.h: what every BPF program in C needs: where functions and maps go in the object file,
 * the helper functions, printing, loops. Include vmlinux.h or <linux/types.h> before.
 *
 * Small macros that programs also bring themselves are defined only where they are not. */
#ifndef __BPF_HELPERS__
#define __BPF_HELPERS__

#include "bpf_helper_defs.h"

/* ---- Where things go ---- */

/* SEC(name) puts a function or variable into the ELF section of that name, and keeps it there
 * though nothing in the program uses it. For programs the name says what they are: see attach types
 * in libbpf.h. clang warns of "used" before an extern, gcc takes no pragma there. */
#if __GNUC__ && !__clang__
#define SEC(name) __attribute__((section(name), used))
#else
#define SEC(name)                                                                                  \
  _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wignored-attributes\"")    \
      __attribute__((section(name), used)) _Pragma("clang diagnostic pop")
#endif

/* C libraries define it without the attribute. */
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))

#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif

/* __hidden: the verifier checks a global function of this kind anew at each call, as a static one,
 * not once for all arguments. */
#define __hidden __attribute__((visibility("hidden")))

/* __kconfig marks an extern whose value comes from the kernel's configuration, __ksym one that is a
 * function or a variable of the kernel. */
#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))

/* Pointers in map values: to an object of the kernel that the map owns, to one that it may have
 * lost, to one for each CPU, to memory of the user's. */
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#define __uptr __attribute__((btf_type_tag("uptr")))

/* Programs for headers of libbpf up to 1.1 mean by __kptr_ref what is __kptr here. The kernels of
 * that time knew the tag as "kptr_ref". */
#ifdef BPF_HEADERS_COMPAT_1_1
#define __kptr_ref __attribute__((btf_type_tag("kptr_ref")))
#endif

/* What a global function says of a parameter: the program's context; a pointer that is not NULL;
 * one that the kernel can trust; one that may be NULL; one into an arena; one to be read with
 * care. */
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#define __arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
#define __arg_arena __attribute__((btf_decl_tag("arg:arena")))
#define __arg_untrusted __attribute__((btf_decl_tag("arg:untrusted")))

/* ---- Helpers for macros ---- */

/* ___bpf_concat(a, b) is the one word ab; ___bpf_apply(fn, n) does so with what its arguments
 * expand to. */
#ifndef ___bpf_concat
#define ___bpf_concat(a, b) a##b
#endif
#ifndef ___bpf_apply
#define ___bpf_apply(fn, n) ___bpf_concat(fn, n)
#endif

/* ___bpf_nth(...) is its 14th argument; ___bpf_narg(...) the number of its arguments, 0 to 12. */
#ifndef ___bpf_nth
#define ___bpf_nth(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, nth, ...) nth
#endif
#ifndef ___bpf_narg
#define ___bpf_narg(...) ___bpf_nth(_, ##__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#endif

/* ---- Map definitions: members of a struct variable in SEC(".maps") ----
 *
 *     struct {
 *       __uint(type, BPF_MAP_TYPE_HASH);
 *       __uint(max_entries, 1024);
 *       __type(key, __u32);
 *       __type(value, struct event);
 *     } events SEC(".maps");
 *
 * The types of these members carry the definition to the library, through BTF. __ulong is __uint
 * for numbers of more than 32 bits. */
#define __uint(name, number) int(*name)[number]
#define __type(name, type) __typeof__(type)* name
#define __array(name, type) __typeof__(type)* name[]
#define __ulong(name, number) enum { ___bpf_apply(__bpf_value_of_, __COUNTER__) = (number) } name

/* pinning, as in __uint(pinning, LIBBPF_PIN_BY_NAME). */
enum libbpf_pin_type {
  LIBBPF_PIN_NONE,
  /* Pinned under the map's name when the object is loaded, or used if it is there. */
  LIBBPF_PIN_BY_NAME,
};

/* What an extern of this type in .kconfig can be. */
enum libbpf_tristate {
  TRI_NO = 0,
  TRI_YES = 1,
  TRI_MODULE = 2,
};

/* ---- Small things ---- */

#ifndef NULL
#define NULL ((void*)0)
#endif

#ifndef KERNEL_VERSION
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#endif

/* The compiler's builtin would make a constant of an offset, which CO-RE could not relocate any
 * more. */
#undef offsetof
#define offsetof(type, member) ((unsigned long)&((type*)0)->member)
#undef container_of
#define container_of(ptr, type, member)                                                            \
  ({                                                                                               \
    void* ___member = (void*)(ptr);                                                                \
    (type*)(___member - offsetof(type, member));                                                   \
  })

/* barrier: the compiler forgets what it knows of memory. barrier_var: of one variable, so that the
 * verifier sees what the program does with it later. */
#ifndef barrier
#define barrier() __asm__ __volatile__("" ::: "memory")
#endif
#ifndef barrier_var
#define barrier_var(var) __asm__ __volatile__("" : "+r"(var))
#endif

#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#endif
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

/* __bpf_unreachable fails the build where the compiler finds that it can be reached: BPF has no
 * instruction for it. */
#ifndef __bpf_unreachable
#define __bpf_unreachable() __builtin_trap()
#endif

/* bpf_tail_call_static is bpf_tail_call for a slot that is known when compiling. The kernel makes a
 * direct jump of the call if all ways to it have the same map in r2 and the same slot in r3, so all
 * of it is one asm statement. */
#if defined(__bpf__) && (__clang_major__ >= 8 || (!defined(__clang__) && __GNUC__ >= 13))
static __always_inline void bpf_tail_call_static(void* ctx, const void* map, const __u32 slot) {
  if (!__builtin_constant_p(slot))
    __bpf_unreachable();
  __asm__ __volatile__("r1 = %[ctx]\n\t"
                       "r2 = %[map]\n\t"
                       "r3 = %[slot]\n\t"
                       "call 12"
                       :
                       : [ctx] "r"(ctx), [map] "r"(map), [slot] "i"(slot)
                       : "r0", "r1", "r2", "r3", "r4", "r5");
}
#endif

/* bpf_ksym_exists(sym): does the kernel have what the weak __ksym extern names? The address of a
 * strong one is known not to be NULL: that does not compile. For gcc it is no constant expression,
 * so that the assembler has to say it. */
#ifdef __clang__
#define ___bpf_assert_weak(sym)                                                                    \
  _Static_assert(!__builtin_constant_p(!!sym), #sym " should be marked as __weak")
#else
#define ___bpf_assert_weak(sym)                                                                    \
  if (__builtin_constant_p(!!sym))                                                                 \
  __asm__ __volatile__(".error \"" #sym " should be marked as __weak\"")
#endif
#define bpf_ksym_exists(sym)                                                                       \
  ({                                                                                               \
    ___bpf_assert_weak(sym);                                                                       \
    !!sym;                                                                                         \
  })

/* ---- Printing ----
 *
 * A format is a literal, and is kept in .rodata. Kernels before 5.2 have no such data: a program
 * for them defines BPF_NO_GLOBAL_DATA, and bpf_printk with up to three values keeps it on the
 * stack. */

/* ___bpf_fill(array, ...) stores up to 12 values as numbers of 64 bits. */
#define ___bpf_fill0(array, i)
#define ___bpf_fill1(array, i, x) array[i] = (unsigned long long)(x);
#define ___bpf_fill2(array, i, x, ...)                                                             \
  ___bpf_fill1(array, i, x) ___bpf_fill1(array, i + 1, __VA_ARGS__)
#define ___bpf_fill3(array, i, x, ...)                                                             \
  ___bpf_fill1(array, i, x) ___bpf_fill2(array, i + 1, __VA_ARGS__)
#define ___bpf_fill4(array, i, x, ...)                                                             \
  ___bpf_fill1(array, i, x) ___bpf_fill3(array, i + 1, __VA_ARGS__)
#define ___bpf_fill5(array, i, x, ...)                                                             \
  ___bpf_fill1(array, i, x) ___bpf_fill4(array, i + 1, __VA_ARGS__)
#define ___bpf_fill6(array, i, x, ...)                                                             \
  ___bpf_fill1(array, i, x) ___bpf_fill5(array, i + 1, __VA_ARGS__)
#define ___bpf_fill7(array, i, x, ...)                                                             \
  ___bpf_fill1(array, i, x) ___bpf_fill6(array, i + 1, __VA_ARGS__)
#define ___bpf_fill8(array, i, x, ...)                                                             \
  ___bpf_fill1(array, i, x) ___bpf_fill7(array, i + 1, __VA_ARGS__)
#define ___bpf_fill9(array, i, x, ...)                                                             \
  ___bpf_fill1(array, i, x) ___bpf_fill8(array, i + 1, __VA_ARGS__)
#define ___bpf_fill10(array, i, x, ...)                                                            \
  ___bpf_fill1(array, i, x) ___bpf_fill9(array, i + 1, __VA_ARGS__)
#define ___bpf_fill11(array, i, x, ...)                                                            \
  ___bpf_fill1(array, i, x) ___bpf_fill10(array, i + 1, __VA_ARGS__)
#define ___bpf_fill12(array, i, x, ...)                                                            \
  ___bpf_fill1(array, i, x) ___bpf_fill11(array, i + 1, __VA_ARGS__)
#ifndef ___bpf_fill
#define ___bpf_fill(array, ...)                                                                    \
  ___bpf_apply(___bpf_fill, ___bpf_narg(__VA_ARGS__))(array, 0, ##__VA_ARGS__)
#endif

/* Declares ___format and ___values, for the macros below. */
#define ___bpf_format_and_values(fmt, ...)                                                         \
  static const char ___format[] = fmt;                                                             \
  unsigned long long ___values[___bpf_narg(__VA_ARGS__)];                                          \
  ___bpf_fill(___values, ##__VA_ARGS__)

/* BPF_SEQ_PRINTF prints up to 12 values to a seq_file, as an iterator does. */
#define BPF_SEQ_PRINTF(seq, fmt, ...)                                                              \
  ({                                                                                               \
    ___bpf_format_and_values(fmt, ##__VA_ARGS__);                                                  \
    bpf_seq_printf(seq, ___format, sizeof(___format), ___values, sizeof(___values));               \
  })

/* BPF_SNPRINTF prints up to 12 values into `out`, of `size` bytes. */
#define BPF_SNPRINTF(out, size, fmt, ...)                                                          \
  ({                                                                                               \
    ___bpf_format_and_values(fmt, ##__VA_ARGS__);                                                  \
    bpf_snprintf(out, size, ___format, ___values, sizeof(___values));                              \
  })

/* bpf_stream_printk prints up to 12 values to a stream of the program's. bpf_stream_vprintk is the
 * kernel's; vmlinux.h declares it. */
#define bpf_stream_printk(stream_id, fmt, ...)                                                     \
  ({                                                                                               \
    ___bpf_format_and_values(fmt, ##__VA_ARGS__);                                                  \
    bpf_stream_vprintk(stream_id, ___format, ___values, sizeof(___values));                        \
  })

#ifdef BPF_NO_GLOBAL_DATA
#define ___bpf_printk_format char
#else
#define ___bpf_printk_format static const char
#endif

/* __bpf_printk prints up to 3 values to the trace pipe, __bpf_vprintk up to 12 on kernels from 5.16
 * on, and bpf_printk by what is needed. */
#define __bpf_printk(fmt, ...)                                                                     \
  ({                                                                                               \
    ___bpf_printk_format ___format[] = fmt;                                                        \
    bpf_trace_printk(___format, sizeof(___format), ##__VA_ARGS__);                                 \
  })
#define __bpf_vprintk(fmt, ...)                                                                    \
  ({                                                                                               \
    ___bpf_format_and_values(fmt, ##__VA_ARGS__);                                                  \
    bpf_trace_vprintk(___format, sizeof(___format), ___values, sizeof(___values));                 \
  })
#define ___bpf_printk_of(...)                                                                      \
  ___bpf_nth(_, ##__VA_ARGS__, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk,         \
             __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk,            \
             __bpf_printk, __bpf_printk, __bpf_printk, __bpf_printk)
#define bpf_printk(fmt, ...) ___bpf_printk_of(__VA_ARGS__)(fmt, ##__VA_ARGS__)

/* ---- Loops, on kernels from 6.4 on ----
 *
 * Heads of a for statement. They nest, and their bodies may use break and continue. They need C99.
 */

struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num* it, int start, int end) __weak __ksym;
extern int* bpf_iter_num_next(struct bpf_iter_num* it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num* it) __weak __ksym;

/* Declares the iterator ___it, made from what follows its type, and destroyed when the loop is
 * left. The second variable is there for its initialiser alone. clang writes no BTF of a function
 * that only "cleanup" names, so it is named once more. */
#define ___bpf_iter(type, ...)                                                                     \
  struct bpf_iter_##type ___it __attribute__((aligned(8), cleanup(bpf_iter_##type##_destroy))),    \
      *___made __attribute__((unused)) = (bpf_iter_##type##_new(&___it, ##__VA_ARGS__),            \
                                          (void)bpf_iter_##type##_destroy, (void*)0)

/* bpf_for_each(type, cur, args...) sets `cur` to each thing that the kernel's iterator
 * bpf_iter_<type>, made from `args`, has. */
#ifndef bpf_for_each
#define bpf_for_each(type, cur, ...)                                                               \
  for (___bpf_iter(type, ##__VA_ARGS__); ((cur) = bpf_iter_##type##_next(&___it));)
#endif

/* bpf_for(i, start, end) sets `i` to each number from `start` to `end` - 1. The comparisons tell
 * the verifier what it can be. */
#ifndef bpf_for
#define bpf_for(i, start, end)                                                                     \
  for (___bpf_iter(num, (start), (end)); ({                                                        \
         int* ___next = bpf_iter_num_next(&___it);                                                 \
         (___next && ((i) = *___next, (i) >= (start) && (i) < (end)));                             \
       });)
#endif

/* bpf_repeat(n) runs its body n times. */
#ifndef bpf_repeat
#define bpf_repeat(n) for (___bpf_iter(num, 0, (n)); bpf_iter_num_next(&___it);)
#endif

#endif /* __BPF_HELPERS__ */
