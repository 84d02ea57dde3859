/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bpf.h: the commands of bpf(2) as functions: maps and their elements, programs, BTF, pins, ids,
 * links. A function is one system call, but for what its comment says. Descriptors are plain ints;
 * objects that hold them are in libbpf.h.
 *
 * Unless its comment says otherwise, a function
 * - returns 0, a count or a descriptor on success, and -errno on failure, with errno set too. The
 *   errors that are named are the library's own; all others are those of bpf(2);
 * - gives a descriptor that the caller closes. It is never 0, 1 or 2, and is closed on exec;
 * - needs what pointers point to during the call only. Structs of options may be NULL;
 * - leaves errno alone on success;
 * - may be called from any thread.
 *
 * In a struct of options a descriptor or an id of 0 means "none". All bytes that are not used must
 * be 0, padding too, or the function fails with EINVAL: LIBBPF_OPTS makes such a struct. */
#ifndef __LIBBPF_BPF_H
#define __LIBBPF_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libbpf_common.h"
#include "libbpf_legacy.h"

#ifdef __cplusplus
/* Some functions have the name of the struct that they take; C++ programs that ask for warnings of
 * that shall not get them for this header. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#endif

/* ---- Memory limit ---- */

/* libbpf_set_memlock_rlim sets what RLIMIT_MEMLOCK is raised to, in bytes, before the first map or
 * program of the process, where the kernel charges BPF memory to that limit (before Linux 5.11).
 * 0: leave the limit alone. Without a call it is raised to infinity. Fails with
 *   EBUSY  the limit has been raised already */
LIBBPF_API int libbpf_set_memlock_rlim(size_t memlock_bytes);

/* ---- Maps ---- */

/* A log of the kernel that a call may ask for. */
struct bpf_log_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. So in all of them. */
  size_t sz;
  char* buf;
  /* Bytes in `buf`. */
  __u32 size;
  __u32 level;
  /* Output: the bytes that the whole log needs; 0 if the kernel cannot write such a log. */
  __u32 true_size;
  __extension__ size_t : 0;
};
#define bpf_log_opts__last_field true_size

/* Options of bpf_map_create. */
struct bpf_map_create_opts {
  size_t sz;

  /* BTF object with the types of key and value, and the ids of these types. */
  __u32 btf_fd;
  __u32 btf_key_type_id;
  __u32 btf_value_type_id;
  /* For BPF_MAP_TYPE_STRUCT_OPS: id of the value's type in the kernel's BTF. */
  __u32 btf_vmlinux_value_type_id;

  /* For maps of maps: a map like those that will be put in. */
  __u32 inner_map_fd;
  __u32 map_flags;
  __u64 map_extra;

  /* Used with BPF_F_NUMA_NODE in map_flags. */
  __u32 numa_node;
  /* For maps of a network device. */
  __u32 map_ifindex;
  /* BTF object of the module that btf_vmlinux_value_type_id belongs to; used with
   * BPF_F_VTYPE_BTF_OBJ_FD. */
  __s32 value_type_btf_obj_fd;

  /* BPF token; used with BPF_F_TOKEN_FD. */
  __u32 token_fd;

  /* SHA-256 of the one program that may use the map, and its size, 32. */
  const void* excl_prog_hash;
  __u32 excl_prog_hash_size;

  struct bpf_log_opts* log_opts;
  __extension__ size_t : 0;
};
#define bpf_map_create_opts__last_field log_opts

/* bpf_map_create makes a map and gives its descriptor. The kernel keeps the first 15 bytes of
 * `map_name`, of letters, digits, '_' and '.'; NULL or "" is no name. Fails with EINVAL if `opts`
 * or its log_opts are invalid. */
LIBBPF_API int bpf_map_create(enum bpf_map_type map_type, const char* map_name, __u32 key_size,
                              __u32 value_size, __u32 max_entries,
                              const struct bpf_map_create_opts* opts);

/* The element functions. `key` and `value` have the sizes that the map was made with. The value of
 * a per-CPU map is an array: for each possible CPU value_size bytes, rounded up to a multiple of 8.
 * Queues, stacks and bloom filters have no key: NULL.
 *
 * bpf_map_update_elem writes an element. `flags`: BPF_ANY, BPF_NOEXIST (EEXIST if it is there),
 * BPF_EXIST (ENOENT if it is not), BPF_F_LOCK. E2BIG: the map is full, or the index is beyond its
 * end. */
