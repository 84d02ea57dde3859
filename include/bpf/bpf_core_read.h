/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bpf_core_read.h: reading the kernel's data from BPF programs that run on many kernels. The
 * compiler records what a program asks of a type, and the library puts in what the running kernel's
 * BTF answers (CO-RE). Include vmlinux.h or <linux/types.h> before. */
#ifndef __BPF_CORE_READ_H__
#define __BPF_CORE_READ_H__

#include "bpf_helpers.h"

/* ---- What can be asked ----
 *
 * The numbers are what compiler and library agree on. */

/* Of a field. */
enum bpf_field_info_kind {
  BPF_FIELD_BYTE_OFFSET = 0,
  BPF_FIELD_BYTE_SIZE = 1,
  BPF_FIELD_EXISTS = 2,
  BPF_FIELD_SIGNED = 3,
  /* By how much a bit field, read as 64 bits, is shifted to the left and then to the right. */
  BPF_FIELD_LSHIFT_U64 = 4,
  BPF_FIELD_RSHIFT_U64 = 5,
};

/* The id of a type: in the program's BTF, or in the kernel's. */
enum bpf_type_id_kind {
  BPF_TYPE_ID_LOCAL = 0,
  BPF_TYPE_ID_TARGET = 1,
};

/* Of a type. */
enum bpf_type_info_kind {
  BPF_TYPE_EXISTS = 0,
  BPF_TYPE_SIZE = 1,
  BPF_TYPE_MATCHES = 2,
};

/* Of an enumerator. */
enum bpf_enum_value_kind {
  BPF_ENUMVAL_EXISTS = 0,
  BPF_ENUMVAL_VALUE = 1,
};

/* The arguments of the builtins, as each compiler wants them. A type: for clang something of that
 * type; for gcc a pointer to it that is declared for the purpose and never defined. A field: for
 * gcc its address, but for bit fields, which have none. */
#ifdef __clang__
#define ___bpf_core_pointer(type) ((__typeof__(type)*)0)
#define ___bpf_core_type(type) (*___bpf_core_pointer(type))
#define ___bpf_core_field(field) field
#define ___bpf_core_enumerator(enum_type, value) *(__typeof__(enum_type)*)value
#else
#define ___bpf_core_pointer_as(type, name)                                                         \
  ({                                                                                               \
    extern __typeof__(type)* name;                                                                 \
    name;                                                                                          \
  })
#define ___bpf_core_pointer(type)                                                                  \
  ___bpf_core_pointer_as(type, ___bpf_apply(__bpf_core_type_, __COUNTER__))
#define ___bpf_core_type(type) ___bpf_core_pointer(type)
#define ___bpf_core_field(field) &(field)
#define ___bpf_core_enumerator(enum_type, value) ___bpf_core_type(enum_type), value
#endif

/* A field is named as p->field, or as type and field. */
#define ___bpf_core_field_of1(field) ___bpf_core_field(field)
#define ___bpf_core_field_of2(type, field) ___bpf_core_field(___bpf_core_pointer(type)->field)
#define ___bpf_core_field_of(...)                                                                  \
  ___bpf_apply(___bpf_core_field_of, ___bpf_narg(__VA_ARGS__))(__VA_ARGS__)

/* Does the field exist? Its bytes; its offset in bytes. */
#define bpf_core_field_exists(...)                                                                 \
  __builtin_preserve_field_info(___bpf_core_field_of(__VA_ARGS__), BPF_FIELD_EXISTS)
#define bpf_core_field_size(...)                                                                   \
  __builtin_preserve_field_info(___bpf_core_field_of(__VA_ARGS__), BPF_FIELD_BYTE_SIZE)
#define bpf_core_field_offset(...)                                                                 \
  __builtin_preserve_field_info(___bpf_core_field_of(__VA_ARGS__), BPF_FIELD_BYTE_OFFSET)

