/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* libbpf.h: BPF objects, their programs, maps, links and skeletons; the readers of kernel rings
 * that BPF programs write to (perf_buffer, ring_buffer), the writer of rings that they read
 * (user_ring_buffer); the linker; what programs are attached to by netlink; diagnostics, error
 * texts and versions. bpf.h has the commands of bpf(2), btf.h type information.
 *
 * Unless its comment says otherwise, a function
 * - that returns int gives 0 or a count on success, and -errno on failure, with errno set too;
 * - that returns a pointer gives NULL on failure, with errno set;
 * - leaves errno alone on success, and leaves nothing behind on failure: no descriptor, mapping,
 *   map slot or memory;
 * - opens every descriptor close-on-exec. */
#ifndef __LIBBPF_LIBBPF_H
#define __LIBBPF_LIBBPF_H

#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "libbpf_common.h"
#include "libbpf_legacy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions and errors ---- */

/* libbpf_major_version and libbpf_minor_version give the version of the interface that the library
 * implements; libbpf_version_string gives both as a static text, "v1.8". LIBBPF_MAJOR_VERSION and
 * LIBBPF_MINOR_VERSION are what the program was compiled for. They cannot fail. */
LIBBPF_API __u32 libbpf_major_version(void);
LIBBPF_API __u32 libbpf_minor_version(void);
LIBBPF_API const char* libbpf_version_string(void);

/* libbpf_errno: error codes of this interface's own, beside those of the system (errno(3)). */
enum libbpf_errno {
  __LIBBPF_ERRNO__START = 4000,

  LIBBPF_ERRNO__LIBELF = __LIBBPF_ERRNO__START, /* reading an ELF file failed */
  LIBBPF_ERRNO__FORMAT,                         /* an object file is not laid out as it should */
  LIBBPF_ERRNO__KVERSION,                       /* the "version" section is wrong or missing */
  LIBBPF_ERRNO__ENDIAN,                         /* the object is of the other byte order */
  LIBBPF_ERRNO__INTERNAL,                       /* the library contradicts itself */
  LIBBPF_ERRNO__RELOC,                          /* a relocation could not be applied */
  LIBBPF_ERRNO__LOAD,                           /* loading failed, for an unknown reason */
  LIBBPF_ERRNO__VERIFY,                         /* the kernel's verifier refused the program */
  LIBBPF_ERRNO__PROG2BIG,                       /* the program has too many instructions */
  LIBBPF_ERRNO__KVER,                           /* the program is for another kernel version */
  LIBBPF_ERRNO__PROGTYPE,                       /* the kernel lacks this type of program */
  LIBBPF_ERRNO__WRNGPID,                        /* a netlink answer for another process */
  LIBBPF_ERRNO__INVSEQ,                         /* a netlink answer to another question */
  LIBBPF_ERRNO__NLPARSE,                        /* a netlink answer that makes no sense */
  __LIBBPF_ERRNO__END
};

/* libbpf_strerror writes the text of an error code into `buf`, `size` bytes long, always with a
 * final NUL. `err` is an errno of the system or one of enum libbpf_errno, positive or negative.
 * Fails with
 *   EINVAL  no `buf`, or `size` is 0
 *   ERANGE  the text did not fit; `buf` holds its beginning
 *   ENOENT  no such code; `buf` holds a text that says so
 * May be called from any thread. */
LIBBPF_API int libbpf_strerror(int err, char* buf, size_t size);

/* ---- Diagnostics ---- */

enum libbpf_print_level {
  LIBBPF_WARN, /* something failed, or will be missed */
  LIBBPF_INFO, /* worth knowing, nothing is wrong */
  LIBBPF_DEBUG /* for the search for a fault */
};

/* libbpf_print_fn_t receives one message: its level and what vprintf(3) takes. The message ends
 * with a newline. It is called from the thread in which the message arose, perhaps from several
 * threads at once. What it returns is not used. It may change errno: that is put back. */
typedef int (*libbpf_print_fn_t)(enum libbpf_print_level level, const char* format, va_list ap);

/* libbpf_set_print makes `fn` the receiver of all messages of the process from now on, and returns
 * the one before it. NULL silences the library. The receiver at start writes warnings and infos to
 * stderr and drops the rest; LIBBPF_LOG_LEVEL in the environment (warn, info or debug, in any case)
 * sets how much it writes. Cannot fail. May be called from any thread. */
LIBBPF_API libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn);

/* ---- The machine and its kernel ---- */

/* libbpf_num_possible_cpus gives how many CPUs the kernel could ever have, online or not: as many
 * values as a per-CPU map holds for each key. Fails with what reading or parsing
 * /sys/devices/system/cpu/possible failed with. The count is kept after the first call. May be
 * called from any thread. */
LIBBPF_API int libbpf_num_possible_cpus(void);

/* libbpf_probe_* ask the kernel, by trying it out, whether it has a type of program, a type of map,
 * or a helper for a type of program. They return 1 (yes) or 0 (no, or this process may not load
 * such a thing), or fail with EINVAL      `opts`, for later use, is not NULL EOPNOTSUPP  the type
 * is newer than the library, or cannot be asked so A helper counts as there unless the verifier
 * says otherwise. Nothing is kept from call to call. */
LIBBPF_API int libbpf_probe_bpf_prog_type(enum bpf_prog_type prog_type, const void* opts);
LIBBPF_API int libbpf_probe_bpf_map_type(enum bpf_map_type map_type, const void* opts);
LIBBPF_API int libbpf_probe_bpf_helper(enum bpf_prog_type prog_type, enum bpf_func_id helper_id,
                                       const void* opts);

/* libbpf_bpf_*_type_str give the name of a type, as "xdp" for BPF_PROG_TYPE_XDP: a static text, or
 * NULL, without errno, for what is not known. */
LIBBPF_API const char* libbpf_bpf_attach_type_str(enum bpf_attach_type t);
LIBBPF_API const char* libbpf_bpf_link_type_str(enum bpf_link_type t);
LIBBPF_API const char* libbpf_bpf_map_type_str(enum bpf_map_type t);
LIBBPF_API const char* libbpf_bpf_prog_type_str(enum bpf_prog_type t);

/* ---- Objects: a BPF ELF file, its programs and maps ----
 *
 * An object is opened, changed by setters, loaded into the kernel, and closed. Its programs and
 * maps belong to it: pointers to them, and what their getters give, are valid until it is closed.
 * What the kernel holds is released then, but for what is pinned or attached.
 *
 * Threads: one thread at a time may use an object with its programs and maps; element functions of
 * a loaded map may be called from any. Different objects have nothing to do with each other. */

struct bpf_insn;
struct bpf_link;
struct bpf_map;
struct bpf_object;
struct bpf_program;
struct btf;

/* Options of bpf_object__open_file and bpf_object__open_mem. */
struct bpf_object_open_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. So in all of them. */
  size_t sz;
  /* The object's name, of which 15 bytes count; without: the file's, up to its first dot. */
  const char* object_name;
  /* Pass over members of map definitions that are not known. */
  bool relaxed_maps;
  /* Folder for maps that are pinned by their name; without: /sys/fs/bpf. */
  const char* pin_root_path;
  __u32 : 32;
  /* Text in the form of a kernel's .config, asked before the system's for the values of __kconfig
   * externs. */
  const char* kconfig;
  /* File with the BTF to apply CO-RE relocations for, instead of the running kernel's. */
  const char* btf_custom_path;
  /* Where the kernel's logs of BTF and programs go, unless a program has its own buffer. It must
   * live until the object is loaded. Level 0: a log only of what fails. */
  char* kernel_log_buf;
  size_t kernel_log_size;
  __u32 kernel_log_level;
  /* Folder of a bpf file system to make a BPF token from; "" for no token. Without: what
   * LIBBPF_BPF_TOKEN_PATH in the environment says, else /sys/fs/bpf where that can give one. */
  const char* bpf_token_path;
  __extension__ size_t : 0;
};
#define bpf_object_open_opts__last_field bpf_token_path

/* bpf_object__open reads an object from a file, bpf_object__open_mem from `obj_buf_sz` bytes of
 * memory, which is needed during the call only. Nothing is done in the kernel. Fail with
 *   EINVAL                `opts` is invalid, or a program or map is not defined as it should be
 *   LIBBPF_ERRNO__LIBELF  the file is a folder
 *   LIBBPF_ERRNO__FORMAT  it is no BPF object, or damaged
 *   LIBBPF_ERRNO__ENDIAN  it has no known byte order
 *   LIBBPF_ERRNO__RELOC   a relocation is for something that is not there
 *   ENOTSUP               it is written for libbpf 0.x: maps in a section "maps"
 * or with an error of open(2) or pread(2). */
LIBBPF_API struct bpf_object* bpf_object__open(const char* path);
LIBBPF_API struct bpf_object* bpf_object__open_file(const char* path,
                                                    const struct bpf_object_open_opts* opts);
LIBBPF_API struct bpf_object* bpf_object__open_mem(const void* obj_buf, size_t obj_buf_sz,
                                                   const struct bpf_object_open_opts* opts);

/* bpf_object__prepare does what comes before programs are loaded: makes the maps, pins them, loads
 * BTF, resolves externs, and finishes all instructions. EINVAL: it has been done. */
LIBBPF_API int bpf_object__prepare(struct bpf_object* obj);