LIBBPF_API int bpf_map_update_elem(int fd, const void* key, const void* value, __u64 flags);

/* bpf_map_lookup_elem copies an element to `value`; ENOENT if there is none. */
LIBBPF_API int bpf_map_lookup_elem(int fd, const void* key, void* value);
LIBBPF_API int bpf_map_lookup_elem_flags(int fd, const void* key, void* value, __u64 flags);

/* bpf_map_lookup_and_delete_elem does both at once, where the kind of map can. */
LIBBPF_API int bpf_map_lookup_and_delete_elem(int fd, const void* key, void* value);
LIBBPF_API int bpf_map_lookup_and_delete_elem_flags(int fd, const void* key, void* value,
                                                    __u64 flags);

/* bpf_map_delete_elem removes an element; ENOENT if there is none. */
LIBBPF_API int bpf_map_delete_elem(int fd, const void* key);
LIBBPF_API int bpf_map_delete_elem_flags(int fd, const void* key, __u64 flags);

/* bpf_map_get_next_key writes the key behind `key` to `next_key`; the first one if `key` is NULL or
 * is not in a hash. ENOENT: `key` was the last. Both may be the same memory. */
LIBBPF_API int bpf_map_get_next_key(int fd, const void* key, void* next_key);

/* bpf_map_freeze forbids all further writes by bpf(2); programs can go on writing. */
LIBBPF_API int bpf_map_freeze(int fd);

/* Options of the batch functions. */
struct bpf_map_batch_opts {
  size_t sz;
  /* Flags for each element, as of bpf_map_update_elem; the kernel takes BPF_F_LOCK. */
  __u64 elem_flags;
  __u64 flags;
};
#define bpf_map_batch_opts__last_field flags

/* The batch functions handle many elements in one call. `keys` and `values` are arrays of `*count`
 * elements. `*count` is how many have been handled when the function returns, on failure too, but
 * not after EFAULT. EINVAL if `count` is NULL.
 *
 * bpf_map_delete_batch stops at the first key that is not there, with ENOENT. */
LIBBPF_API int bpf_map_delete_batch(int fd, const void* keys, __u32* count,
                                    const struct bpf_map_batch_opts* opts);

/* bpf_map_lookup_batch reads the next elements. `in_batch` is NULL for the first call, then what
 * the call before wrote to `out_batch`: a key, or for hashes 4 bytes, so at least 4 bytes. Both may
 * be the same memory. ENOENT: the end was reached; the `*count` elements are valid. ENOSPC: hashes
 * give whole buckets, and `*count` is too small for the next one. */
LIBBPF_API int bpf_map_lookup_batch(int fd, void* in_batch, void* out_batch, void* keys,
                                    void* values, __u32* count,
                                    const struct bpf_map_batch_opts* opts);

/* bpf_map_lookup_and_delete_batch is bpf_map_lookup_batch that removes what it reads. */
LIBBPF_API int bpf_map_lookup_and_delete_batch(int fd, void* in_batch, void* out_batch, void* keys,
                                               void* values, __u32* count,
                                               const struct bpf_map_batch_opts* opts);

LIBBPF_API int bpf_map_update_batch(int fd, const void* keys, const void* values, __u32* count,
                                    const struct bpf_map_batch_opts* opts);

/* ---- Programs and BTF ---- */

/* Options of bpf_prog_load. */
struct bpf_prog_load_opts {
  size_t sz;

  /* How often verification is tried while a signal interrupts it (EAGAIN); 0 means 5. */
  int attempts;

  enum bpf_attach_type expected_attach_type;
  __u32 prog_btf_fd;
  __u32 prog_flags;
  __u32 prog_ifindex;
  __u32 kern_version;

  /* What the program will be attached to: a type in the kernel's BTF, or in that of the module
   * attach_btf_obj_fd, or in that of the program attach_prog_fd. */
  __u32 attach_btf_id;
  __u32 attach_prog_fd;
  __u32 attach_btf_obj_fd;

  /* Descriptors that instructions name by index. */
  const int* fd_array;

