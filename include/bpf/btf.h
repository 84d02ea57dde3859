/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* btf.h: BTF, the type information of BPF programs and of the kernel: reading, making, merging and
 * printing it. Format: the kernel's Documentation/bpf/btf.rst and <linux/btf.h>.
 *
 * A struct btf holds types with ids from 1, and strings; id 0 is void. A split BTF goes on where
 * another one, its base, ends: its ids follow the base's, and its types may name the base's. The
 * base is the caller's, must outlive the split one, and should not change meanwhile.
 *
 * Unless its comment says otherwise, a function
 * - that returns int gives 0, an id or an offset on success, and -errno on failure, with errno set;
 * - that returns a pointer gives NULL on failure, with errno set;
 * - leaves errno alone on success, and on failure leaves what it was given as it was;
 * - opens every descriptor close-on-exec.
 *
 * Pointers to types, strings and raw data belong to the struct btf. They are valid until it is
 * freed or changed by one of the functions that add, merge, sort or dedup.
 *
 * Threads: functions that take a const struct btf may run at the same time. Nothing else may use
 * one while it is changed or freed. */
#ifndef __LIBBPF_BTF_H
#define __LIBBPF_BTF_H

#include <linux/btf.h>
#include <linux/types.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "libbpf_common.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The ELF sections of BTF, and the one of map definitions, whose DATASEC describes maps. */
#define BTF_ELF_SEC ".BTF"
#define BTF_EXT_ELF_SEC ".BTF.ext"
#define BTF_BASE_ELF_SEC ".BTF.base"
#define MAPS_ELF_SEC ".maps"

struct btf;
struct btf_ext;
struct btf_type;
struct bpf_object;

/* ---- Making one by reading ---- */

enum btf_endianness { BTF_LITTLE_ENDIAN = 0, BTF_BIG_ENDIAN = 1 };

/* btf__free releases a BTF and closes its descriptor. NULL and error pointers are fine. */
LIBBPF_API void btf__free(struct btf* btf);

/* btf__new makes a BTF of a copy of `size` bytes, of either byte order. EINVAL: they are not BTF,
 * or refer to what is not there. */
LIBBPF_API struct btf* btf__new(const void* data, __u32 size);
LIBBPF_API struct btf* btf__new_split(const void* data, __u32 size, struct btf* base_btf);

/* Options of btf__new_empty_opts. */
struct btf_new_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. So in all of them. */
  size_t sz;
  /* The base, if a split one is wanted. */
  struct btf* base_btf;
  /* Describe in the data how long each kind of type is. Kernels before 7.1 do not load that. */
  bool add_layout;
  __extension__ size_t : 0;
};
#define btf_new_opts__last_field add_layout

/* btf__new_empty makes a BTF without types, to be filled by btf__add_*. */
LIBBPF_API struct btf* btf__new_empty(void);
LIBBPF_API struct btf* btf__new_empty_split(struct btf* base_btf);
LIBBPF_API struct btf* btf__new_empty_opts(struct btf_new_opts* opts);

/* btf__parse reads a file that is BTF or an ELF file with BTF in it; btf__parse_raw and
 * btf__parse_elf take only one of these. Where `btf_ext` is not NULL it receives what is in
 * .BTF.ext, to be freed by the caller, or NULL if there is nothing. A distilled base in the file is
 * used as the base, or is replaced by `base_btf`. Fail with
 *   EPROTO                the file of btf__parse_raw is not BTF
 *   ENODATA               the ELF file has no BTF
 *   LIBBPF_ERRNO__FORMAT  the ELF file is damaged
 *   EINVAL                the BTF in it is damaged
 * or with an error of open(2) or read(2). */
LIBBPF_API struct btf* btf__parse(const char* path, struct btf_ext** btf_ext);
LIBBPF_API struct btf* btf__parse_split(const char* path, struct btf* base_btf);
LIBBPF_API struct btf* btf__parse_elf(const char* path, struct btf_ext** btf_ext);
LIBBPF_API struct btf* btf__parse_elf_split(const char* path, struct btf* base_btf);
LIBBPF_API struct btf* btf__parse_raw(const char* path);
LIBBPF_API struct btf* btf__parse_raw_split(const char* path, struct btf* base_btf);

/* ---- From and into the kernel ---- */

