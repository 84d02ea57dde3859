/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* libbpf_legacy.h: what programs written for libbpf 0.x still call, and new ones need not.
 * `libbpf.h` includes it. */
#ifndef __LIBBPF_LEGACY_BPF_H
#define __LIBBPF_LEGACY_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libbpf_common.h"

#ifdef __cplusplus
extern "C" {
#endif

/* libbpf_strict_mode: by these bits a program of the 0.x days asked for behaviour of 1.0 early. */
__extension__ enum libbpf_strict_mode {
  LIBBPF_STRICT_ALL = 0xffffffff,
  LIBBPF_STRICT_NONE = 0x00,
  /* Functions that return pointers fail with NULL and errno, not with an error pointer. */
  LIBBPF_STRICT_CLEAN_PTRS = 0x01,
  /* Functions that return int fail with -errno, not with -1. */
  LIBBPF_STRICT_DIRECT_ERRS = 0x02,
  /* ELF section names of programs are matched exactly. */
  LIBBPF_STRICT_SEC_NAME = 0x04,
  /* There is no list of all open BPF objects. */
  LIBBPF_STRICT_NO_OBJECT_LIST = 0x08,
  /* RLIMIT_MEMLOCK is raised where the kernel charges BPF memory to it. */
  LIBBPF_STRICT_AUTO_RLIMIT_MEMLOCK = 0x10,
  /* Maps are defined in the section ".maps" by BTF alone. */
  LIBBPF_STRICT_MAP_DEFINITIONS = 0x20,
  __LIBBPF_STRICT_LAST
};

/* libbpf_set_strict_mode does nothing: all of the above is how 1.x behaves. Returns 0, for any
 * `mode`. May be called from any thread. */
LIBBPF_API int libbpf_set_strict_mode(enum libbpf_strict_mode mode);

/* libbpf_get_error tells whether `ptr`, just returned by a function of this interface, stands for
 * a failure. Returns
 * - 0 if `ptr` points to something;
 * - -errno if `ptr` is NULL: errno must not have been touched since the call;
 * - the code itself, -4095 to -1, if `ptr` is an error pointer, as 0.x returned it; errno is then
 *   set to it.
 * Functions of 1.x return NULL on failure and set errno, so that new programs test for NULL. */
LIBBPF_API long libbpf_get_error(const void* ptr);

/* DECLARE_LIBBPF_OPTS is the older name of LIBBPF_OPTS. */
#define DECLARE_LIBBPF_OPTS LIBBPF_OPTS

struct bpf_map;
struct bpf_program;
struct btf;
struct btf_ext;

/* Older names: of btf__load_vmlinux_btf, bpf_program__type, bpf_program__expected_attach_type,
 * bpf_map__pin_path, btf__raw_data and btf_ext__raw_data. */
LIBBPF_API struct btf* libbpf_find_kernel_btf(void);
LIBBPF_API enum bpf_prog_type bpf_program__get_type(const struct bpf_program* prog);
LIBBPF_API enum bpf_attach_type
bpf_program__get_expected_attach_type(const struct bpf_program* prog);
LIBBPF_API const char* bpf_map__get_pin_path(const struct bpf_map* map);
LIBBPF_API const void* btf__get_raw_data(const struct btf* btf, __u32* size);
LIBBPF_API const void* btf_ext__get_raw_data(const struct btf_ext* btf_ext, __u32* size);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* __LIBBPF_LEGACY_BPF_H */