/* The id of a type in the program's BTF, and in the kernel's: 0 if that does not have it. */
#define bpf_core_type_id_local(type)                                                               \
  __builtin_btf_type_id(___bpf_core_type(type), BPF_TYPE_ID_LOCAL)
#define bpf_core_type_id_kernel(type)                                                              \
  __builtin_btf_type_id(___bpf_core_type(type), BPF_TYPE_ID_TARGET)

/* Does a type of that name exist? Does one with such members, too? Its bytes. */
#define bpf_core_type_exists(type)                                                                 \
  __builtin_preserve_type_info(___bpf_core_type(type), BPF_TYPE_EXISTS)
#define bpf_core_type_matches(type)                                                                \
  __builtin_preserve_type_info(___bpf_core_type(type), BPF_TYPE_MATCHES)
#define bpf_core_type_size(type) __builtin_preserve_type_info(___bpf_core_type(type), BPF_TYPE_SIZE)

/* Does an enum have an enumerator of that name? Its value there. */
#define bpf_core_enum_value_exists(enum_type, value)                                               \
  __builtin_preserve_enum_value(___bpf_core_enumerator(enum_type, value), BPF_ENUMVAL_EXISTS)
#define bpf_core_enum_value(enum_type, value)                                                      \
  __builtin_preserve_enum_value(___bpf_core_enumerator(enum_type, value), BPF_ENUMVAL_VALUE)

/* ---- Reading ---- */

/* bpf_core_read copies `size` bytes from what `src` points to, a field of one of the kernel's
 * types; the others are for the user's memory and for strings. They give what the helper gives: 0
 * or the bytes of the string, or -errno. */
#define bpf_core_read(dst, size, src)                                                              \
  bpf_probe_read_kernel(dst, size, (const void*)__builtin_preserve_access_index(src))
#define bpf_core_read_user(dst, size, src)                                                         \
  bpf_probe_read_user(dst, size, (const void*)__builtin_preserve_access_index(src))
#define bpf_core_read_str(dst, size, src)                                                          \
  bpf_probe_read_kernel_str(dst, size, (const void*)__builtin_preserve_access_index(src))
#define bpf_core_read_user_str(dst, size, src)                                                     \
  bpf_probe_read_user_str(dst, size, (const void*)__builtin_preserve_access_index(src))

/* bpf_core_cast(ptr, type) is `ptr` as a pointer to the kernel's type, which the program may then
 * read through. */
extern void* bpf_rdonly_cast(const void* obj, __u32 btf_id) __ksym __weak;
#define bpf_core_cast(ptr, type)                                                                   \
  ((__typeof__(type)*)bpf_rdonly_cast((ptr), bpf_core_type_id_kernel(type)))

/* ---- Chains of reads ----
 *
 * BPF_CORE_READ(src, a, b, c) reads src->a->b->c, where src and each step but the last is a pointer
 * to the kernel's memory. A step may be of several fields: a, b.c, d[2]. There are up to nine.
 *
 * ..._INTO(dst, ...) reads the last step to where `dst` points, ..._STR_INTO(dst, ...) reads a
 * string into the array `dst`; both give the result of the last read. Earlier failures are not
 * told: the next read then fails too.
 *
 * The name says whose memory it is and whose types: BPF_CORE_READ... the kernel's memory,
 * BPF_CORE_READ_USER... the user's, both with types of the kernel's; BPF_PROBE_READ... and
 * BPF_PROBE_READ_USER... are the same for types of the program's own, without CO-RE. */

/* ___arrow(a, b, c) is a->b->c, and ___type(a, b, c) its type, without qualifiers where the
 * compiler can do that. Programs that have macros of this kind of their own use the two. */