/* btf__load_vmlinux_btf reads the running kernel's BTF: that in sysfs, else that of a vmlinux file
 * where distributions have it. The types may lie in memory that cannot be written. ESRCH: there is
 * none. libbpf_find_kernel_btf in libbpf_legacy.h is the same. */
LIBBPF_API struct btf* btf__load_vmlinux_btf(void);

/* btf__load_module_btf reads a kernel module's BTF, split on the kernel's. */
LIBBPF_API struct btf* btf__load_module_btf(const char* module_name, struct btf* vmlinux_btf);

/* btf__load_from_kernel_by_id reads a BTF that the kernel holds. Those of modules need the kernel's
 * as base. */
LIBBPF_API struct btf* btf__load_from_kernel_by_id(__u32 id);
LIBBPF_API struct btf* btf__load_from_kernel_by_id_split(__u32 id, struct btf* base_btf);

/* btf__load_into_kernel gives the BTF to the kernel; btf__fd is then its descriptor. A refusal is
 * tried once more with a log, which is a warning. EEXIST: it has a descriptor. */
LIBBPF_API int btf__load_into_kernel(struct btf* btf);

/* btf__fd gives the descriptor, or -1. btf__set_fd sets one, which then belongs to `btf`; it does
 * not close the one before. */
LIBBPF_API int btf__fd(const struct btf* btf);
LIBBPF_API void btf__set_fd(struct btf* btf, int fd);

/* ---- Looking at it ---- */

/* btf__type_cnt gives one more than the largest id, the base's counted. Cannot fail. */
LIBBPF_API __u32 btf__type_cnt(const struct btf* btf);

/* btf__base_btf gives the base of a split BTF, else NULL. Cannot fail. */
LIBBPF_API const struct btf* btf__base_btf(const struct btf* btf);

/* btf__type_by_id gives the type with an id. EINVAL: there is none. */
LIBBPF_API const struct btf_type* btf__type_by_id(const struct btf* btf, __u32 id);

/* btf__find_by_name gives the lowest id with a name, btf__find_by_name_kind that of a kind, one of
 * BTF_KIND_*, as well. ENOENT: there is none. */
LIBBPF_API __s32 btf__find_by_name(const struct btf* btf, const char* type_name);
LIBBPF_API __s32 btf__find_by_name_kind(const struct btf* btf, const char* type_name, __u32 kind);

/* btf__str_by_offset gives the string at an offset; btf__name_by_offset is the same. EINVAL: the
 * offset is outside of the strings. */
LIBBPF_API const char* btf__name_by_offset(const struct btf* btf, __u32 offset);
LIBBPF_API const char* btf__str_by_offset(const struct btf* btf, __u32 offset);

/* btf__find_str gives the offset of a string. ENOENT: it is not there. */
LIBBPF_API int btf__find_str(struct btf* btf, const char* s);

/* btf__resolve_type follows typedefs, modifiers and variables to the type behind them. EINVAL: that
 * is void or a forward declaration, or is not found in 32 steps. */
LIBBPF_API int btf__resolve_type(const struct btf* btf, __u32 type_id);

/* btf__resolve_size gives the size in bytes of a type, through typedefs, modifiers and arrays.
 * EINVAL: it has none. E2BIG: it does not fit into 32 bits. */
LIBBPF_API __s64 btf__resolve_size(const struct btf* btf, __u32 type_id);

/* btf__align_of gives the alignment of a type in bytes, or 0, with errno EINVAL, if it has none. */
LIBBPF_API int btf__align_of(const struct btf* btf, __u32 id);

/* btf__pointer_size gives the size of a pointer on the machine that the BTF is for, or 0 if that is
 * not known. It comes from the ELF file, from the setter, or from the type "long". The setter takes
 * 4 and 8, else EINVAL. */
LIBBPF_API size_t btf__pointer_size(const struct btf* btf);
LIBBPF_API int btf__set_pointer_size(struct btf* btf, size_t ptr_sz);

/* btf__endianness gives the byte order of the raw data. Types in memory are always in the host's.
 * The setter chooses the order of what btf__raw_data gives; other values fail with EINVAL. */
LIBBPF_API enum btf_endianness btf__endianness(const struct btf* btf);
LIBBPF_API int btf__set_endianness(struct btf* btf, enum btf_endianness endian);

/* btf__raw_data gives the BTF as bytes, and their number. The memory belongs to `btf`. EOPNOTSUPP:
 * a kind of type that is not known cannot be turned to the other byte order. */
