/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* skel_internal.h: what light skeletons (`bpftool gen skeleton -L`) need to load themselves: a BPF
 * program makes their maps and programs, and bpf_load_and_run runs it. All is inline, for programs
 * without the library, and for the kernel.
 *
 * Unless its comment says otherwise, a function that returns int gives 0 or a descriptor, and on
 * failure -1 with errno; in the kernel -errno. */
#ifndef __SKEL_INTERNAL_H
#define __SKEL_INTERNAL_H

#ifdef __KERNEL__
#include <linux/bpf.h>
#include <linux/fdtable.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>

/* The kernel exports it, and declares it for itself. */
extern int kern_sys_bpf(int cmd, union bpf_attr* attr, unsigned int size);
#else
#include <errno.h>
#include <linux/keyctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"

/* C libraries for mips may be without it. */
#if defined(__mips__) && !defined(__NR_bpf)
#if defined(_ABIO32) && _MIPS_SIM == _ABIO32
#define __NR_bpf 4355
#elif defined(_ABIN32) && _MIPS_SIM == _ABIN32
#define __NR_bpf 6319
#elif defined(_ABI64) && _MIPS_SIM == _ABI64
#define __NR_bpf 5315
#endif
#endif
#endif

#ifdef __cplusplus
/* Programs that ask for warnings of C's casts shall not get them for this header. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
extern "C" {
#endif

/* ---- What a skeleton and its loader program share ----
 *
 * The loader gets a struct bpf_loader_ctx, then a bpf_map_desc for each map, then a bpf_prog_desc
 * for each program. It finds them by their offsets: these structs never change. */

struct bpf_map_desc {
  /* Out: the map. */
  int map_fd;
  /* If not 0, in place of what the object says. */
  __u32 max_entries;
  /* If not 0, the address of the first contents of a data section. */
  __aligned_u64 initial_value;
};

struct bpf_prog_desc {
  /* Out: the program. */
  int prog_fd;
};

/* Flags of struct bpf_loader_ctx. */
enum {
  BPF_SKEL_KERNEL = 1, /* initial_value is an address of the kernel's */
};

struct bpf_loader_ctx {
  /* Bytes of this struct and the descriptions behind it. */
  __u32 sz;
  __u32 flags;
  /* Where the kernel's logs of all that is loaded go. */
  __u32 log_level;
  __u32 log_size;
  __u64 log_buf;
};

struct bpf_load_and_run_opts {
  struct bpf_loader_ctx* ctx;
  /* The loader: the contents of its map, and its instructions. Sizes are in bytes. */
  const void* data;
  const void* insns;
  __u32 data_sz;
  __u32 insns_sz;
  /* Out: what failed. */
  const char* errstr;
  /* The loader's signature and the keyring to verify it with, and the SHA-256 of its instructions,
   * which no other program may then use the map of; NULL if it is not signed. */
  void* signature;
  __u32 signature_sz;
  __s32 keyring_id;
  void* excl_prog_hash;
  __u32 excl_prog_hash_sz;
};

/* ---- System calls ----
 *
 * Each passes as much of union bpf_attr as it has set, so that older kernels take it. */

/* union bpf_attr, and what those that programs are compiled with may not have yet. */
union ___skel_attr {
  union bpf_attr known;
  struct {
    __u64 before[10];
    __u64 excl_prog_hash;
    __u32 excl_prog_hash_size;
  } map_create;
  struct {
    __u32 before[30];
    __u64 fd_array;
    __u32 between[5];
    __u32 fd_array_cnt;
    __u64 signature;
    __u32 signature_size;
    __s32 keyring_id;
  } prog_load;
};

/* How many bytes of a struct or union there are up to the end of a member. */
#define ___skel_size_to(attr, member)                                                              \
  ((unsigned int)((const char*)(&(attr).member + 1) - (const char*)&(attr)))

/* An address as the kernel takes it. */
static inline __u64 ___skel_address(const void* pointer) {
  return (__u64)(unsigned long)pointer;
}

static inline int skel_sys_bpf(enum bpf_cmd cmd, union bpf_attr* attr, unsigned int size) {
#ifdef __KERNEL__
  return kern_sys_bpf(cmd, attr, size);
#else
  return (int)syscall(__NR_bpf, cmd, attr, size);
#endif
}

/* The -errno of a call that gave `result`. */
static inline int ___skel_error(int result) {
#ifdef __KERNEL__
  return result;
#else
  return result < 0 ? -errno : result;
#endif
}

/* skel_closenz closes a descriptor; -EINVAL if it is 0 or below, which stands for none. */
static inline int skel_closenz(int fd) {
  if (fd <= 0)
    return -EINVAL;
#ifdef __KERNEL__
  return close_fd(fd);
#else
  return close(fd);
#endif
}