/* bpf_object__load prepares the object, if that was not done, and loads each program that has
 * autoload on. After a failure the object can only be looked at and closed. Fails with
 *   EINVAL                it has been loaded; a program has no type
 *   ESRCH                 an extern, a type or a kernel's BTF that is needed is not there
 *   LIBBPF_ERRNO__ENDIAN  the object is of the other byte order
 *   LIBBPF_ERRNO__RELOC   a relocation cannot be applied
 * or with an error of bpf(2). The message that comes with it says which program or map, and why. */
LIBBPF_API int bpf_object__load(struct bpf_object* obj);

/* bpf_object__close releases the object and all that it holds. Links stay. NULL and error pointers
 * are fine. */
LIBBPF_API void bpf_object__close(struct bpf_object* obj);

/* bpf_object__pin_maps pins each map at `path`/NAME, with dots as '_'; with a `path` of NULL those
 * that have a pin path. bpf_object__pin_programs pins each program, bpf_object__pin both. A failure
 * undoes what the call has done. The unpin functions remove the files, and stop at the first that
 * cannot be removed. ENOENT: the object is not loaded. */
LIBBPF_API int bpf_object__pin_maps(struct bpf_object* obj, const char* path);
LIBBPF_API int bpf_object__unpin_maps(struct bpf_object* obj, const char* path);
LIBBPF_API int bpf_object__pin_programs(struct bpf_object* obj, const char* path);
LIBBPF_API int bpf_object__unpin_programs(struct bpf_object* obj, const char* path);
LIBBPF_API int bpf_object__pin(struct bpf_object* object, const char* path);
LIBBPF_API int bpf_object__unpin(struct bpf_object* object, const char* path);

LIBBPF_API const char* bpf_object__name(const struct bpf_object* obj);

/* bpf_object__kversion gives the kernel version that programs are loaded for: the object's own, or
 * the running kernel's. The setter fails with EINVAL once the object is loaded. */
LIBBPF_API unsigned int bpf_object__kversion(const struct bpf_object* obj);
LIBBPF_API int bpf_object__set_kversion(struct bpf_object* obj, __u32 kern_version);

/* bpf_object__token_fd gives the object's BPF token, or -1. It stays the object's. */
LIBBPF_API int bpf_object__token_fd(const struct bpf_object* obj);

/* bpf_object__btf gives the object's BTF, or NULL, without errno, if it has none.
 * bpf_object__btf_fd gives its descriptor, or -1 if it is not in the kernel. Both stay the
 * object's. */
LIBBPF_API struct btf* bpf_object__btf(const struct bpf_object* obj);
LIBBPF_API int bpf_object__btf_fd(const struct bpf_object* obj);

/* bpf_object__find_program_by_name finds a program by its function's name, and
 * bpf_object__find_map_by_name a map by its variable's name, or by its section's: ".data". ENOENT:
 * there is none. bpf_object__find_map_fd_by_name gives bpf_map__fd of it, EINVAL if there is none.
 */
LIBBPF_API struct bpf_program* bpf_object__find_program_by_name(const struct bpf_object* obj,
                                                                const char* name);
LIBBPF_API struct bpf_map* bpf_object__find_map_by_name(const struct bpf_object* obj,
                                                        const char* name);
LIBBPF_API int bpf_object__find_map_fd_by_name(const struct bpf_object* obj, const char* name);

/* bpf_object__next_program gives the program behind `prog`, the first for NULL, and NULL at the
 * end; the others do the same backwards and for maps. Programs are in the order of the file;
 * subprograms are not among them. */
LIBBPF_API struct bpf_program* bpf_object__next_program(const struct bpf_object* obj,
                                                        struct bpf_program* prog);
LIBBPF_API struct bpf_program* bpf_object__prev_program(const struct bpf_object* obj,
                                                        struct bpf_program* prog);
LIBBPF_API struct bpf_map* bpf_object__next_map(const struct bpf_object* obj,
                                                const struct bpf_map* map);
LIBBPF_API struct bpf_map* bpf_object__prev_map(const struct bpf_object* obj,
                                                const struct bpf_map* map);

/* bpf_object__for_each_program(pos, obj) and bpf_object__for_each_map(pos, obj) are the heads of
 * loops over all of them. */
#define bpf_object__for_each_program(pos, obj)                                                     \
  for ((pos) = bpf_object__next_program((obj), NULL); (pos) != NULL;                               \
       (pos) = bpf_object__next_program((obj), (pos)))
#define bpf_object__for_each_map(pos, obj)                                                         \
  for ((pos) = bpf_object__next_map((obj), NULL); (pos) != NULL;                                   \
       (pos) = bpf_object__next_map((obj), (pos)))
#define bpf_map__for_each bpf_object__for_each_map

/* libbpf_tristate: what an extern of this type in the section .kconfig becomes. */
enum libbpf_tristate { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 };

/* ---- Programs ----
 *
 * Setters fail with EBUSY once the object is loaded, or with EINVAL where that is said. */

LIBBPF_API const char* bpf_program__name(const struct bpf_program* prog);

/* bpf_program__section_name gives the ELF section's name, without a '?' in front of it. */
LIBBPF_API const char* bpf_program__section_name(const struct bpf_program* prog);

/* autoload: does bpf_object__load load the program? On, unless the section's name begins with '?'.
 * The setter fails with EINVAL once the object is loaded. */