LIBBPF_API const void* btf__raw_data(const struct btf* btf, __u32* size);

/* ---- Adding to it ----
 *
 * These give the id of the new type (btf__add_str: the string's offset). A name may be NULL or ""
 * where C allows no name. Ids may be of types that are added later. They fail with
 *   EINVAL      an argument is out of range
 *   ENOSPC      the type has as many members, values, parameters or variables as fit
 *   EOPNOTSUPP  the BTF has parts that are not known, and cannot be changed
 *   ENOMEM      out of memory, or the BTF would be too large
 * The functions for members, values, parameters and variables return 0, and add to the last type,
 * which must be of the right kind. */

LIBBPF_API int btf__add_str(struct btf* btf, const char* s);

/* btf__add_type adds a copy of a type of another BTF, without changing the ids in it. */
LIBBPF_API int btf__add_type(struct btf* btf, const struct btf* src_btf,
                             const struct btf_type* src_type);

/* btf__add_btf adds copies of all types of another BTF, with their ids shifted; a split one must
 * have the same base, else EOPNOTSUPP. Returns the id of the first of them. */
LIBBPF_API int btf__add_btf(struct btf* btf, const struct btf* src_btf);

/* `encoding`: BTF_INT_SIGNED, BTF_INT_CHAR, BTF_INT_BOOL. */
LIBBPF_API int btf__add_int(struct btf* btf, const char* name, size_t byte_sz, int encoding);
LIBBPF_API int btf__add_float(struct btf* btf, const char* name, size_t byte_sz);
LIBBPF_API int btf__add_ptr(struct btf* btf, int ref_type_id);
LIBBPF_API int btf__add_array(struct btf* btf, int index_type_id, int elem_type_id, __u32 nr_elems);

/* A member that is no bit field has a `bit_size` of 0 and a `bit_offset` that is a multiple of 8.
 */
LIBBPF_API int btf__add_struct(struct btf* btf, const char* name, __u32 sz);
LIBBPF_API int btf__add_union(struct btf* btf, const char* name, __u32 sz);
LIBBPF_API int btf__add_field(struct btf* btf, const char* name, int field_type_id,
                              __u32 bit_offset, __u32 bit_size);

/* An enum is signed once it has a value below 0. E2BIG: the value does not fit into 32 bits. */
LIBBPF_API int btf__add_enum(struct btf* btf, const char* name, __u32 bytes_sz);
LIBBPF_API int btf__add_enum_value(struct btf* btf, const char* name, __s64 value);
LIBBPF_API int btf__add_enum64(struct btf* btf, const char* name, __u32 bytes_sz, bool is_signed);
LIBBPF_API int btf__add_enum64_value(struct btf* btf, const char* name, __u64 value);

enum btf_fwd_kind { BTF_FWD_STRUCT = 0, BTF_FWD_UNION = 1, BTF_FWD_ENUM = 2 };

LIBBPF_API int btf__add_fwd(struct btf* btf, const char* name, enum btf_fwd_kind fwd_kind);
LIBBPF_API int btf__add_typedef(struct btf* btf, const char* name, int ref_type_id);
LIBBPF_API int btf__add_volatile(struct btf* btf, int ref_type_id);
LIBBPF_API int btf__add_const(struct btf* btf, int ref_type_id);
LIBBPF_API int btf__add_restrict(struct btf* btf, int ref_type_id);

/* A type tag is __attribute__((btf_type_tag(value))); a type attribute is __attribute__((value)).
 */
LIBBPF_API int btf__add_type_tag(struct btf* btf, const char* value, int ref_type_id);
LIBBPF_API int btf__add_type_attr(struct btf* btf, const char* value, int ref_type_id);

LIBBPF_API int btf__add_func(struct btf* btf, const char* name, enum btf_func_linkage linkage,
                             int proto_type_id);
LIBBPF_API int btf__add_func_proto(struct btf* btf, int ret_type_id);
LIBBPF_API int btf__add_func_param(struct btf* btf, const char* name, int type_id);

/* `linkage`: BTF_VAR_STATIC, BTF_VAR_GLOBAL_ALLOCATED, BTF_VAR_GLOBAL_EXTERN. */
LIBBPF_API int btf__add_var(struct btf* btf, const char* name, int linkage, int type_id);
LIBBPF_API int btf__add_datasec(struct btf* btf, const char* name, __u32 byte_sz);
LIBBPF_API int btf__add_datasec_var_info(struct btf* btf, int var_type_id, __u32 offset,
                                         __u32 byte_sz);