  /* Records of .BTF.ext: each array has `cnt` records of `rec_size` bytes. */
  const void* func_info;
  __u32 func_info_cnt;
  __u32 func_info_rec_size;
  const void* line_info;
  __u32 line_info_cnt;
  __u32 line_info_rec_size;

  /* The verifier's log. Level 0 with a buffer: a log only if the program does not load. */
  __u32 log_level;
  __u32 log_size;
  char* log_buf;
  /* Output: the bytes that the whole log needs; 0 before Linux 6.4, and without a log. */
  __u32 log_true_size;

  /* BPF token; used with BPF_F_TOKEN_FD in prog_flags. */
  __u32 token_fd;

  /* How many entries fd_array has. The kernel then binds the maps in it to the program. 0: it
   * reads the entries that instructions name. */
  __u32 fd_array_cnt;
  __extension__ size_t : 0;
};
#define bpf_prog_load_opts__last_field fd_array_cnt

/* bpf_prog_load loads a program of `insn_cnt` instructions and gives its descriptor. The kernel
 * keeps the first 15 bytes of `prog_name`, as of a map's name. If log_level is 0, there is a log
 * buffer and the load fails, it is tried once more with level 1, and that result counts. If the
 * kernel knows shorter func_info or line_info records (E2BIG), it is tried again with the rest of
 * each record zeroed. `opts` receives log_true_size. Fails with
 *   EINVAL  `opts` is invalid; attempts is below 0; attach_prog_fd and attach_btf_obj_fd are both
 *           set; there is a log_size without a log_buf, or the reverse
 *   E2BIG   more instructions than 32 bits can count
 *   ENOSPC  the log did not fit */
LIBBPF_API int bpf_prog_load(enum bpf_prog_type prog_type, const char* prog_name,
                             const char* license, const struct bpf_insn* insns, size_t insn_cnt,
                             struct bpf_prog_load_opts* opts);

/* Options of bpf_btf_load. */
struct bpf_btf_load_opts {
  size_t sz;

  /* As in bpf_prog_load_opts. */
  char* log_buf;
  __u32 log_level;
  __u32 log_size;
  __u32 log_true_size;

  __u32 btf_flags;
  /* BPF token; used with BPF_F_TOKEN_FD in btf_flags. */
  __u32 token_fd;
  __extension__ size_t : 0;
};
#define bpf_btf_load_opts__last_field token_fd

/* bpf_btf_load gives the kernel `btf_size` bytes of BTF, and the caller the descriptor of the BTF
 * object. Logs are as with bpf_prog_load. Fails with EINVAL if `opts` is invalid or has a log_size
 * without a log_buf, with E2BIG if `btf_size` has more than 32 bits. */
LIBBPF_API int bpf_btf_load(const void* btf_data, size_t btf_size, struct bpf_btf_load_opts* opts);

/* Options of bpf_prog_bind_map. */
struct bpf_prog_bind_opts {
  size_t sz;
  __u32 flags;
};
#define bpf_prog_bind_opts__last_field flags

/* bpf_prog_bind_map keeps a map alive as long as a program is. */
LIBBPF_API int bpf_prog_bind_map(int prog_fd, int map_fd, const struct bpf_prog_bind_opts* opts);

/* Options of bpf_prog_assoc_struct_ops. */
struct bpf_prog_assoc_struct_ops_opts {
  size_t sz;
  __u32 flags;
  __extension__ size_t : 0;
};
#define bpf_prog_assoc_struct_ops_opts__last_field flags

/* bpf_prog_assoc_struct_ops ties a program to the struct_ops map whose kernel functions it calls.
 */
LIBBPF_API int bpf_prog_assoc_struct_ops(int prog_fd, int map_fd,
                                         struct bpf_prog_assoc_struct_ops_opts* opts);

/* Options of bpf_prog_test_run_opts. */
struct bpf_test_run_opts {
  size_t sz;
  /* What the program gets, and where its changed copy goes; NULL for none. */
  const void* data_in;
  void* data_out;
  __u32 data_size_in;
  /* In: room in data_out. Out: bytes of the data. So with ctx_size_out. */
  __u32 data_size_out;
  const void* ctx_in;
  void* ctx_out;
  __u32 ctx_size_in;
  __u32 ctx_size_out;
  /* Out: what the program returned. */
  __u32 retval;
  int repeat;
  /* Out: mean time of a run in ns. */
  __u32 duration;
  __u32 flags;
  __u32 cpu;
  __u32 batch_size;
};
#define bpf_test_run_opts__last_field batch_size