#define ___arrow1(a) a
#define ___arrow2(a, ...) a->___arrow1(__VA_ARGS__)
#define ___arrow3(a, ...) a->___arrow2(__VA_ARGS__)
#define ___arrow4(a, ...) a->___arrow3(__VA_ARGS__)
#define ___arrow5(a, ...) a->___arrow4(__VA_ARGS__)
#define ___arrow6(a, ...) a->___arrow5(__VA_ARGS__)
#define ___arrow7(a, ...) a->___arrow6(__VA_ARGS__)
#define ___arrow8(a, ...) a->___arrow7(__VA_ARGS__)
#define ___arrow9(a, ...) a->___arrow8(__VA_ARGS__)
#define ___arrow10(a, ...) a->___arrow9(__VA_ARGS__)
#define ___arrow(...) ___bpf_apply(___arrow, ___bpf_narg(__VA_ARGS__))(__VA_ARGS__)
#if (__clang_major__ >= 19) || (!defined(__clang__) && __GNUC__ >= 14)
#define ___type(...) __typeof_unqual__(___arrow(__VA_ARGS__))
#else
#define ___type(...) __typeof__(___arrow(__VA_ARGS__))
#endif

/* ___bpf_chain(step, last, dst, from, a, b, c) reads from->a and then the b behind it with `step`
 * into ___pointer, and the c behind that with `last` into `dst`. Its value is that of `last`.
 * `from` is a pointer, in the later steps ___pointer with the type that the field has. */
#define ___bpf_chain1(step, last, dst, from, a) last(dst, sizeof(*(dst)), &(from)->a)
#define ___bpf_step(step, from, a) step(&___pointer, sizeof(___pointer), &(from)->a)
#define ___bpf_behind(from, a) ((__typeof__((from)->a))___pointer)
#define ___bpf_chain2(step, last, dst, from, a, ...)                                               \
  ___bpf_step(step, from, a);                                                                      \
  ___bpf_chain1(step, last, dst, ___bpf_behind(from, a), __VA_ARGS__)
#define ___bpf_chain3(step, last, dst, from, a, ...)                                               \
  ___bpf_step(step, from, a);                                                                      \
  ___bpf_chain2(step, last, dst, ___bpf_behind(from, a), __VA_ARGS__)
#define ___bpf_chain4(step, last, dst, from, a, ...)                                               \
  ___bpf_step(step, from, a);                                                                      \
  ___bpf_chain3(step, last, dst, ___bpf_behind(from, a), __VA_ARGS__)
#define ___bpf_chain5(step, last, dst, from, a, ...)                                               \
  ___bpf_step(step, from, a);                                                                      \
  ___bpf_chain4(step, last, dst, ___bpf_behind(from, a), __VA_ARGS__)
#define ___bpf_chain6(step, last, dst, from, a, ...)                                               \
  ___bpf_step(step, from, a);                                                                      \
  ___bpf_chain5(step, last, dst, ___bpf_behind(from, a), __VA_ARGS__)
#define ___bpf_chain7(step, last, dst, from, a, ...)                                               \
  ___bpf_step(step, from, a);                                                                      \
  ___bpf_chain6(step, last, dst, ___bpf_behind(from, a), __VA_ARGS__)
#define ___bpf_chain8(step, last, dst, from, a, ...)                                               \
  ___bpf_step(step, from, a);                                                                      \
  ___bpf_chain7(step, last, dst, ___bpf_behind(from, a), __VA_ARGS__)
#define ___bpf_chain9(step, last, dst, from, a, ...)                                               \
  ___bpf_step(step, from, a);                                                                      \
  ___bpf_chain8(step, last, dst, ___bpf_behind(from, a), __VA_ARGS__)
#define ___bpf_chain(step, last, dst, from, ...)                                                   \
  ({                                                                                               \
    const void* ___pointer __attribute__((unused));                                                \
    ___bpf_apply(___bpf_chain, ___bpf_narg(__VA_ARGS__))(step, last, dst, from, __VA_ARGS__);      \
  })

/* The value at the end of a chain: `into` is one of the macros below. It is written to as bytes,
 * since its type may be const. */