/* `component_idx`: the member or parameter that the tag is on, or -1 for the type itself. */
LIBBPF_API int btf__add_decl_tag(struct btf* btf, const char* value, int ref_type_id,
                                 int component_idx);
LIBBPF_API int btf__add_decl_attr(struct btf* btf, const char* value, int ref_type_id,
                                  int component_idx);

/* ---- Changing it as a whole ---- */

/* Options of btf__dedup. */
struct btf_dedup_opts {
  size_t sz;
  /* Records whose type ids and strings are changed along. */
  struct btf_ext* btf_ext;
  /* For tests of the library: slower, same result. */
  bool force_collisions;
  __extension__ size_t : 0;
};
#define btf_dedup_opts__last_field force_collisions

/* btf__dedup makes one of types that say the same, replaces forward declarations by the type that
 * they mean, drops strings that nothing uses, and numbers what is left. The base is not changed. */
LIBBPF_API int btf__dedup(struct btf* btf, const struct btf_dedup_opts* opts);

/* btf__distill_base makes of a split BTF a small base with just enough to find its types again in
 * another kernel's, and a split one on top of that. Both are the caller's. EINVAL: it is not split.
 */
LIBBPF_API int btf__distill_base(const struct btf* src_btf, struct btf** new_base_btf,
                                 struct btf** new_split_btf);

/* btf__relocate moves a split BTF from its distilled base to a real one. EINVAL: a type of the
 * distilled base has none or several that fit in `base_btf`. */
LIBBPF_API int btf__relocate(struct btf* btf, const struct btf* base_btf);

/* Options of btf__permute. */
struct btf_permute_opts {
  size_t sz;
  /* Records whose type ids are changed along. */
  struct btf_ext* btf_ext;
  __extension__ size_t : 0;
};
#define btf_permute_opts__last_field btf_ext

/* btf__permute gives type i the id `id_map[i]`. `id_map` has an entry for each id, with id_map[0]
 * 0; for a split BTF, for each id of its own. EINVAL: it does not name each id once. */
LIBBPF_API int btf__permute(struct btf* btf, __u32* id_map, __u32 id_map_cnt,
                            const struct btf_permute_opts* opts);

/* ---- .BTF.ext: what BTF says about instructions ---- */

/* btf_ext__new makes one of a copy of `size` bytes, of either byte order. ENOTSUP: of a version
 * that is not known. EINVAL: damaged. */
LIBBPF_API struct btf_ext* btf_ext__new(const __u8* data, __u32 size);

/* btf_ext__free releases it. NULL and error pointers are fine. */
LIBBPF_API void btf_ext__free(struct btf_ext* btf_ext);

/* As btf__raw_data, btf__endianness and btf__set_endianness. */
LIBBPF_API const void* btf_ext__raw_data(const struct btf_ext* btf_ext, __u32* size);
LIBBPF_API enum btf_endianness btf_ext__endianness(const struct btf_ext* btf_ext);
LIBBPF_API int btf_ext__set_endianness(struct btf_ext* btf_ext, enum btf_endianness endian);

/* ---- Printing it as C ----
 *
 * A btf_dump remembers what it has printed, and prints it once. One thread at a time may use it. */

struct btf_dump;

/* Options of btf_dump__new. */
struct btf_dump_opts {
  size_t sz;
};
#define btf_dump_opts__last_field sz

/* btf_dump_printf_fn_t receives a piece of the text, never more than a line, as vprintf(3) does. */
typedef void (*btf_dump_printf_fn_t)(void* ctx, const char* fmt, va_list args);

/* btf_dump__new makes a printer of the types of `btf`, which must outlive it. `printf_fn` is called
 * with `ctx`. EINVAL: there is no `printf_fn`, or a kind of type is not known. */
LIBBPF_API struct btf_dump* btf_dump__new(const struct btf* btf, btf_dump_printf_fn_t printf_fn,
                                          void* ctx, const struct btf_dump_opts* opts);

/* btf_dump__free releases it. NULL and error pointers are fine. */
LIBBPF_API void btf_dump__free(struct btf_dump* d);

/* btf_dump__dump_type prints the definition of a type, and before it those that it needs, but for
 * those that were printed before. EINVAL: no such type. ELOOP: the type contains itself. */