static inline int skel_map_create(enum bpf_map_type map_type, const char* map_name, __u32 key_size,
                                  __u32 value_size, __u32 max_entries, const void* excl_prog_hash,
                                  __u32 excl_prog_hash_sz) {
  union ___skel_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.known.map_type = map_type;
  strncpy(attr.known.map_name, map_name, sizeof(attr.known.map_name) - 1);
  attr.known.key_size = key_size;
  attr.known.value_size = value_size;
  attr.known.max_entries = max_entries;
  attr.map_create.excl_prog_hash = ___skel_address(excl_prog_hash);
  attr.map_create.excl_prog_hash_size = excl_prog_hash_sz;
  return skel_sys_bpf(BPF_MAP_CREATE, &attr.known,
                      ___skel_size_to(attr, map_create.excl_prog_hash_size));
}

static inline int skel_map_update_elem(int fd, const void* key, const void* value, __u64 flags) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_fd = (__u32)fd;
  attr.key = ___skel_address(key);
  attr.value = ___skel_address(value);
  attr.flags = flags;
  return skel_sys_bpf(BPF_MAP_UPDATE_ELEM, &attr, ___skel_size_to(attr, flags));
}

static inline int skel_map_delete_elem(int fd, const void* key) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_fd = (__u32)fd;
  attr.key = ___skel_address(key);
  return skel_sys_bpf(BPF_MAP_DELETE_ELEM, &attr, ___skel_size_to(attr, flags));
}

static inline int skel_map_get_fd_by_id(__u32 id) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_id = id;
  return skel_sys_bpf(BPF_MAP_GET_FD_BY_ID, &attr, ___skel_size_to(attr, open_flags));
}

/* skel_map_freeze forbids all further writes by system calls. */
static inline int skel_map_freeze(int fd) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_fd = (__u32)fd;
  return skel_sys_bpf(BPF_MAP_FREEZE, &attr, ___skel_size_to(attr, map_fd));
}

static inline int skel_raw_tracepoint_open(const char* name, int prog_fd) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.raw_tracepoint.name = ___skel_address(name);
  attr.raw_tracepoint.prog_fd = (__u32)prog_fd;
  return skel_sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr,
                      ___skel_size_to(attr, raw_tracepoint.prog_fd));
}

static inline int skel_link_create(int prog_fd, int target_fd, enum bpf_attach_type attach_type) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.link_create.prog_fd = (__u32)prog_fd;
  attr.link_create.target_fd = (__u32)target_fd;
  attr.link_create.attach_type = attach_type;
  return skel_sys_bpf(BPF_LINK_CREATE, &attr, ___skel_size_to(attr, link_create.iter_info_len));
}

/* Has the kernel compute the hash of a frozen map, which loaders made for libbpf 1.7 compare with
 * the one that was signed. Kernels without such hashes refuse it. */
static inline int ___skel_compute_hash(int fd) {
  union bpf_attr attr;
  __u8 hash[32];
  /* struct bpf_map_info, of which older <linux/bpf.h> do not have the end. */
  struct {
    __u64 before[11];
    __u64 hash;
    __u32 hash_size;
    __u32 padding;
  } info;

  memset(hash, 0, sizeof(hash));
  memset(&info, 0, sizeof(info));
  info.hash = ___skel_address(hash);
  info.hash_size = sizeof(hash);
  memset(&attr, 0, sizeof(attr));
  attr.info.bpf_fd = (__u32)fd;
  attr.info.info = ___skel_address(&info);
  attr.info.info_len = sizeof(info);
  return skel_sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, ___skel_size_to(attr, info.info));
}

/* ---- Memory ---- */

/* skel_alloc gives zeroed memory, for skel_free. NULL: there is none. */
static inline void* skel_alloc(size_t size) {
#ifdef __KERNEL__
  return kcalloc(1, size, GFP_KERNEL);
#else
  return calloc(1, size);
#endif
}

static inline void skel_free(void* p) {
#ifdef __KERNEL__
  kfree(p);
#else
  free(p);
#endif
}

/* Contents of data sections: a skeleton has a pointer to them, and their address in a
 * bpf_map_desc's initial_value. skel_prep_map_data makes a copy of `val_sz` bytes at `val`, which
 * has `mmap_sz` bytes and which the skeleton's user may change. After the load
 * skel_finalize_map_data gives in its place the memory of the map `fd`: in a process it is at the
 * same address, with the protection `flags` (PROT_*). NULL: there is no memory. skel_free_map_data
 * releases either, `addr` being initial_value. */