#define ___bpf_bytes_of(value) ((char(*)[sizeof(value)])(void*)&(value))
#define ___bpf_value(into, src, ...)                                                               \
  ({                                                                                               \
    ___type((src), __VA_ARGS__) ___value;                                                          \
    into(___bpf_bytes_of(___value), (src), __VA_ARGS__);                                           \
    ___value;                                                                                      \
  })

#define BPF_CORE_READ_INTO(dst, src, ...)                                                          \
  ___bpf_chain(bpf_core_read, bpf_core_read, dst, (src), __VA_ARGS__)
#define BPF_CORE_READ_USER_INTO(dst, src, ...)                                                     \
  ___bpf_chain(bpf_core_read_user, bpf_core_read_user, dst, (src), __VA_ARGS__)
#define BPF_PROBE_READ_INTO(dst, src, ...)                                                         \
  ___bpf_chain(bpf_probe_read_kernel, bpf_probe_read_kernel, dst, (src), __VA_ARGS__)
#define BPF_PROBE_READ_USER_INTO(dst, src, ...)                                                    \
  ___bpf_chain(bpf_probe_read_user, bpf_probe_read_user, dst, (src), __VA_ARGS__)

#define BPF_CORE_READ_STR_INTO(dst, src, ...)                                                      \
  ___bpf_chain(bpf_core_read, bpf_core_read_str, dst, (src), __VA_ARGS__)
#define BPF_CORE_READ_USER_STR_INTO(dst, src, ...)                                                 \
  ___bpf_chain(bpf_core_read_user, bpf_core_read_user_str, dst, (src), __VA_ARGS__)
#define BPF_PROBE_READ_STR_INTO(dst, src, ...)                                                     \
  ___bpf_chain(bpf_probe_read_kernel, bpf_probe_read_kernel_str, dst, (src), __VA_ARGS__)
#define BPF_PROBE_READ_USER_STR_INTO(dst, src, ...)                                                \
  ___bpf_chain(bpf_probe_read_user, bpf_probe_read_user_str, dst, (src), __VA_ARGS__)

#define BPF_CORE_READ(src, ...) ___bpf_value(BPF_CORE_READ_INTO, src, __VA_ARGS__)
#define BPF_CORE_READ_USER(src, ...) ___bpf_value(BPF_CORE_READ_USER_INTO, src, __VA_ARGS__)
#define BPF_PROBE_READ(src, ...) ___bpf_value(BPF_PROBE_READ_INTO, src, __VA_ARGS__)
#define BPF_PROBE_READ_USER(src, ...) ___bpf_value(BPF_PROBE_READ_USER_INTO, src, __VA_ARGS__)

/* ---- Bit fields ----
 *
 * Where a bit field lies, and how wide it is, is up to each kernel: its bytes are read as a number
 * of 64 bits, which is shifted to the left until the field is at the top, and back. */

#define ___bpf_field_info(s, field, kind) __builtin_preserve_field_info((s)->field, kind)

#define ___bpf_bitfield_value(s, field, bits)                                                      \
  ({                                                                                               \
    unsigned long long ___top = (bits) << ___bpf_field_info(s, field, BPF_FIELD_LSHIFT_U64);       \
    ___bpf_field_info(s, field, BPF_FIELD_SIGNED)                                                  \
        ? (unsigned long long)((long long)___top >>                                                \
                               ___bpf_field_info(s, field, BPF_FIELD_RSHIFT_U64))                  \
        : ___top >> ___bpf_field_info(s, field, BPF_FIELD_RSHIFT_U64);                             \
  })

/* Where in a number of 64 bits the bytes of a shorter one go. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ___bpf_low_bytes(number, size) ((void*)&(number))
#else
#define ___bpf_low_bytes(number, size) ((void*)&(number) + (8 - (size)))
#endif

/* BPF_CORE_READ_BITFIELD_PROBED(s, field) reads a bit field of the struct behind the pointer `s`,
 * by a helper. */