/* bpf_prog_test_run_opts runs a program once, or `repeat` times, on the data of `opts`, and writes
 * the outputs of `opts`, on failure too. ENOSPC: the data did not fit into data_out. */
LIBBPF_API int bpf_prog_test_run_opts(int prog_fd, struct bpf_test_run_opts* opts);

/* A struct of 0.x. No function of this interface takes it. */
struct bpf_prog_test_run_attr {
  int prog_fd;
  int repeat;
  const void* data_in;
  __u32 data_size_in;
  void* data_out;
  __u32 data_size_out;
  __u32 retval;
  __u32 duration;
  const void* ctx_in;
  __u32 ctx_size_in;
  void* ctx_out;
  __u32 ctx_size_out;
};

/* Options of bpf_prog_stream_read. */
struct bpf_prog_stream_read_opts {
  size_t sz;
  __extension__ size_t : 0;
};
#define bpf_prog_stream_read_opts__last_field sz

/* bpf_prog_stream_read reads what a program has printed to the stream 1 (stdout) or 2 (stderr).
 * Returns the number of bytes, 0 if there are none. ENOENT: no such stream. */
LIBBPF_API int bpf_prog_stream_read(int prog_fd, __u32 stream_id, void* buf, __u32 buf_len,
                                    struct bpf_prog_stream_read_opts* opts);

/* ---- Files: pin and get ---- */

/* Options of bpf_obj_pin_opts. */
struct bpf_obj_pin_opts {
  size_t sz;
  __u32 file_flags;
  /* With BPF_F_PATH_FD in file_flags: the folder that a relative path starts from. */
  int path_fd;
  __extension__ size_t : 0;
};
#define bpf_obj_pin_opts__last_field path_fd

/* bpf_obj_pin gives a map, program or link a name in a bpf file system, which keeps it alive. */
LIBBPF_API int bpf_obj_pin(int fd, const char* pathname);
LIBBPF_API int bpf_obj_pin_opts(int fd, const char* pathname, const struct bpf_obj_pin_opts* opts);

/* Options of bpf_obj_get_opts. */
struct bpf_obj_get_opts {
  size_t sz;
  /* BPF_F_RDONLY, BPF_F_WRONLY, BPF_F_PATH_FD. */
  __u32 file_flags;
  /* As in bpf_obj_pin_opts. */
  int path_fd;
  __extension__ size_t : 0;
};
#define bpf_obj_get_opts__last_field path_fd

/* bpf_obj_get gives a descriptor of what is pinned at a path. */
LIBBPF_API int bpf_obj_get(const char* pathname);
LIBBPF_API int bpf_obj_get_opts(const char* pathname, const struct bpf_obj_get_opts* opts);

/* ---- Attaching programs without a link ----
 *
 * `target` and `attachable_fd` are the descriptor of a cgroup, network namespace (0 for flow
 * dissectors), map or lirc device; for tcx and netkit, the index of a network device. What is
 * attached so stays until it is detached or the target is removed. */

/* Options of bpf_prog_attach_opts. */
struct bpf_prog_attach_opts {
  size_t sz;
  /* BPF_F_ALLOW_MULTI, BPF_F_REPLACE, BPF_F_BEFORE, BPF_F_AFTER, BPF_F_LINK and so on. */
  __u32 flags;
  /* With BPF_F_REPLACE: the program to replace. */
  __extension__ union {
    int replace_prog_fd;
    int replace_fd;
  };
  /* With BPF_F_BEFORE or BPF_F_AFTER: next to which program (or link, with BPF_F_LINK), one of
   * both; none: first or last. */
  int relative_fd;
  __u32 relative_id;
  /* Fail with ESTALE unless the target is of this revision; 0: do not ask. */
  __u64 expected_revision;
  __extension__ size_t : 0;
};
#define bpf_prog_attach_opts__last_field expected_revision

/* bpf_prog_attach_opts attaches a program to a target. Fails with EINVAL if `opts` is invalid or
 * has both relative_fd and relative_id. */