LIBBPF_API bool bpf_program__autoload(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_autoload(struct bpf_program* prog, bool autoload);

/* autoattach: does bpf_object__attach_skeleton attach the program? On at first. */
LIBBPF_API bool bpf_program__autoattach(const struct bpf_program* prog);
LIBBPF_API void bpf_program__set_autoattach(struct bpf_program* prog, bool autoattach);

/* The type and what it expects to be attached to come from the section's name. Setting another type
 * drops what else the name means: auto-attach and the search for a target. */
LIBBPF_API enum bpf_prog_type bpf_program__type(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_type(struct bpf_program* prog, enum bpf_prog_type type);
LIBBPF_API enum bpf_attach_type bpf_program__expected_attach_type(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_expected_attach_type(struct bpf_program* prog,
                                                     enum bpf_attach_type type);

/* bpf_program__set_attach_target names the function that the program is for: in the loaded program
 * `attach_prog_fd`, or with 0 in the kernel, "[module:]function". A name of NULL with a descriptor:
 * the one in the section's name. Fails with
 *   EINVAL  neither is given, or the object is loaded
 *   ESRCH   the kernel has no such function, or no BTF
 *   ENOENT  the program has no such function */
LIBBPF_API int bpf_program__set_attach_target(struct bpf_program* prog, int attach_prog_fd,
                                              const char* attach_func_name);

/* The network device that the program is for. */
LIBBPF_API void bpf_program__set_ifindex(struct bpf_program* prog, __u32 ifindex);

/* Flags of BPF_PROG_LOAD. The setter replaces them. */
LIBBPF_API __u32 bpf_program__flags(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_flags(struct bpf_program* prog, __u32 flags);

/* The verifier's log, for this program alone. The buffer stays the caller's and must live until the
 * object is loaded. EINVAL: a size without a buffer. */
LIBBPF_API __u32 bpf_program__log_level(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_log_level(struct bpf_program* prog, __u32 log_level);
LIBBPF_API const char* bpf_program__log_buf(const struct bpf_program* prog, size_t* log_size);
LIBBPF_API int bpf_program__set_log_buf(struct bpf_program* prog, char* log_buf, size_t log_size);

/* The instructions as they are now; once the object is prepared, as they are loaded, subprograms
 * included. They are valid until the object's next step. The setter copies what it is given; it is
 * for a section handler's callback before the load. */
LIBBPF_API const struct bpf_insn* bpf_program__insns(const struct bpf_program* prog);
LIBBPF_API size_t bpf_program__insn_cnt(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_insns(struct bpf_program* prog, struct bpf_insn* new_insns,
                                      size_t new_insn_cnt);

/* The records of functions and of source lines. EOPNOTSUPP: those in the file are not of the size
 * of these structs. */
LIBBPF_API struct bpf_func_info* bpf_program__func_info(const struct bpf_program* prog);
LIBBPF_API __u32 bpf_program__func_info_cnt(const struct bpf_program* prog);
LIBBPF_API struct bpf_line_info* bpf_program__line_info(const struct bpf_program* prog);
LIBBPF_API __u32 bpf_program__line_info_cnt(const struct bpf_program* prog);

/* bpf_program__fd gives the descriptor of the loaded program, which stays the object's. ENOENT: it
 * is not loaded. bpf_program__unload closes it. */
LIBBPF_API int bpf_program__fd(const struct bpf_program* prog);
LIBBPF_API void bpf_program__unload(struct bpf_program* prog);

/* bpf_program__pin pins the loaded program; a parent folder that is missing is made. EINVAL: it is
 * not loaded, or the path is not in a bpf file system. bpf_program__unpin removes the file. */
LIBBPF_API int bpf_program__pin(struct bpf_program* prog, const char* path);
LIBBPF_API int bpf_program__unpin(struct bpf_program* prog, const char* path);

struct bpf_prog_assoc_struct_ops_opts;
struct bpf_prog_load_opts;

/* bpf_program__assoc_struct_ops is bpf_prog_assoc_struct_ops. EINVAL: the program is not loaded or
 * is a struct_ops program itself, or the map is not made or is no struct_ops map. */
LIBBPF_API int bpf_program__assoc_struct_ops(struct bpf_program* prog, struct bpf_map* map,
                                             struct bpf_prog_assoc_struct_ops_opts* opts);

/* bpf_program__clone loads the program once more, with what `opts` sets in place of its own, and
 * gives a descriptor that is the caller's. EINVAL: the object is not prepared, or `opts` is
 * invalid. */
LIBBPF_API int bpf_program__clone(struct bpf_program* prog, const struct bpf_prog_load_opts* opts);

/* ---- Maps ----
 *
 * Setters fail with EBUSY once the map is made, which bpf_object__prepare does. */

LIBBPF_API const char* bpf_map__name(const struct bpf_map* map);

/* bpf_map__fd gives the descriptor of the map, which stays the object's, or -1, without errno, if
 * the map is not made. */
LIBBPF_API int bpf_map__fd(const struct bpf_map* map);

/* bpf_map__reuse_fd makes the map a further name for one that exists, with its type and sizes. The
 * map keeps a duplicate of `fd`. */
LIBBPF_API int bpf_map__reuse_fd(struct bpf_map* map, int fd);

/* autocreate: is the map made? On at first. Programs that use one that is not made load only where
 * the verifier sees that they do not reach it. */
LIBBPF_API bool bpf_map__autocreate(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_autocreate(struct bpf_map* map, bool autocreate);

/* autoattach: does bpf_object__attach_skeleton attach the struct_ops map? On at first. EINVAL: it
 * is no struct_ops map. */
LIBBPF_API bool bpf_map__autoattach(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_autoattach(struct bpf_map* map, bool autoattach);

/* What the map is made with. max_entries of a ring buffer becomes a power of two of pages. */
LIBBPF_API enum bpf_map_type bpf_map__type(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_type(struct bpf_map* map, enum bpf_map_type type);
LIBBPF_API __u32 bpf_map__key_size(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_key_size(struct bpf_map* map, __u32 size);
LIBBPF_API __u32 bpf_map__max_entries(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_max_entries(struct bpf_map* map, __u32 max_entries);
LIBBPF_API __u32 bpf_map__map_flags(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_map_flags(struct bpf_map* map, __u32 flags);
LIBBPF_API __u64 bpf_map__map_extra(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_map_extra(struct bpf_map* map, __u64 map_extra);
LIBBPF_API __u32 bpf_map__numa_node(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_numa_node(struct bpf_map* map, __u32 numa_node);
LIBBPF_API __u32 bpf_map__ifindex(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_ifindex(struct bpf_map* map, __u32 ifindex);
LIBBPF_API __u32 bpf_map__btf_key_type_id(const struct bpf_map* map);
LIBBPF_API __u32 bpf_map__btf_value_type_id(const struct bpf_map* map);

/* A data section's map may be resized: its last variable must be an array, whose length follows, or
 * the map loses its BTF. Pointers from bpf_map__initial_value are stale then. */
LIBBPF_API __u32 bpf_map__value_size(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_value_size(struct bpf_map* map, __u32 size);

/* The initial contents of a data section or of a struct_ops map. bpf_map__initial_value gives where
 * they are, to be changed in place, and their size; once the object is loaded, the kernel's memory
 * of the map, or NULL if that cannot be mapped. `psize` may be NULL. The setter copies; EINVAL: it
 * is another size, or the map has no such contents. */
LIBBPF_API void* bpf_map__initial_value(const struct bpf_map* map, size_t* psize);
LIBBPF_API int bpf_map__set_initial_value(struct bpf_map* map, const void* data, size_t size);

/* bpf_map__is_internal: is it made from a data section or from .kconfig? */
LIBBPF_API bool bpf_map__is_internal(const struct bpf_map* map);

/* The path to pin the map at when it is made, and where to find it if it exists by then. The setter
 * copies; NULL: none. */
LIBBPF_API int bpf_map__set_pin_path(struct bpf_map* map, const char* path);
LIBBPF_API const char* bpf_map__pin_path(const struct bpf_map* map);
LIBBPF_API bool bpf_map__is_pinned(const struct bpf_map* map);

/* bpf_map__pin pins the map at `path`, or at its pin path if `path` is NULL; bpf_map__unpin removes
 * the file. EINVAL: there is no path, or the map has another one. */
LIBBPF_API int bpf_map__pin(struct bpf_map* map, const char* path);
LIBBPF_API int bpf_map__unpin(struct bpf_map* map, const char* path);

/* For a map of maps: the definition of what goes into it, to be changed by setters; or a map like
 * those, whose descriptor stays the caller's. EINVAL: it is no map of maps. */
LIBBPF_API struct bpf_map* bpf_map__inner_map(struct bpf_map* map);
LIBBPF_API int bpf_map__set_inner_map_fd(struct bpf_map* map, int fd);

/* The one program of the object that may use the map; NULL: any. */
LIBBPF_API int bpf_map__set_exclusive_program(struct bpf_map* map, struct bpf_program* prog);
LIBBPF_API struct bpf_program* bpf_map__exclusive_program(struct bpf_map* map);

/* bpf_map__*_elem are bpf_map_*_elem in bpf.h that know the map's sizes. `key_sz` must be the map's
 * key size; `value_sz` its value size, or for a per-CPU map that of all possible CPUs' values, each
 * rounded up to a multiple of 8. EINVAL if not. ENOENT, too: the map is not made. */
LIBBPF_API int bpf_map__lookup_elem(const struct bpf_map* map, const void* key, size_t key_sz,
                                    void* value, size_t value_sz, __u64 flags);
LIBBPF_API int bpf_map__update_elem(const struct bpf_map* map, const void* key, size_t key_sz,
                                    const void* value, size_t value_sz, __u64 flags);
LIBBPF_API int bpf_map__delete_elem(const struct bpf_map* map, const void* key, size_t key_sz,
                                    __u64 flags);
LIBBPF_API int bpf_map__lookup_and_delete_elem(const struct bpf_map* map, const void* key,
                                               size_t key_sz, void* value, size_t value_sz,
                                               __u64 flags);
LIBBPF_API int bpf_map__get_next_key(const struct bpf_map* map, const void* cur_key, void* next_key,
                                     size_t key_sz);

/* ---- Attaching ----
 *
 * Each function attaches a loaded program and gives a link, to destroy with bpf_link__destroy. A
 * link may outlive its object. All fail with EINVAL if the program is not loaded or `opts`, which
 * may be NULL, is invalid, and then with an error of the kernel. A failure leaves nothing behind.
 *
 * Threads: different programs may be attached at the same time. */

/* bpf_program__attach attaches the program as its section's name says. EOPNOTSUPP: the name does
 * not say it. */
LIBBPF_API struct bpf_link* bpf_program__attach(const struct bpf_program* prog);

/* Options of bpf_program__attach_perf_event_opts. */
struct bpf_perf_event_opts {
  size_t sz;
  /* What bpf_get_attach_cookie() gives the program. So in all of them. */
  __u64 bpf_cookie;
  /* Attach by ioctl(2), as on kernels before 5.15, not by a link. */
  bool force_ioctl_attach;
  /* Leave the event disabled. */
  bool dont_enable;
  __extension__ size_t : 0;
};
#define bpf_perf_event_opts__last_field dont_enable

/* bpf_program__attach_perf_event attaches to a perf event (perf_event_open(2)), which then belongs
 * to the link; on failure it stays the caller's. EOPNOTSUPP: this way there is no cookie. */
LIBBPF_API struct bpf_link* bpf_program__attach_perf_event(const struct bpf_program* prog, int pfd);
LIBBPF_API struct bpf_link*
bpf_program__attach_perf_event_opts(const struct bpf_program* prog, int pfd,
                                    const struct bpf_perf_event_opts* opts);

/* Options of bpf_program__attach_tracepoint_opts. */
struct bpf_tracepoint_opts {
  size_t sz;
  __u64 bpf_cookie;
};
#define bpf_tracepoint_opts__last_field bpf_cookie

/* bpf_program__attach_tracepoint attaches to a tracepoint of the kernel. ENOENT: there is none of
 * that name, or tracefs is not mounted. */
LIBBPF_API struct bpf_link* bpf_program__attach_tracepoint(const struct bpf_program* prog,
                                                           const char* tp_category,
                                                           const char* tp_name);
LIBBPF_API struct bpf_link*
bpf_program__attach_tracepoint_opts(const struct bpf_program* prog, const char* tp_category,
                                    const char* tp_name, const struct bpf_tracepoint_opts* opts);

/* Options of bpf_program__attach_raw_tracepoint_opts. */
struct bpf_raw_tracepoint_opts {
  size_t sz;
  __u64 cookie;
  __extension__ size_t : 0;
};
#define bpf_raw_tracepoint_opts__last_field cookie

/* bpf_program__attach_raw_tracepoint attaches to a tracepoint, for its raw arguments. */
LIBBPF_API struct bpf_link* bpf_program__attach_raw_tracepoint(const struct bpf_program* prog,
                                                               const char* tp_name);
LIBBPF_API struct bpf_link*
bpf_program__attach_raw_tracepoint_opts(const struct bpf_program* prog, const char* tp_name,
                                        struct bpf_raw_tracepoint_opts* opts);

/* probe_attach_mode: how a kprobe or uprobe is made and its program attached. ENOTSUP: the kernel
 * does not have what the mode asks for. */
enum probe_attach_mode {
  PROBE_ATTACH_MODE_DEFAULT = 0, /* as the kernel can best */
  PROBE_ATTACH_MODE_LEGACY,      /* by tracefs and ioctl(2) */
  PROBE_ATTACH_MODE_PERF,        /* by perf_event_open(2) and ioctl(2) */
  PROBE_ATTACH_MODE_LINK         /* by perf_event_open(2) and a link */
};

/* Options of bpf_program__attach_kprobe_opts. */
struct bpf_kprobe_opts {
  size_t sz;
  __u64 bpf_cookie;
  /* Bytes into the function. */
  size_t offset;
  /* On return from the function, not on entry. So in all of them. */
  bool retprobe;
  enum probe_attach_mode attach_mode;
  __extension__ size_t : 0;
};
#define bpf_kprobe_opts__last_field attach_mode

/* bpf_program__attach_kprobe attaches to a function of the kernel; with a name of NULL, to the
 * address in `offset`. ENOENT: there is no such function. */
LIBBPF_API struct bpf_link* bpf_program__attach_kprobe(const struct bpf_program* prog,
                                                       bool retprobe, const char* func_name);
LIBBPF_API struct bpf_link* bpf_program__attach_kprobe_opts(const struct bpf_program* prog,
                                                            const char* func_name,
                                                            const struct bpf_kprobe_opts* opts);

/* Options of bpf_program__attach_kprobe_multi_opts. */
struct bpf_kprobe_multi_opts {
  size_t sz;
  /* `cnt` names or addresses of functions, without a pattern, and their cookies. */
  const char** syms;
  const unsigned long* addrs;
  const __u64* cookies;
  size_t cnt;
  bool retprobe;
  /* On entry, and if the program says so on return. */
  bool session;
  /* EINVAL unless the pattern fits one function. */
  bool unique_match;
  __extension__ size_t : 0;
};
#define bpf_kprobe_multi_opts__last_field unique_match

/* bpf_program__attach_kprobe_multi_opts attaches to all functions of the kernel that a pattern with
 * '*' and '?' fits, or to those that `opts` names. ENOENT: there is none. Linux 5.18. */
LIBBPF_API struct bpf_link*
bpf_program__attach_kprobe_multi_opts(const struct bpf_program* prog, const char* pattern,
                                      const struct bpf_kprobe_multi_opts* opts);

/* Options of bpf_program__attach_ksyscall. */
struct bpf_ksyscall_opts {
  size_t sz;
  __u64 bpf_cookie;
  bool retprobe;
  __extension__ size_t : 0;
};
#define bpf_ksyscall_opts__last_field retprobe

/* bpf_program__attach_ksyscall attaches to the kernel's function for a system call, by its name:
 * "openat". ENOENT: there is none. */
LIBBPF_API struct bpf_link* bpf_program__attach_ksyscall(const struct bpf_program* prog,
                                                         const char* syscall_name,
                                                         const struct bpf_ksyscall_opts* opts);

/* Options of bpf_program__attach_uprobe_opts. */
struct bpf_uprobe_opts {
  size_t sz;
  /* Where in the file the counter of a semaphore is; 0: none. */
  size_t ref_ctr_offset;
  __u64 bpf_cookie;
  bool retprobe;
  /* A function of the file, perhaps with a version: "memcpy@GLIBC_2.14". */
  const char* func_name;
  enum probe_attach_mode attach_mode;
  __extension__ size_t : 0;
};
#define bpf_uprobe_opts__last_field attach_mode

/* bpf_program__attach_uprobe attaches to an offset in a file, or from the start of a function in
 * it. `pid`: that process, 0 for the caller, below 0 for all. A path without '/' is looked for
 * where programs or libraries are; "archive!/member" names a file in an archive. Fails with ENOENT
 * there is no such file, or no such function in it LIBBPF_ERRNO__FORMAT  it is no ELF file, or the
 * function's name is ambiguous ESRCH                 there is no such process */
LIBBPF_API struct bpf_link* bpf_program__attach_uprobe(const struct bpf_program* prog,
                                                       bool retprobe, pid_t pid,
                                                       const char* binary_path, size_t func_offset);
LIBBPF_API struct bpf_link* bpf_program__attach_uprobe_opts(const struct bpf_program* prog,
                                                            pid_t pid, const char* binary_path,
                                                            size_t func_offset,
                                                            const struct bpf_uprobe_opts* opts);

/* Options of bpf_program__attach_uprobe_multi. */
struct bpf_uprobe_multi_opts {
  size_t sz;
  /* `cnt` names of functions or offsets in the file, without a pattern; counters of semaphores and
   * cookies for each. */
  const char** syms;
  const unsigned long* offsets;
  const unsigned long* ref_ctr_offsets;
  const __u64* cookies;
  size_t cnt;
  bool retprobe;
  bool session;
  __extension__ size_t : 0;
};
#define bpf_uprobe_multi_opts__last_field session

/* bpf_program__attach_uprobe_multi attaches to all functions of a file that a pattern with '*' and
 * '?' fits, or to what `opts` names. ENOENT: there is none. Linux 6.6. */
LIBBPF_API struct bpf_link*
bpf_program__attach_uprobe_multi(const struct bpf_program* prog, pid_t pid, const char* binary_path,
                                 const char* func_pattern,
                                 const struct bpf_uprobe_multi_opts* opts);

/* Options of bpf_program__attach_usdt. */
struct bpf_usdt_opts {
  size_t sz;
  /* What bpf_usdt_cookie() gives the program. */
  __u64 usdt_cookie;
  __extension__ size_t : 0;
};
#define bpf_usdt_opts__last_field usdt_cookie

/* bpf_program__attach_usdt attaches to all places of a file that have the probe
 * `usdt_provider`:`usdt_name`, as sys/sdt.h makes them. Path and pid are as with uprobes. The
 * object must include bpf/usdt.bpf.h, else ESRCH. Fails with ENOENT  there is no such file, or no
 * such probe in it EBADF   the file is no ELF file for this machine EINVAL  an argument of the
 * probe cannot be expressed */
LIBBPF_API struct bpf_link* bpf_program__attach_usdt(const struct bpf_program* prog, pid_t pid,
                                                     const char* binary_path,
                                                     const char* usdt_provider,
                                                     const char* usdt_name,
                                                     const struct bpf_usdt_opts* opts);

/* Options of bpf_program__attach_trace_opts. */
struct bpf_trace_opts {
  size_t sz;
  __u64 cookie;
};
#define bpf_trace_opts__last_field cookie

/* bpf_program__attach_trace attaches to what the program was loaded for: fentry, fexit, tp_btf and
 * the like; bpf_program__attach_lsm is the same for LSM hooks. */
LIBBPF_API struct bpf_link* bpf_program__attach_trace(const struct bpf_program* prog);
LIBBPF_API struct bpf_link* bpf_program__attach_trace_opts(const struct bpf_program* prog,
                                                           const struct bpf_trace_opts* opts);
LIBBPF_API struct bpf_link* bpf_program__attach_lsm(const struct bpf_program* prog);

/* Options of bpf_program__attach_tracing_multi. */
struct bpf_tracing_multi_opts {
  size_t sz;
  /* `cnt` BTF ids of functions, without a pattern, and their cookies. */
  const __u32* ids;
  const __u64* cookies;
  size_t cnt;
  __extension__ size_t : 0;
};
#define bpf_tracing_multi_opts__last_field cnt

/* bpf_program__attach_tracing_multi is fentry, fexit or fsession for all functions that a pattern
 * "[module:]pattern" fits, or those that `opts` names. ENOENT: there is none. */
LIBBPF_API struct bpf_link*
bpf_program__attach_tracing_multi(const struct bpf_program* prog, const char* pattern,
                                  const struct bpf_tracing_multi_opts* opts);

/* bpf_program__attach_freplace puts the program in the place of a function of a loaded program;
 * with 0 and NULL, of the one that it was loaded for. ENOENT: there is no such function. */
LIBBPF_API struct bpf_link* bpf_program__attach_freplace(const struct bpf_program* prog,
                                                         int target_fd,
                                                         const char* attach_func_name);

union bpf_iter_link_info;

/* Options of bpf_program__attach_iter. */
struct bpf_iter_attach_opts {
  size_t sz;
  /* What to iterate over, and the size of that. */
  union bpf_iter_link_info* link_info;
  __u32 link_info_len;
};
#define bpf_iter_attach_opts__last_field link_info_len

/* bpf_program__attach_iter makes a link that bpf_iter_create in bpf.h reads through. */
LIBBPF_API struct bpf_link* bpf_program__attach_iter(const struct bpf_program* prog,
                                                     const struct bpf_iter_attach_opts* opts);

/* Options of bpf_program__attach_cgroup_opts; those of tcx and netkit are alike. */
struct bpf_cgroup_opts {
  size_t sz;
  __u32 flags;
  /* With BPF_F_BEFORE or BPF_F_AFTER in flags: next to which program, or link with BPF_F_LINK. One
   * of both; none: first or last. */
  __u32 relative_fd;
  __u32 relative_id;
  /* Fail with ESTALE unless the target is of this revision; 0: do not ask. */
  __u64 expected_revision;
  __extension__ size_t : 0;
};
#define bpf_cgroup_opts__last_field expected_revision

LIBBPF_API struct bpf_link* bpf_program__attach_cgroup(const struct bpf_program* prog,
                                                       int cgroup_fd);
LIBBPF_API struct bpf_link* bpf_program__attach_cgroup_opts(const struct bpf_program* prog,
                                                            int cgroup_fd,
                                                            const struct bpf_cgroup_opts* opts);

LIBBPF_API struct bpf_link* bpf_program__attach_netns(const struct bpf_program* prog, int netns_fd);
LIBBPF_API struct bpf_link* bpf_program__attach_sockmap(const struct bpf_program* prog, int map_fd);

/* bpf_program__attach_xdp attaches to a network device, in the driver if that can do it. */
LIBBPF_API struct bpf_link* bpf_program__attach_xdp(const struct bpf_program* prog, int ifindex);

/* Options of bpf_program__attach_tcx. */
struct bpf_tcx_opts {
  size_t sz;
  __u32 flags;
  __u32 relative_fd;
  __u32 relative_id;
  __u64 expected_revision;
  __extension__ size_t : 0;
};
#define bpf_tcx_opts__last_field expected_revision

LIBBPF_API struct bpf_link* bpf_program__attach_tcx(const struct bpf_program* prog, int ifindex,
                                                    const struct bpf_tcx_opts* opts);

/* Options of bpf_program__attach_netkit. */
struct bpf_netkit_opts {
  size_t sz;
  __u32 flags;
  __u32 relative_fd;
  __u32 relative_id;
  __u64 expected_revision;
  __extension__ size_t : 0;
};
#define bpf_netkit_opts__last_field expected_revision

LIBBPF_API struct bpf_link* bpf_program__attach_netkit(const struct bpf_program* prog, int ifindex,
                                                       const struct bpf_netkit_opts* opts);

/* Options of bpf_program__attach_netfilter. */
struct bpf_netfilter_opts {
  size_t sz;
  /* NFPROTO_*, and a hook of it. */
  __u32 pf;
  __u32 hooknum;
  __s32 priority;
  __u32 flags;
};
#define bpf_netfilter_opts__last_field flags

LIBBPF_API struct bpf_link* bpf_program__attach_netfilter(const struct bpf_program* prog,
                                                          const struct bpf_netfilter_opts* opts);

/* bpf_map__attach_struct_ops registers a struct_ops map with the kernel. EINVAL: the map is of
 * another type, or not made. */
LIBBPF_API struct bpf_link* bpf_map__attach_struct_ops(const struct bpf_map* map);

/* ---- Links ----
 *
 * A link is what attaching gives: as long as it is there, the program runs. One thread at a time
 * may use it. */

/* bpf_link__destroy detaches and releases a link, but for a pinned one, which stays attached. What
 * is returned is the result of detaching; the link is gone in any case. NULL and error pointers are
 * fine. */
LIBBPF_API int bpf_link__destroy(struct bpf_link* link);

/* bpf_link__disconnect has bpf_link__destroy leave the program attached until the process ends: its
 * descriptors stay open. */
LIBBPF_API void bpf_link__disconnect(struct bpf_link* link);

/* bpf_link__detach detaches the program by force, while the link stays. EOPNOTSUPP: this kind of
 * link cannot. */
LIBBPF_API int bpf_link__detach(struct bpf_link* link);

/* bpf_link__fd gives the link's descriptor, which stays the link's. Where the kernel has no link
 * for it, that of the perf event, or for struct_ops of the map. */
LIBBPF_API int bpf_link__fd(const struct bpf_link* link);

/* bpf_link__open makes a link from a pinned one. */
LIBBPF_API struct bpf_link* bpf_link__open(const char* path);

/* bpf_link__pin pins the link; a parent folder that is missing is made. EBUSY: it is pinned.
 * EINVAL: not in a bpf file system. bpf_link__unpin removes the file. EINVAL: it is not pinned.
 * bpf_link__pin_path gives the path, or NULL. */
LIBBPF_API int bpf_link__pin(struct bpf_link* link, const char* path);
LIBBPF_API int bpf_link__unpin(struct bpf_link* link);
LIBBPF_API const char* bpf_link__pin_path(const struct bpf_link* link);

/* bpf_link__update_program puts another loaded program in the place of the link's, and
 * bpf_link__update_map another struct_ops map in the place of the link's. EINVAL: it is not loaded,
 * or this kind of link cannot. */
LIBBPF_API int bpf_link__update_program(struct bpf_link* link, struct bpf_program* prog);
LIBBPF_API int bpf_link__update_map(struct bpf_link* link, const struct bpf_map* map);

/* ---- Skeletons: what `bpftool gen skeleton` writes ----
 *
 * The generated code fills these structs, and says with each *_skel_sz how large it knows them. */

struct bpf_map_skeleton {
  const char* name;
  struct bpf_map** map;
  void** mmaped;
  struct bpf_link** link;
};

struct bpf_prog_skeleton {
  const char* name;
  struct bpf_program** prog;
  struct bpf_link** link;
};

struct bpf_object_skeleton {
  size_t sz;

  const char* name;
  const void* data;
  size_t data_sz;

  struct bpf_object** obj;

  int map_cnt;
  int map_skel_sz;
  struct bpf_map_skeleton* maps;

  int prog_cnt;
  int prog_skel_sz;
  struct bpf_prog_skeleton* progs;
};

/* bpf_object__open_skeleton opens the object and stores it, its maps, its programs, and where data
 * sections are. The caller destroys the skeleton, also after a failure. ESRCH: the object lacks a
 * map or program. */
LIBBPF_API int bpf_object__open_skeleton(struct bpf_object_skeleton* s,
                                         const struct bpf_object_open_opts* opts);

/* bpf_object__load_skeleton is bpf_object__load; `*mmaped` is then the kernel's memory. */
LIBBPF_API int bpf_object__load_skeleton(struct bpf_object_skeleton* s);

/* bpf_object__attach_skeleton attaches each program and struct_ops map that is loaded, has
 * autoattach on and no link yet, and stores the links. It stops at the first failure; what has been
 * attached stays. bpf_object__detach_skeleton destroys all links. */
LIBBPF_API int bpf_object__attach_skeleton(struct bpf_object_skeleton* s);
LIBBPF_API void bpf_object__detach_skeleton(struct bpf_object_skeleton* s);

/* bpf_object__destroy_skeleton detaches, closes the object, and frees the arrays and `s` with
 * free(3). NULL is fine. */
LIBBPF_API void bpf_object__destroy_skeleton(struct bpf_object_skeleton* s);

struct bpf_var_skeleton {
  const char* name;
  struct bpf_map** map;
  void** addr;
};

/* A subskeleton is a view of some maps, programs and variables of an object that is open. */
struct bpf_object_subskeleton {
  size_t sz;

  const struct bpf_object* obj;

  int map_cnt;
  int map_skel_sz;
  struct bpf_map_skeleton* maps;

  int prog_cnt;
  int prog_skel_sz;
  struct bpf_prog_skeleton* progs;

  int var_cnt;
  int var_skel_sz;
  struct bpf_var_skeleton* vars;
};

/* bpf_object__open_subskeleton stores the maps, programs and addresses of variables. ESRCH: a map
 * or program is not there. ENOENT: the object has no BTF. */
LIBBPF_API int bpf_object__open_subskeleton(struct bpf_object_subskeleton* s);

/* bpf_object__destroy_subskeleton frees the arrays and `s` with free(3); the object stays. */
LIBBPF_API void bpf_object__destroy_subskeleton(struct bpf_object_subskeleton* s);

/* ---- Section names ---- */

/* libbpf_prog_type_by_name gives what a section's name says: "tp_btf/sched_switch". ESRCH: it is
 * not known. libbpf_attach_type_by_name does so for names that stand for one attach type; EINVAL
 * for others. Outputs are left alone on failure. */
LIBBPF_API int libbpf_prog_type_by_name(const char* name, enum bpf_prog_type* prog_type,
                                        enum bpf_attach_type* expected_attach_type);
LIBBPF_API int libbpf_attach_type_by_name(const char* name, enum bpf_attach_type* attach_type);

/* libbpf_find_vmlinux_btf_id gives the id in the kernel's BTF of what a program of an attach type
 * is attached to: of a function, a tracepoint, an LSM hook, an iterator. ENOENT: there is none. */
LIBBPF_API int libbpf_find_vmlinux_btf_id(const char* name, enum bpf_attach_type attach_type);

/* The callbacks of a section handler. Each gets the handler's cookie and may be NULL; below 0 fails
 * what is being done.
 *
 * libbpf_prog_setup_fn_t is called when an object is opened, for each program that fits;
 * libbpf_prog_prepare_load_fn_t before a program is loaded, and may change `opts` and the program's
 * instructions; libbpf_prog_attach_fn_t to attach it: it stores a link, or NULL for nothing to
 * attach. */
typedef int (*libbpf_prog_setup_fn_t)(struct bpf_program* prog, long cookie);
typedef int (*libbpf_prog_prepare_load_fn_t)(struct bpf_program* prog,
                                             struct bpf_prog_load_opts* opts, long cookie);
typedef int (*libbpf_prog_attach_fn_t)(const struct bpf_program* prog, long cookie,
                                       struct bpf_link** link);

/* Options of libbpf_register_prog_handler. */
struct libbpf_prog_handler_opts {
  size_t sz;
  long cookie;
  libbpf_prog_setup_fn_t prog_setup_fn;
  libbpf_prog_prepare_load_fn_t prog_prepare_load_fn;
  libbpf_prog_attach_fn_t prog_attach_fn;
};
#define libbpf_prog_handler_opts__last_field prog_attach_fn

/* libbpf_register_prog_handler adds a section name to those that are known: "abc" is that name,
 * "abc/" all that begins so, "abc+" both. It goes before the library's own. NULL is for all names
 * that nothing else fits. Returns an id above 0, or fails with
 *   EBUSY  there is a handler for all other names
 * libbpf_unregister_prog_handler removes it; objects that are open keep it. ENOENT: there is no
 * such handler. Both may be called from any thread. */
LIBBPF_API int libbpf_register_prog_handler(const char* sec, enum bpf_prog_type prog_type,
                                            enum bpf_attach_type exp_attach_type,
                                            const struct libbpf_prog_handler_opts* opts);
LIBBPF_API int libbpf_unregister_prog_handler(int handler_id);

/* ---- XDP and TC by netlink ----
 *
 * What is attached so stays until it is detached or the device is removed. Requests go to the
 * network namespace of the calling thread; functions may be called from any. */

/* Options of bpf_xdp_attach and bpf_xdp_detach. */
struct bpf_xdp_attach_opts {
  size_t sz;
  /* The program that must be attached now; -1: none. 0: do not ask. */
  int old_prog_fd;
  __extension__ size_t : 0;
};
#define bpf_xdp_attach_opts__last_field old_prog_fd

/* bpf_xdp_attach attaches a program to a network device, with XDP_FLAGS_* of <linux/if_link.h>;
 * bpf_xdp_detach detaches the one of the mode that `flags` say. EBUSY: one is attached, with
 * XDP_FLAGS_UPDATE_IF_NOEXIST, or by a link. EEXIST: another one is, or in another mode. */
LIBBPF_API int bpf_xdp_attach(int ifindex, int prog_fd, __u32 flags,
                              const struct bpf_xdp_attach_opts* opts);
LIBBPF_API int bpf_xdp_detach(int ifindex, __u32 flags, const struct bpf_xdp_attach_opts* opts);

/* Results of bpf_xdp_query. */
struct bpf_xdp_query_opts {
  size_t sz;
  /* Ids of the programs by mode, 0 for none: prog_id if there is one mode, else each of them. */
  __u32 prog_id;
  __u32 drv_prog_id;
  __u32 hw_prog_id;
  __u32 skb_prog_id;
  /* XDP_ATTACHED_* */
  __u8 attach_mode;
  /* What the device can do: NETDEV_XDP_ACT_*; 0 if the kernel does not say. */
  __u64 feature_flags;
  __u32 xdp_zc_max_segs;
  __extension__ size_t : 0;
};
#define bpf_xdp_query_opts__last_field xdp_zc_max_segs

/* bpf_xdp_query writes to `opts` what is attached to a device. bpf_xdp_query_id gives the id of the
 * program of the mode that `flags` say, 0 for none. EINVAL: unknown flags, or several modes. */
LIBBPF_API int bpf_xdp_query(int ifindex, int flags, struct bpf_xdp_query_opts* opts);
LIBBPF_API int bpf_xdp_query_id(int ifindex, int flags, __u32* prog_id);

/* Options of the replacing of an XDP link's program, left from 0.x; no function takes them. */
struct bpf_xdp_set_link_opts {
  size_t sz;
  int old_fd;
  __extension__ size_t : 0;
};
#define bpf_xdp_set_link_opts__last_field old_fd

/* bpf_tc_attach_point: where at a device; INGRESS and EGRESS together for the hook of both. */
enum bpf_tc_attach_point {
  BPF_TC_INGRESS = 1 << 0,
  BPF_TC_EGRESS = 1 << 1,
  BPF_TC_CUSTOM = 1 << 2, /* at `parent` */
  BPF_TC_QDISC = 1 << 3   /* the queueing discipline `qdisc` itself */
};

/* BPF_TC_PARENT(a, b): the parent with major number a and minor number b. */
#define BPF_TC_PARENT(a, b) ((((a) << 16) & 0xFFFF0000U) | ((b)&0x0000FFFFU))

enum bpf_tc_flags {
  BPF_TC_F_REPLACE = 1 << 0 /* an existing filter is replaced */
};

/* A place for filters. */
struct bpf_tc_hook {
  size_t sz;
  int ifindex;
  enum bpf_tc_attach_point attach_point;
  /* For BPF_TC_CUSTOM and BPF_TC_QDISC. */
  __u32 parent;
  /* For BPF_TC_QDISC: its handle and kind. */
  __u32 handle;
  const char* qdisc;
  __extension__ size_t : 0;
};
#define bpf_tc_hook__last_field qdisc

/* A filter. */
struct bpf_tc_opts {
  size_t sz;
  int prog_fd;
  __u32 flags;
  /* Out: the program's id. */
  __u32 prog_id;
  /* 0 for the kernel to choose; out: what it chose. */
  __u32 handle;
  __u32 priority;
  __extension__ size_t : 0;
};
#define bpf_tc_opts__last_field priority

/* bpf_tc_hook_create makes the clsact qdisc of a device, or with BPF_TC_QDISC the one that `hook`
 * names. EEXIST: it is there, which is fine to most callers. bpf_tc_hook_destroy removes it; with
 * INGRESS or EGRESS alone, all filters of that side. EOPNOTSUPP: BPF_TC_CUSTOM. */
LIBBPF_API int bpf_tc_hook_create(struct bpf_tc_hook* hook);
LIBBPF_API int bpf_tc_hook_destroy(struct bpf_tc_hook* hook);

/* bpf_tc_attach adds a filter that runs a program, and writes handle, priority and prog_id to
 * `opts`. bpf_tc_detach removes the filter with a handle and priority, bpf_tc_query reads it; both
 * want prog_fd, prog_id and flags to be 0. EINVAL: a field that has no meaning here is set, or
 * there is no hook. EEXIST: the handle is taken. ENOENT: there is no such filter. */
LIBBPF_API int bpf_tc_attach(const struct bpf_tc_hook* hook, struct bpf_tc_opts* opts);
LIBBPF_API int bpf_tc_detach(const struct bpf_tc_hook* hook, const struct bpf_tc_opts* opts);
LIBBPF_API int bpf_tc_query(const struct bpf_tc_hook* hook, struct bpf_tc_opts* opts);

/* ---- perf_buffer: reading what BPF programs send with bpf_perf_event_output() ----
 *
 * A perf_buffer holds one kernel ring per CPU. A ring is a perf event that is mapped into memory;
 * its descriptor sits in the slot of that CPU's number in a map of type
 * BPF_MAP_TYPE_PERF_EVENT_ARRAY, where the BPF helper finds it. When a ring is full, the kernel
 * drops new records and counts them.
 *
 * Rings have indices from 0, one after another. An index is a CPU's number only as long as no CPU
 * below it was left out.
 *
 * Threads: functions on different perf_buffers, or that read different rings of one, may run at the
 * same time without locks. No two threads may read the same ring at once; poll and consume read
 * all rings. Nothing else may use a perf_buffer while it is freed. */

struct perf_buffer;
struct perf_event_attr;
struct perf_event_header;

/* perf_buffer_sample_fn receives one sample that was written on `cpu`. `data` is `size` bytes, lies
 * at a multiple of 4 only, and is gone when the callback returns. `size` counts the padding that
 * the kernel adds to make size + 4 a multiple of 8: 64 bytes written arrive as 68. */
typedef void (*perf_buffer_sample_fn)(void* ctx, int cpu, void* data, __u32 size);

/* perf_buffer_lost_fn is told that `cnt` samples were dropped on `cpu` since it was last told,
 * because the ring was full. */
typedef void (*perf_buffer_lost_fn)(void* ctx, int cpu, __u64 cnt);

/* Options of perf_buffer__new. */
struct perf_buffer_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. */
  size_t sz;
  /* A ring wakes its reader once in this number of samples; 0 is 1. With more than 1 there are
   * fewer wakeups, and samples wait longer: perf_buffer__consume does not wait for a wakeup. */
  __u32 sample_period;
  __extension__ size_t : 0;
};
#define perf_buffer_opts__last_field sample_period

/* perf_buffer__new opens a ring on each online CPU, and puts it into the map `map_fd`. CPUs beyond
 * the map's max_entries are left out. Each ring has `page_cnt` pages of data, a power of two.
 * `sample_cb` and `lost_cb` are called with `ctx` by the functions that read; either may be NULL,
 * which drops such records. `opts` may be NULL. `map_fd` stays the caller's and may be closed.
 *
 * Returns a perf_buffer to free with perf_buffer__free, or fails with
 *   EINVAL          `page_cnt` is not a power of two, the map is of another type, or `opts` has
 *                   less than its size field or bytes that are not 0 where nothing is known
 *   EBADF, EBADFD   `map_fd` is not open; which of the two is the kernel's choice
 *   EPERM, EACCES   the process may not open perf events or write to the map: CAP_PERFMON and
 *                   CAP_BPF (or CAP_SYS_ADMIN), or kernel.perf_event_paranoid
 *   ENOMEM, EPERM   out of memory, or of memory that may be locked: RLIMIT_MEMLOCK,
 *                   kernel.perf_event_mlock_kb
 *   EMFILE, ENFILE  no descriptors left: it takes one for each ring and two more
 * or with another error of perf_event_open(2), mmap(2), bpf(2) or epoll_ctl(2). The message that
 * comes with it says which call failed, for which CPU, and why. */
LIBBPF_API struct perf_buffer* perf_buffer__new(int map_fd, size_t page_cnt,
                                                perf_buffer_sample_fn sample_cb,
                                                perf_buffer_lost_fn lost_cb, void* ctx,
                                                const struct perf_buffer_opts* opts);

/* bpf_perf_event_ret: what a perf_buffer_event_fn wants to happen next. The record that it was
 * called for is consumed in any case. */
enum bpf_perf_event_ret {
  LIBBPF_PERF_EVENT_DONE = 0,   /* stop reading this ring, without error */
  LIBBPF_PERF_EVENT_ERROR = -1, /* stop, and let the reading function return -1 */
  LIBBPF_PERF_EVENT_CONT = -2   /* go on with the next record */
};

/* perf_buffer_event_fn receives one record of any type as the kernel wrote it, event->size bytes,
 * header counted (perf_event_open(2)). The record is gone when the callback returns. */
typedef enum bpf_perf_event_ret (*perf_buffer_event_fn)(void* ctx, int cpu,
                                                        struct perf_event_header* event);

/* Options of perf_buffer__new_raw. */
struct perf_buffer_raw_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. */
  size_t sz;
  __extension__ long : 0;
  __extension__ long : 0;
  /* How many CPUs to read. 0: each online CPU, as perf_buffer__new. */
  int cpu_cnt;
  /* With cpu_cnt above 0: the CPUs, and for each the key of its slot in the map. Both arrays have
   * cpu_cnt entries, and are needed during the call only. */
  int* cpus;
  int* map_keys;
};
#define perf_buffer_raw_opts__last_field map_keys

/* perf_buffer__new_raw is perf_buffer__new for callers that want their own kind of perf event and
 * whole records. `attr` goes to the kernel as it is, for each CPU; it is needed during the call
 * only. `event_cb` receives every record; NULL drops them. `opts` may be NULL.
 *
 * Fails as perf_buffer__new does, and with
 *   EINVAL  `attr` is NULL, or a CPU that `opts` names cannot exist
 *   ENODEV  a CPU that `opts` names is offline
 *   E2BIG   a key that `opts` names is not in the map */
LIBBPF_API struct perf_buffer* perf_buffer__new_raw(int map_fd, size_t page_cnt,
                                                    struct perf_event_attr* attr,
                                                    perf_buffer_event_fn event_cb, void* ctx,
                                                    const struct perf_buffer_raw_opts* opts);

/* perf_buffer__free empties the map slots and releases all that `pb` holds. Records that were not
 * read are gone. `pb` may be NULL or an error pointer (-4095 to -1). Not to be called from
 * a callback of `pb`. */
LIBBPF_API void perf_buffer__free(struct perf_buffer* pb);

/* perf_buffer__epoll_fd gives a descriptor that is readable when a ring has woken its reader, for
 * an event loop of the caller's own. It belongs to `pb`. Cannot fail. */
LIBBPF_API int perf_buffer__epoll_fd(const struct perf_buffer* pb);

/* perf_buffer__poll waits until a ring wakes its reader, up to `timeout_ms` milliseconds (-1: for
 * ever, 0: not at all), and reads the rings that did. Returns how many rings it read, 0 if the time
 * ran out, or fails with
 *   EINTR    a signal came while it waited
 *   EBADMSG  a ring holds what cannot be a record; what is in that ring is skipped
 *   ENOMEM   there is no memory for a record that wraps, which stays for the next call
 *   -1       (LIBBPF_PERF_EVENT_ERROR) the callback said so, or a ring of perf_buffer__new holds
 *            a record that is neither a sample nor a count of lost ones */
LIBBPF_API int perf_buffer__poll(struct perf_buffer* pb, int timeout_ms);

/* perf_buffer__consume reads every ring, woken or not, and does not wait. Returns 0, or fails with
 * the first error, as perf_buffer__poll. Records that arrive meanwhile are left for the next
 * call. */
LIBBPF_API int perf_buffer__consume(struct perf_buffer* pb);

/* perf_buffer__consume_buffer is perf_buffer__consume for the one ring `buf_idx`. Fails also with
 *   EINVAL  `buf_idx` is not below perf_buffer__buffer_cnt
 *   ENOENT  there is no ring at that index */
LIBBPF_API int perf_buffer__consume_buffer(struct perf_buffer* pb, size_t buf_idx);

/* perf_buffer__buffer_cnt gives how many rings there are. Cannot fail. */
LIBBPF_API size_t perf_buffer__buffer_cnt(const struct perf_buffer* pb);

/* perf_buffer__buffer_fd gives the perf event of the ring `buf_idx`, for an event loop of the
 * caller's own. The descriptor belongs to `pb`. Fails as perf_buffer__consume_buffer, with EINVAL
 * and ENOENT. */
LIBBPF_API int perf_buffer__buffer_fd(const struct perf_buffer* pb, size_t buf_idx);

/* perf_buffer__buffer gives the memory of the ring `buf_idx`, for callers that read it themselves:
 * `*buf` is where the mapping starts, with the page that holds struct perf_event_mmap_page, and
 * `*buf_size` is the size in bytes of the data area behind that page. The memory belongs to `pb`.
 * Fails as perf_buffer__consume_buffer, with EINVAL and ENOENT. */
LIBBPF_API int perf_buffer__buffer(struct perf_buffer* pb, int buf_idx, void** buf,
                                   size_t* buf_size);

/* ---- ring_buffer: reading what BPF programs send with bpf_ringbuf_output() and its kin ----
 *
 * A ring_buffer reads one or several kernel rings, each a map of type BPF_MAP_TYPE_RINGBUF that all
 * CPUs write to. Records come in the order in which they were reserved. A record that a BPF program
 * has reserved and not yet submitted holds up those behind it; one that the program discarded is
 * passed over, and counted nowhere. When a ring is full, the kernel tells the BPF program alone.
 *
 * Positions count bytes since the map was made, record headers and padding included, and only grow;
 * they wrap as unsigned long does. What has been read goes back to the kernel at the end of a
 * reading function, when a callback stops it, and on the way at the latest each time an eighth of
 * the ring has been read.
 *
 * Threads: functions on different ring_buffers, or that read different rings of one, may run at the
 * same time without locks. No two threads may read the same ring at once, be it through another
 * ring_buffer or another process: they would read the same records. poll, consume and consume_n
 * read all rings. Nothing else may use a ring_buffer while a ring is added to it or it is freed. */

struct ring;
struct ring_buffer;

/* ring_buffer_sample_fn receives one record: `data` is `size` bytes as the BPF program wrote them,
 * lies at a multiple of 8, is read-only, and is gone when the callback returns. It returns 0 or
 * more to go on; below 0 ends the reading function, which then returns that value. The record that
 * it was called for is consumed in any case. */
typedef int (*ring_buffer_sample_fn)(void* ctx, void* data, size_t size);

/* Options of ring_buffer__new. */
struct ring_buffer_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. */
  size_t sz;
};
#define ring_buffer_opts__last_field sz

/* ring_buffer__new makes a ring_buffer that reads the ring `map_fd`. `sample_cb` is called with
 * `ctx` for each of its records; NULL drops them. `opts` may be NULL. `map_fd` stays the caller's.
 *
 * Returns a ring_buffer to free with ring_buffer__free, or fails with
 *   EINVAL          the map is of another type, or `opts` has less than its size field or bytes
 *                   that are not 0 where nothing is known
 *   EBADF, EBADFD   `map_fd` is not open; which of the two is the kernel's choice
 *   E2BIG           the ring's data, mapped twice, does not fit into the address space
 *   EACCES, EPERM   the map may not be mapped, or not for writing: `map_fd` was opened for less
 *   ENOMEM          out of memory or address space
 *   EMFILE, ENFILE  no descriptors left
 * or with another error of bpf(2), mmap(2) or epoll_ctl(2). The message that comes with it says
 * which call failed, for which map, and why. */
LIBBPF_API struct ring_buffer* ring_buffer__new(int map_fd, ring_buffer_sample_fn sample_cb,
                                                void* ctx, const struct ring_buffer_opts* opts);

/* ring_buffer__add makes `rb` read one more ring, with a callback and a `ctx` of its own. Its index
 * is the number of rings before. Fails as ring_buffer__new does, and with
 *   EEXIST  `rb` reads the ring behind this `map_fd` already
 * and `rb` then goes on with the rings that it had. */
LIBBPF_API int ring_buffer__add(struct ring_buffer* rb, int map_fd, ring_buffer_sample_fn sample_cb,
                                void* ctx);

/* ring_buffer__free releases all that `rb` holds. Records that were not read stay in the map. `rb`
 * may be NULL. Not to be called from a callback of `rb`. */
LIBBPF_API void ring_buffer__free(struct ring_buffer* rb);

/* ring_buffer__epoll_fd gives a descriptor that is readable from when a ring wakes its reader until
 * that ring has been read, for an event loop of the caller's own. It belongs to `rb`. Cannot
 * fail. */
LIBBPF_API int ring_buffer__epoll_fd(const struct ring_buffer* rb);

/* ring_buffer__poll waits until a ring wakes its reader, up to `timeout_ms` milliseconds (-1: for
 * ever, 0: not at all), and reads the rings that did, each as ring__consume. What a BPF program
 * wrote with BPF_RB_NO_WAKEUP waits for a wakeup, or for ring_buffer__consume; a ring whose next
 * record is not submitted yet does not let it wait. Returns how many records it read (INT_MAX for
 * more than that), 0 if the time ran out or there was nothing, or fails with
 *   EINTR    a signal came while it waited
 *   EBADMSG  a ring holds what cannot be a record; what is in that ring is skipped
 * or with what a callback returned below 0; rings behind that one wait for the next call. */
LIBBPF_API int ring_buffer__poll(struct ring_buffer* rb, int timeout_ms);

/* ring_buffer__consume reads every ring in the order of the indices, each as ring__consume, and
 * does not wait. Returns how many records it read (INT_MAX for more than that), or fails as
 * ring_buffer__poll, but for EINTR. */
LIBBPF_API int ring_buffer__consume(struct ring_buffer* rb);

/* ring_buffer__consume_n is ring_buffer__consume that stops after `n` records of all rings
 * together; 0 reads nothing. */
LIBBPF_API int ring_buffer__consume_n(struct ring_buffer* rb, size_t n);

/* ring_buffer__ring gives the ring with the index `idx`: 0 is that of ring_buffer__new, the others
 * are in the order of ring_buffer__add. It belongs to `rb`. Fails with
 *   ERANGE  there are no more than `idx` rings */
LIBBPF_API struct ring* ring_buffer__ring(struct ring_buffer* rb, unsigned int idx);

/* ring__consumer_pos gives the position in bytes up to which the ring has been read. In a callback
 * that is where its record begins. Cannot fail. */
LIBBPF_API unsigned long ring__consumer_pos(const struct ring* r);

/* ring__producer_pos gives the position in bytes up to which BPF programs have reserved records,
 * submitted or not. Cannot fail. */
LIBBPF_API unsigned long ring__producer_pos(const struct ring* r);

/* ring__avail_data_size gives ring__producer_pos less ring__consumer_pos: the bytes in the ring
 * that have not been read, records that are not submitted yet included. Cannot fail. */
LIBBPF_API size_t ring__avail_data_size(const struct ring* r);

/* ring__size gives the bytes of the ring's data area: the map's max_entries. Cannot fail. */
LIBBPF_API size_t ring__size(const struct ring* r);

/* ring__map_fd gives the descriptor of the map as it was given for this ring; it stays its owner's.
 * Cannot fail. */
LIBBPF_API int ring__map_fd(const struct ring* r);

/* ring__consume reads the one ring until it holds nothing more, records that arrive meanwhile
 * included, or until a record that is not submitted yet, and does not wait. Returns how many
 * records it read (INT_MAX for more than that), or fails with EBADMSG as ring_buffer__poll, or with
 * what the callback returned below 0. */
LIBBPF_API int ring__consume(struct ring* r);

/* ring__consume_n is ring__consume that stops after `n` records; 0 reads nothing. */
LIBBPF_API int ring__consume_n(struct ring* r, size_t n);

/* ---- user_ring_buffer: sending to BPF programs that read with bpf_user_ringbuf_drain() ----
 *
 * A user_ring_buffer writes to a map of type BPF_MAP_TYPE_USER_RINGBUF. A sample is reserved,
 * filled in place, and then submitted or discarded; several may be reserved at once, and finished
 * in any order. The BPF program sees them in the order in which they were reserved, and waits at
 * the first that is not finished.
 *
 * Threads: one thread at a time may reserve. Samples may be submitted and discarded from other
 * threads without locks. Nothing else may use a user_ring_buffer while it is freed. One map has one
 * user_ring_buffer at a time: its producer is the one that writes the producer position. */

struct user_ring_buffer;

/* Options of user_ring_buffer__new. */
struct user_ring_buffer_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. */
  size_t sz;
};
#define user_ring_buffer_opts__last_field sz

/* user_ring_buffer__new makes a writer for the ring `map_fd`, which stays the caller's. `opts` may
 * be NULL. Returns a user_ring_buffer to free with user_ring_buffer__free, or fails as
 * ring_buffer__new does. */
LIBBPF_API struct user_ring_buffer* user_ring_buffer__new(int map_fd,
                                                          const struct user_ring_buffer_opts* opts);

/* user_ring_buffer__reserve reserves a sample of `size` bytes, and 8 more for its header, rounded
 * up to a multiple of 8. Returns its memory, at a multiple of 8, with whatever bytes were there, to
 * be given to user_ring_buffer__submit or user_ring_buffer__discard. Fails, without a message, with
 *   E2BIG   the ring could not hold such a sample if it were empty
 *   ENOSPC  the ring has no room for it now */
LIBBPF_API void* user_ring_buffer__reserve(struct user_ring_buffer* rb, __u32 size);

/* user_ring_buffer__reserve_blocking is user_ring_buffer__reserve that waits for room up to
 * `timeout_ms` milliseconds (-1: for ever, 0: not at all). It is woken when a BPF program has read
 * from the ring, and tries once more when the time runs out. Fails as user_ring_buffer__reserve,
 * or with
 *   EINVAL  `timeout_ms` is below -1
 *   EINTR   a signal came while it waited */
LIBBPF_API void* user_ring_buffer__reserve_blocking(struct user_ring_buffer* rb, __u32 size,
                                                    int timeout_ms);

/* user_ring_buffer__submit hands `sample`, from user_ring_buffer__reserve of `rb`, to the BPF
 * program. Its memory must not be touched any more. It wakes no reader. Cannot fail. */
LIBBPF_API void user_ring_buffer__submit(struct user_ring_buffer* rb, void* sample);

/* user_ring_buffer__discard is user_ring_buffer__submit for a sample that the BPF program shall not
 * see. Its room comes back when the program has read past it. */
LIBBPF_API void user_ring_buffer__discard(struct user_ring_buffer* rb, void* sample);

/* user_ring_buffer__free releases all that `rb` holds. Samples that were submitted stay in the map;
 * memory of samples that were not is gone, and they stay in the BPF program's way. `rb` may be
 * NULL. */
LIBBPF_API void user_ring_buffer__free(struct user_ring_buffer* rb);

/* ---- Source lines of a loaded program ---- */

struct bpf_prog_info;
struct bpf_prog_linfo;

/* bpf_prog_linfo__new copies the line information of a program from what bpf_prog_get_info_by_fd
 * wrote. EINVAL: there is none, or it does not fit together. */
LIBBPF_API struct bpf_prog_linfo* bpf_prog_linfo__new(const struct bpf_prog_info* info);

/* bpf_prog_linfo__free releases it. NULL is fine. */
LIBBPF_API void bpf_prog_linfo__free(struct bpf_prog_linfo* prog_linfo);

/* bpf_prog_linfo__lfind gives the record of the line that an instruction is of, without looking at
 * the first `nr_skip` records; bpf_prog_linfo__lfind_addr_func that of an address in the function
 * `func_idx` of the machine code. It belongs to `prog_linfo`. ENOENT: there is none. May be called
 * from any thread. */
LIBBPF_API const struct bpf_line_info*
bpf_prog_linfo__lfind_addr_func(const struct bpf_prog_linfo* prog_linfo, __u64 addr, __u32 func_idx,
                                __u32 nr_skip);
LIBBPF_API const struct bpf_line_info*
bpf_prog_linfo__lfind(const struct bpf_prog_linfo* prog_linfo, __u32 insn_off, __u32 nr_skip);

/* ---- Linking several objects into one ----
 *
 * One thread at a time may use a bpf_linker. */

struct bpf_linker;

/* Options of bpf_linker__new. */
struct bpf_linker_opts {
  size_t sz;
};
#define bpf_linker_opts__last_field sz

/* Options of bpf_linker__add_file and its kin. */
struct bpf_linker_file_opts {
  size_t sz;
};
#define bpf_linker_file_opts__last_field sz

/* bpf_linker__new makes a linker whose output is a file, which is made, or emptied, at once;
 * bpf_linker__new_fd one that writes to a descriptor, which stays the caller's. */
LIBBPF_API struct bpf_linker* bpf_linker__new(const char* filename, struct bpf_linker_opts* opts);
LIBBPF_API struct bpf_linker* bpf_linker__new_fd(int fd, struct bpf_linker_opts* opts);

/* bpf_linker__add_* add an object: from a file, from a descriptor or from memory, which are needed
 * during the call only. The order counts. A failure leaves the linker as it was. Fail with
 *   EINVAL      the object is damaged, or defines what another object defines otherwise, or the
 *               linker has been finalized
 *   EOPNOTSUPP  it is no BPF object, or of another byte order, or has no BTF where it needs that
 *   ENOENT      BTF does not tell of a symbol */
LIBBPF_API int bpf_linker__add_file(struct bpf_linker* linker, const char* filename,
                                    const struct bpf_linker_file_opts* opts);
LIBBPF_API int bpf_linker__add_fd(struct bpf_linker* linker, int fd,
                                  const struct bpf_linker_file_opts* opts);
LIBBPF_API int bpf_linker__add_buf(struct bpf_linker* linker, void* buf, size_t buf_sz,
                                   const struct bpf_linker_file_opts* opts);

/* bpf_linker__finalize writes the output. Symbols that no object defines stay undefined. EINVAL: it
 * has been done. */
LIBBPF_API int bpf_linker__finalize(struct bpf_linker* linker);

/* bpf_linker__free releases the linker. NULL is fine. */
LIBBPF_API void bpf_linker__free(struct bpf_linker* linker);

/* ---- Light skeletons: loading without the library ---- */

/* What bpf_object__gen_loader has made. */
struct gen_loader_opts {
  size_t sz;
  /* Out: the data and the instructions of a BPF program that loads the object, and their bytes.
   * They belong to the object. */
  const char* data;
  const char* insns;
  __u32 data_sz;
  __u32 insns_sz;
  /* In: the loader will be signed, so that nothing that is not signed may change what it does. */
  bool gen_hash;
};
#define gen_loader_opts__last_field gen_hash

/* bpf_object__gen_loader has the next bpf_object__load write such a program instead of loading, and
 * `opts`, which must live until then, receive it. skel_internal.h runs it. EFAULT: `opts` is NULL.
 */
LIBBPF_API int bpf_object__gen_loader(struct bpf_object* obj, struct gen_loader_opts* opts);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* __LIBBPF_LIBBPF_H */