LIBBPF_API int btf_dump__dump_type(struct btf_dump* d, __u32 id);

/* Options of btf_dump__emit_type_decl. */
struct btf_dump_emit_type_decl_opts {
  size_t sz;
  /* The name that is declared; NULL for none. */
  const char* field_name;
  /* By how many tabs what goes on further lines is indented. */
  int indent_level;
  /* Leave out const, volatile, restrict and type tags. */
  bool strip_mods;
  __extension__ size_t : 0;
};
#define btf_dump_emit_type_decl_opts__last_field strip_mods

/* btf_dump__emit_type_decl prints one declaration of the type, as of a member or parameter, without
 * what it needs and without a semicolon. EINVAL: no such type. */
LIBBPF_API int btf_dump__emit_type_decl(struct btf_dump* d, __u32 id,
                                        const struct btf_dump_emit_type_decl_opts* opts);

/* Options of btf_dump__dump_type_data. */
struct btf_dump_type_data_opts {
  size_t sz;
  /* One step of indentation, up to 31 bytes; NULL is a tab. */
  const char* indent_str;
  int indent_level;
  /* All on one line. */
  bool compact;
  /* Without names of members and types. */
  bool skip_names;
  /* Members that are 0, too. */
  bool emit_zeroes;
  /* Arrays of char that hold a NUL as strings. */
  bool emit_strings;
  __extension__ size_t : 0;
};
#define btf_dump_type_data_opts__last_field emit_strings

/* btf_dump__dump_type_data prints `data_sz` bytes, in the host's byte order, as a value of a type.
 * Returns the size of the type, or fails with
 *   ENOENT  no such type
 *   E2BIG   the data ends inside the value; what there was has been printed
 *   EINVAL  the type has no size, or no form */
LIBBPF_API int btf_dump__dump_type_data(struct btf_dump* d, __u32 id, const void* data,
                                        size_t data_sz, const struct btf_dump_type_data_opts* opts);

/* ---- What a struct btf_type says ----
 *
 * These only decode; those that give what stands behind a type do not check its kind. */

/* Kinds that older <linux/btf.h> do not have. */
#ifndef BTF_KIND_FUNC
#define BTF_KIND_FUNC 12
#define BTF_KIND_FUNC_PROTO 13
#endif
#ifndef BTF_KIND_VAR
#define BTF_KIND_VAR 14
#define BTF_KIND_DATASEC 15
#endif
#ifndef BTF_KIND_FLOAT
#define BTF_KIND_FLOAT 16
#endif
#ifndef BTF_KIND_DECL_TAG
#define BTF_KIND_DECL_TAG 17
#endif
#ifndef BTF_KIND_TYPE_TAG
#define BTF_KIND_TYPE_TAG 18
#endif
#ifndef BTF_KIND_ENUM64
#define BTF_KIND_ENUM64 19
#endif

struct btf_enum64;
struct btf_decl_tag;

/* Programs that ask for these warnings shall not get them for this header: its casts are C's and
 * drop const, and some functions have the name of a struct. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#ifdef __cplusplus
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"
#endif

/* btf_kind gives one of BTF_KIND_*. */
static inline __u16 btf_kind(const struct btf_type* t) {
  return BTF_INFO_KIND(t->info);
}

/* btf_vlen gives how many members, values, parameters or variables follow the type. */
static inline __u32 btf_vlen(const struct btf_type* t) {
  return BTF_INFO_VLEN(t->info);
}

/* btf_kflag: for structs, members may be bit fields; for enums, values are signed; for forward
 * declarations, of a union; for tags, an attribute. */
static inline bool btf_kflag(const struct btf_type* t) {
  return BTF_INFO_KFLAG(t->info) != 0;
}

static inline bool btf_is_void(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_UNKN;
}

static inline bool btf_is_int(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_INT;
}

static inline bool btf_is_ptr(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_PTR;
}

static inline bool btf_is_array(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_ARRAY;
}

static inline bool btf_is_struct(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_STRUCT;
}

static inline bool btf_is_union(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_UNION;
}

/* btf_is_composite: a struct or a union. */
static inline bool btf_is_composite(const struct btf_type* t) {
  return btf_is_struct(t) || btf_is_union(t);
}

static inline bool btf_is_enum(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_ENUM;
}