LIBBPF_API int bpf_prog_attach_opts(int prog_fd, int target, enum bpf_attach_type type,
                                    const struct bpf_prog_attach_opts* opts);

/* bpf_prog_attach is bpf_prog_attach_opts with flags alone. */
LIBBPF_API int bpf_prog_attach(int prog_fd, int attachable_fd, enum bpf_attach_type type,
                               unsigned int flags);

/* Options of bpf_prog_detach_opts, as in bpf_prog_attach_opts. */
struct bpf_prog_detach_opts {
  size_t sz;
  __u32 flags;
  int relative_fd;
  __u32 relative_id;
  __u64 expected_revision;
  __extension__ size_t : 0;
};
#define bpf_prog_detach_opts__last_field expected_revision

/* bpf_prog_detach_opts detaches the program `prog_fd`, or with 0 the only one. */
LIBBPF_API int bpf_prog_detach_opts(int prog_fd, int target, enum bpf_attach_type type,
                                    const struct bpf_prog_detach_opts* opts);

/* bpf_prog_detach detaches the only program of a target, bpf_prog_detach2 the one that is named. */
LIBBPF_API int bpf_prog_detach(int attachable_fd, enum bpf_attach_type type);
LIBBPF_API int bpf_prog_detach2(int prog_fd, int attachable_fd, enum bpf_attach_type type);

/* Options of bpf_prog_query_opts. */
struct bpf_prog_query_opts {
  size_t sz;
  /* BPF_F_QUERY_EFFECTIVE */
  __u32 query_flags;
  /* Out: how the programs are attached. */
  __u32 attach_flags;
  /* Arrays of `count` entries, for the ids of programs and links and their attach flags; each may
   * be NULL. */
  __u32* prog_ids;
  /* In: room in the arrays. Out: how many programs there are. */
  __extension__ union {
    __u32 prog_cnt;
    __u32 count;
  };
  __u32* prog_attach_flags;
  __u32* link_ids;
  __u32* link_attach_flags;
  /* Out: the target's revision. */
  __u64 revision;
  __extension__ size_t : 0;
};
#define bpf_prog_query_opts__last_field revision

/* bpf_prog_query_opts lists the programs of a target. It writes attach_flags, count and revision on
 * failure too. ENOSPC: there are more programs than room; the arrays hold the first ones. */
LIBBPF_API int bpf_prog_query_opts(int target, enum bpf_attach_type type,
                                   struct bpf_prog_query_opts* opts);

/* bpf_prog_query is bpf_prog_query_opts with plain arguments. `attach_flags` may be NULL. */
LIBBPF_API int bpf_prog_query(int target_fd, enum bpf_attach_type type, __u32 query_flags,
                              __u32* attach_flags, __u32* prog_ids, __u32* prog_cnt);

/* ---- Links ---- */

union bpf_iter_link_info;

