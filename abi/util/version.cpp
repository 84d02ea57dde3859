// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which libbpf this is, and the switch of behaviour that releases before 1.0 had.
#include <bpf/libbpf.h>
#include <bpf/libbpf_legacy.h>
#include <bpf/libbpf_version.h>

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

// Since 1.0 the strict mode is the only one.
extern "C" LIBBPF_API int libbpf_set_strict_mode(enum libbpf_strict_mode /*mode*/) {
  return 0;
}
