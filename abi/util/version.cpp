// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which libbpf this is, and the switch of behaviour that releases before 1.0 had.
#include <bpf/libbpf.h>
#include <bpf/libbpf_legacy.h>
#include <bpf/libbpf_version.h>

#include "abi/boundary/handle_maker.hpp"

using ringside::Called;
using ringside::callers_own;

#define RINGSIDE_TEXT(number) #number
#define RINGSIDE_VERSION(major, minor) "v" RINGSIDE_TEXT(major) "." RINGSIDE_TEXT(minor)

extern "C" LIBBPF_API __u32 libbpf_major_version(void) {
  return LIBBPF_MAJOR_VERSION;
}

extern "C" LIBBPF_API __u32 libbpf_minor_version(void) {
  return LIBBPF_MINOR_VERSION;
}

extern "C" LIBBPF_API const char* libbpf_version_string(void) {
  return RINGSIDE_VERSION(LIBBPF_MAJOR_VERSION, LIBBPF_MINOR_VERSION);
}

// Since 1.0 the strict mode is the only one. A libbpf 0.x of the caller has others.
extern "C" LIBBPF_API int libbpf_set_strict_mode(enum libbpf_strict_mode mode) {
  if (auto* const own = callers_own(libbpf_set_strict_mode, Called()))
    return own(mode);
  return 0;
}