/* Options of bpf_link_create. Of the union the member of the attach type is used. */
struct bpf_link_create_opts {
  size_t sz;
  __u32 flags;
  /* For BPF_TRACE_ITER: what to iterate over, and the size of that. */
  union bpf_iter_link_info* iter_info;
  __u32 iter_info_len;
  /* For BPF_PROG_TYPE_EXT: the function to replace. Excludes all that follows and iter_info. */
  __u32 target_btf_id;
  __extension__ union {
    /* BPF_PERF_EVENT */
    struct {
      __u64 bpf_cookie;
    } perf_event;
    /* BPF_TRACE_KPROBE_MULTI, BPF_TRACE_KPROBE_SESSION: `cnt` functions by name or by address. */
    struct {
      __u32 flags;
      __u32 cnt;
      const char** syms;
      const unsigned long* addrs;
      const __u64* cookies;
    } kprobe_multi;
    /* BPF_TRACE_UPROBE_MULTI, BPF_TRACE_UPROBE_SESSION: `cnt` offsets in a file. */
    struct {
      __u32 flags;
      __u32 cnt;
      const char* path;
      const unsigned long* offsets;
      const unsigned long* ref_ctr_offsets;
      const __u64* cookies;
      __u32 pid;
      __u32 path_fd;
    } uprobe_multi;
    /* BPF_TRACE_FENTRY, BPF_TRACE_FEXIT, BPF_TRACE_FSESSION, BPF_MODIFY_RETURN, BPF_TRACE_RAW_TP,
     * BPF_LSM_MAC */
    struct {
      __u64 cookie;
    } tracing;
    /* BPF_NETFILTER */
    struct {
      __u32 pf;
      __u32 hooknum;
      __s32 priority;
      __u32 flags;
    } netfilter;
    /* BPF_TCX_INGRESS, BPF_TCX_EGRESS; as in bpf_prog_attach_opts. So are the next two. */
    struct {
      __u32 relative_fd;
      __u32 relative_id;
      __u64 expected_revision;
    } tcx;
    /* BPF_NETKIT_PRIMARY, BPF_NETKIT_PEER */
    struct {
      __u32 relative_fd;
      __u32 relative_id;
      __u64 expected_revision;
    } netkit;
    /* BPF_CGROUP_*, BPF_LSM_CGROUP */
    struct {
      __u32 relative_fd;
      __u32 relative_id;
      __u64 expected_revision;
    } cgroup;
    /* BPF_TRACE_FENTRY_MULTI, BPF_TRACE_FEXIT_MULTI, BPF_TRACE_FSESSION_MULTI: `cnt` functions by
     * their BTF ids. */
    struct {
      const __u32* ids;
      const __u64* cookies;
      __u32 cnt;
    } tracing_multi;
  };
  __extension__ size_t : 0;
};
#define bpf_link_create_opts__last_field uprobe_multi.path_fd

/* bpf_link_create attaches a program to a target and gives the descriptor of the link: the program
 * is detached when the last descriptor is closed and nothing is pinned. `target_fd` is a descriptor
 * or the index of a network device, 0 where the attach type has no target. On kernels before 5.19
 * tracing programs are attached by BPF_RAW_TRACEPOINT_OPEN instead. Fails with EINVAL if `opts` is
 * invalid, which includes a field that the attach type does not have. */
LIBBPF_API int bpf_link_create(int prog_fd, int target_fd, enum bpf_attach_type attach_type,
                               const struct bpf_link_create_opts* opts);

/* bpf_link_detach detaches a link's program while the link stays. EOPNOTSUPP: this kind of link
 * cannot. */
LIBBPF_API int bpf_link_detach(int link_fd);

/* Options of bpf_link_update. */
struct bpf_link_update_opts {
  size_t sz;
  __u32 flags;
  /* With BPF_F_REPLACE: fail with EPERM unless this is what the link has now. One of both. */
  __u32 old_prog_fd;
  __u32 old_map_fd;
};
#define bpf_link_update_opts__last_field old_map_fd

/* bpf_link_update gives a link another program, or a struct_ops link another map. */
LIBBPF_API int bpf_link_update(int link_fd, int new_prog_fd,
                               const struct bpf_link_update_opts* opts);

/* bpf_iter_create gives a descriptor from which read(2) runs an iterator's program. */
LIBBPF_API int bpf_iter_create(int link_fd);

/* Options of bpf_raw_tracepoint_open_opts. */
struct bpf_raw_tp_opts {
  size_t sz;
  /* The tracepoint; NULL for programs whose target is known from BTF. */
  const char* tp_name;
  __u64 cookie;
  __extension__ size_t : 0;
};
#define bpf_raw_tp_opts__last_field cookie

/* bpf_raw_tracepoint_open attaches a program to a raw tracepoint. The program is detached when the
 * descriptor that it gives is closed. ENOENT: no such tracepoint. */
LIBBPF_API int bpf_raw_tracepoint_open_opts(int prog_fd, struct bpf_raw_tp_opts* opts);
LIBBPF_API int bpf_raw_tracepoint_open(const char* name, int prog_fd);

/* ---- Ids and information ---- */

/* bpf_*_get_next_id writes the lowest id above `start_id`. ENOENT: there is none. */
LIBBPF_API int bpf_prog_get_next_id(__u32 start_id, __u32* next_id);
LIBBPF_API int bpf_map_get_next_id(__u32 start_id, __u32* next_id);
LIBBPF_API int bpf_btf_get_next_id(__u32 start_id, __u32* next_id);
LIBBPF_API int bpf_link_get_next_id(__u32 start_id, __u32* next_id);