#define BPF_CORE_READ_BITFIELD_PROBED(s, field)                                                    \
  ({                                                                                               \
    unsigned long long ___bits = 0;                                                                \
    bpf_probe_read_kernel(                                                                         \
        ___bpf_low_bytes(___bits, ___bpf_field_info(s, field, BPF_FIELD_BYTE_SIZE)),               \
        ___bpf_field_info(s, field, BPF_FIELD_BYTE_SIZE),                                          \
        (const void*)(s) + ___bpf_field_info(s, field, BPF_FIELD_BYTE_OFFSET));                    \
    ___bpf_bitfield_value(s, field, ___bits);                                                      \
  })

/* Where the bytes of a bit field are. The compiler must not see how that comes about: it would make
 * an offset of its own for each load, and so a relocation for each. */
#define ___bpf_bitfield_place(s, field)                                                            \
  ({                                                                                               \
    void* ___place = (void*)(s) + ___bpf_field_info(s, field, BPF_FIELD_BYTE_OFFSET);              \
    barrier_var(___place);                                                                         \
    ___place;                                                                                      \
  })

#define ___bpf_load(place, size)                                                                   \
  ({                                                                                               \
    unsigned long long ___bits = 0;                                                                \
    switch (size) {                                                                                \
    case 1:                                                                                        \
      ___bits = *(const unsigned char*)(place);                                                    \
      break;                                                                                       \
    case 2:                                                                                        \
      ___bits = *(const unsigned short*)(place);                                                   \
      break;                                                                                       \
    case 4:                                                                                        \
      ___bits = *(const unsigned int*)(place);                                                     \
      break;                                                                                       \
    case 8:                                                                                        \
      ___bits = *(const unsigned long long*)(place);                                               \
      break;                                                                                       \
    }                                                                                              \
    ___bits;                                                                                       \
  })

/* BPF_CORE_READ_BITFIELD(s, field) reads a bit field where the program may read the memory itself.
 */
#define BPF_CORE_READ_BITFIELD(s, field)                                                           \
  ({                                                                                               \
    const void* ___from = ___bpf_bitfield_place(s, field);                                         \
    ___bpf_bitfield_value(s, field,                                                                \
                          ___bpf_load(___from, ___bpf_field_info(s, field, BPF_FIELD_BYTE_SIZE))); \
  })

/* BPF_CORE_WRITE_BITFIELD(s, field, value) writes one, and leaves the bits around it. */
#define BPF_CORE_WRITE_BITFIELD(s, field, value)                                                   \
  ({                                                                                               \
    void* ___to = ___bpf_bitfield_place(s, field);                                                 \
    unsigned int ___size = ___bpf_field_info(s, field, BPF_FIELD_BYTE_SIZE);                       \
    unsigned int ___left = ___bpf_field_info(s, field, BPF_FIELD_LSHIFT_U64);                      \
    unsigned int ___right = ___bpf_field_info(s, field, BPF_FIELD_RSHIFT_U64);                     \
    unsigned long long ___mask = (~0ULL << ___right) >> ___left;                                   \
    unsigned long long ___new = ((unsigned long long)(value) << ___right) >> ___left;              \
    unsigned long long ___all = (___bpf_load(___to, ___size) & ~___mask) | ___new;                 \
    switch (___size) {                                                                             \
    case 1:                                                                                        \
      *(unsigned char*)___to = ___all;                                                             \
      break;                                                                                       \
    case 2:                                                                                        \
      *(unsigned short*)___to = ___all;                                                            \
      break;                                                                                       \
    case 4:                                                                                        \
      *(unsigned int*)___to = ___all;                                                              \
      break;                                                                                       \
    case 8:                                                                                        \
      *(unsigned long long*)___to = ___all;                                                        \
      break;                                                                                       \
    }                                                                                              \
  })

#endif /* __BPF_CORE_READ_H__ */