static inline bool btf_is_enum64(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_ENUM64;
}

/* btf_is_any_enum: an enum of up to 32 or of up to 64 bits. */
static inline bool btf_is_any_enum(const struct btf_type* t) {
  return btf_is_enum(t) || btf_is_enum64(t);
}

static inline bool btf_is_fwd(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_FWD;
}

static inline bool btf_is_typedef(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_TYPEDEF;
}

static inline bool btf_is_volatile(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_VOLATILE;
}

static inline bool btf_is_const(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_CONST;
}

static inline bool btf_is_restrict(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_RESTRICT;
}

static inline bool btf_is_type_tag(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_TYPE_TAG;
}

/* btf_is_mod: volatile, const, restrict or a type tag; no typedef. */
static inline bool btf_is_mod(const struct btf_type* t) {
  return btf_is_volatile(t) || btf_is_const(t) || btf_is_restrict(t) || btf_is_type_tag(t);
}

static inline bool btf_is_func(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_FUNC;
}

static inline bool btf_is_func_proto(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_FUNC_PROTO;
}

static inline bool btf_is_var(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_VAR;
}

static inline bool btf_is_datasec(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_DATASEC;
}

static inline bool btf_is_float(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_FLOAT;
}

static inline bool btf_is_decl_tag(const struct btf_type* t) {
  return btf_kind(t) == BTF_KIND_DECL_TAG;
}

/* btf_kind_core_compat: of one kind, or both enums, as CO-RE compares kinds. */
static inline bool btf_kind_core_compat(const struct btf_type* t1, const struct btf_type* t2) {
  return btf_kind(t1) == btf_kind(t2) || (btf_is_any_enum(t1) && btf_is_any_enum(t2));
}

/* An int's encoding, offset and width in bits. */
static inline __u8 btf_int_encoding(const struct btf_type* t) {
  return BTF_INT_ENCODING(*(const __u32*)(t + 1));
}

static inline __u8 btf_int_offset(const struct btf_type* t) {
  return BTF_INT_OFFSET(*(const __u32*)(t + 1));
}

static inline __u8 btf_int_bits(const struct btf_type* t) {
  return BTF_INT_BITS(*(const __u32*)(t + 1));
}

/* What follows a type: one struct, or an array of btf_vlen of them. */
static inline struct btf_array* btf_array(const struct btf_type* t) {
  return (struct btf_array*)(t + 1);
}

static inline struct btf_enum* btf_enum(const struct btf_type* t) {
  return (struct btf_enum*)(t + 1);
}

static inline struct btf_enum64* btf_enum64(const struct btf_type* t) {
  return (struct btf_enum64*)(t + 1);
}

static inline struct btf_member* btf_members(const struct btf_type* t) {
  return (struct btf_member*)(t + 1);
}

static inline struct btf_param* btf_params(const struct btf_type* t) {
  return (struct btf_param*)(t + 1);
}

static inline struct btf_var* btf_var(const struct btf_type* t) {
  return (struct btf_var*)(t + 1);
}

static inline struct btf_var_secinfo* btf_var_secinfos(const struct btf_type* t) {
  return (struct btf_var_secinfo*)(t + 1);
}

static inline struct btf_decl_tag* btf_decl_tag(const struct btf_type* t) {
  return (struct btf_decl_tag*)(t + 1);
}

/* btf_enum64_value gives the value of an enumerator of 64 bits. Its words are name, low half, high
 * half; older <linux/btf.h> do not define the struct. */
static inline __u64 btf_enum64_value(const struct btf_enum64* e) {
  const __u32* words = (const __u32*)e;
  return ((__u64)words[2] << 32) | words[1];
}

/* btf_member_bit_offset gives where a struct's member begins, in bits. */
static inline __u32 btf_member_bit_offset(const struct btf_type* t, __u32 member_idx) {
  const struct btf_member* m = btf_members(t) + member_idx;
  return btf_kflag(t) ? BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset;
}

/* btf_member_bitfield_size gives a bit field's width in bits, 0 for other members. */
static inline __u32 btf_member_bitfield_size(const struct btf_type* t, __u32 member_idx) {
  const struct btf_member* m = btf_members(t) + member_idx;
  return btf_kflag(t) ? BTF_MEMBER_BITFIELD_SIZE(m->offset) : 0;
}

#pragma GCC diagnostic pop

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* __LIBBPF_BTF_H */