/* Options of bpf_*_get_fd_by_id_opts. */
struct bpf_get_fd_by_id_opts {
  size_t sz;
  /* For maps: BPF_F_RDONLY. For BTF: BPF_F_TOKEN_FD, with which token_fd is used. */
  __u32 open_flags;
  __u32 token_fd;
  __extension__ size_t : 0;
};
#define bpf_get_fd_by_id_opts__last_field token_fd

/* bpf_*_get_fd_by_id gives a descriptor of what has an id. ENOENT: it is gone. */
LIBBPF_API int bpf_prog_get_fd_by_id(__u32 id);
LIBBPF_API int bpf_prog_get_fd_by_id_opts(__u32 id, const struct bpf_get_fd_by_id_opts* opts);
LIBBPF_API int bpf_map_get_fd_by_id(__u32 id);
LIBBPF_API int bpf_map_get_fd_by_id_opts(__u32 id, const struct bpf_get_fd_by_id_opts* opts);
LIBBPF_API int bpf_btf_get_fd_by_id(__u32 id);
LIBBPF_API int bpf_btf_get_fd_by_id_opts(__u32 id, const struct bpf_get_fd_by_id_opts* opts);
LIBBPF_API int bpf_link_get_fd_by_id(__u32 id);
LIBBPF_API int bpf_link_get_fd_by_id_opts(__u32 id, const struct bpf_get_fd_by_id_opts* opts);

/* bpf_obj_get_info_by_fd writes up to `*info_len` bytes of information to `info`, and to
 * `*info_len` how many it wrote. `info` is input too: it may name buffers of the caller's, and all
 * else in it must be 0. The others are the same call, with the type of the struct. EBADFD: the
 * descriptor is not open. */
LIBBPF_API int bpf_obj_get_info_by_fd(int bpf_fd, void* info, __u32* info_len);
LIBBPF_API int bpf_prog_get_info_by_fd(int prog_fd, struct bpf_prog_info* info, __u32* info_len);
LIBBPF_API int bpf_map_get_info_by_fd(int map_fd, struct bpf_map_info* info, __u32* info_len);
LIBBPF_API int bpf_btf_get_info_by_fd(int btf_fd, struct bpf_btf_info* info, __u32* info_len);
LIBBPF_API int bpf_link_get_info_by_fd(int link_fd, struct bpf_link_info* info, __u32* info_len);

/* bpf_task_fd_query asks what is attached to a perf event or raw tracepoint that is the descriptor
 * `fd` of a process. `buf` receives a name, cut if need be, `*buf_len` its length. All outputs are
 * written, on failure too. ENOSPC: the name did not fit. ENOTSUPP: another kind of descriptor. */
LIBBPF_API int bpf_task_fd_query(int pid, int fd, __u32 flags, char* buf, __u32* buf_len,
                                 __u32* prog_id, __u32* fd_type, __u64* probe_offset,
                                 __u64* probe_addr);

/* bpf_enable_stats has the kernel count programs' runs for as long as the descriptor that it gives
 * is open. C++ takes the type as an int, as libbpf's header does. */
#ifdef __cplusplus
LIBBPF_API int bpf_enable_stats(int type);
#else
LIBBPF_API int bpf_enable_stats(enum bpf_stats_type type);
#endif

/* ---- Tokens ---- */

/* Options of bpf_token_create. */
struct bpf_token_create_opts {
  size_t sz;
  __u32 flags;
  __extension__ size_t : 0;
};
#define bpf_token_create_opts__last_field flags

/* bpf_token_create makes a BPF token from a folder of a bpf file system that has delegate_* mount
 * options, and gives its descriptor. Linux 6.9. */
LIBBPF_API int bpf_token_create(int bpffs_fd, struct bpf_token_create_opts* opts);

/* ---- Constants ---- */

/* BPF_LOG_BUF_SIZE is the largest log buffer that every kernel takes. */
#define BPF_LOG_BUF_SIZE (UINT32_MAX >> 8)

/* MAPS_RELAX_COMPAT is left from 0.x; nothing takes it. */
#define MAPS_RELAX_COMPAT 0x01

#ifdef __cplusplus
} /* extern "C" */
#pragma GCC diagnostic pop
#endif

#endif /* __LIBBPF_BPF_H */