static inline void* skel_prep_map_data(const void* val, size_t mmap_sz, size_t val_sz) {
#ifdef __KERNEL__
  void* copy = kvmalloc(val_sz, GFP_KERNEL);
  (void)mmap_sz;
  if (!copy)
    return NULL;
#else
  void* copy = mmap(NULL, mmap_sz, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (copy == (void*)-1)
    return NULL;
#endif
  memcpy(copy, val, val_sz);
  return copy;
}

#ifdef __KERNEL__
/* The map outlives the skeleton's pointer to its memory: the skeleton has the descriptor. An
 * initial_value of 0 says that there is no copy any more. */
static inline void* skel_finalize_map_data(__u64* init_val, size_t mmap_sz, int flags, int fd) {
  struct bpf_map* map = bpf_map_get(fd);
  void* value = NULL;

  kvfree((void*)(unsigned long)*init_val);
  *init_val = 0;
  if (IS_ERR(map))
    return NULL;
  if (map->map_type == BPF_MAP_TYPE_ARRAY)
    value = container_of(map, struct bpf_array, map)->value;
  bpf_map_put(map);
  return value;
}

static inline void skel_free_map_data(void* p, __u64 addr, size_t sz) {
  if (addr)
    kvfree(p);
}
#else
static inline void* skel_finalize_map_data(__u64* init_val, size_t mmap_sz, int flags, int fd) {
  void* value =
      mmap((void*)(unsigned long)*init_val, mmap_sz, flags, MAP_SHARED | MAP_FIXED, fd, 0);
  return value == (void*)-1 ? NULL : value;
}

static inline void skel_free_map_data(void* p, __u64 addr, size_t sz) {
  (void)addr;
  munmap(p, sz);
}
#endif

/* ---- Loading ---- */

/* Loads the loader's program, which finds its map `map_fd` by the index 0. */
static inline int ___skel_load_program(const struct bpf_load_and_run_opts* opts, int* map_fd) {
  union ___skel_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.known.prog_type = 31; /* BPF_PROG_TYPE_SYSCALL, of Linux 5.14 */
  attr.known.insns = ___skel_address(opts->insns);
  attr.known.insn_cnt = opts->insns_sz / (__u32)sizeof(struct bpf_insn);
  attr.known.license = ___skel_address("Dual BSD/GPL");
  memcpy(attr.known.prog_name, "__loader.prog", sizeof("__loader.prog"));
  attr.prog_load.fd_array = ___skel_address(map_fd);
  attr.known.log_level = opts->ctx->log_level;
  attr.known.log_size = opts->ctx->log_size;
  attr.known.log_buf = opts->ctx->log_buf;
  attr.known.prog_flags = BPF_F_SLEEPABLE;
  if (opts->signature) {
    attr.prog_load.fd_array_cnt = 1;
    attr.prog_load.signature = ___skel_address(opts->signature);
    attr.prog_load.signature_size = opts->signature_sz;
    attr.prog_load.keyring_id = opts->keyring_id;
  }
  return skel_sys_bpf(BPF_PROG_LOAD, &attr.known, ___skel_size_to(attr, prog_load.keyring_id));
}

/* Runs it, and gives its result. */
static inline int ___skel_run_program(struct bpf_load_and_run_opts* opts, int prog_fd) {
  union bpf_attr attr;
  int error;

  memset(&attr, 0, sizeof(attr));
  attr.test.prog_fd = (__u32)prog_fd;
  attr.test.ctx_in = ___skel_address(opts->ctx);
  attr.test.ctx_size_in = opts->ctx->sz;
  error = ___skel_error(skel_sys_bpf(BPF_PROG_TEST_RUN, &attr, ___skel_size_to(attr, test)));
  if (error < 0) {
    opts->errstr = "failed to run the loader program";
    return error;
  }
  if ((int)attr.test.retval < 0)
    opts->errstr = "the loader program failed";
  return (int)attr.test.retval < 0 ? (int)attr.test.retval : 0;
}

/* bpf_load_and_run runs a loader: it makes a map of its data, freezes that, loads its program, runs
 * it once on the context, and closes both. What the loader has made is in the context then. Returns
 * 0, or -errno with `opts->errstr` set. */
static inline int bpf_load_and_run(struct bpf_load_and_run_opts* opts) {
  int map_fd, prog_fd, error, key = 0;

  map_fd = skel_map_create(BPF_MAP_TYPE_ARRAY, "__loader.map", sizeof(key), opts->data_sz, 1,
                           opts->excl_prog_hash, opts->excl_prog_hash_sz);
  if (map_fd < 0) {
    opts->errstr = "failed to create the loader map";
    return ___skel_error(map_fd);
  }
  error = ___skel_error(skel_map_update_elem(map_fd, &key, opts->data, 0));
  if (error < 0) {
    opts->errstr = "failed to write the loader map";
    goto close_map;
  }
  error = ___skel_error(skel_map_freeze(map_fd));
  if (error < 0) {
    opts->errstr = "failed to freeze the loader map";
    goto close_map;
  }
  if (opts->signature)
    ___skel_compute_hash(map_fd);

  prog_fd = ___skel_load_program(opts, &map_fd);
  if (prog_fd < 0) {
    error = ___skel_error(prog_fd);
    opts->errstr = "failed to load the loader program";
    goto close_map;
  }
  error = ___skel_run_program(opts, prog_fd);
  skel_closenz(prog_fd);
close_map:
  skel_closenz(map_fd);
  return error;
}

#ifdef __cplusplus
} /* extern "C" */
#pragma GCC diagnostic pop
#endif

#endif /* __SKEL_INTERNAL_H */
