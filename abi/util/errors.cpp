// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Error numbers as words, and errors that are carried by a pointer.
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle.hpp"
#include "base/error_text.hpp"

namespace {

using ringside::Errno;
using ringside::Result;

// The library's own codes, in their order from __LIBBPF_ERRNO__START.
constexpr const char* kTexts[] = {
    "libelf reports an error",
    "the BPF object file is malformed",
    "the kernel version is missing or malformed",
    "the BPF object is of the other byte order",
    "internal error of the library",
    "relocation failed",
    "loading the program failed without a reason from the kernel",
    "the kernel's verifier rejected the program",
    "the program is too large",
    "the program was built for another kernel version",
    "the program is not of the type that it claims",
    "a netlink message is for another process",
    "a netlink message is out of sequence",
    "a netlink message is malformed",
};
static_assert(sizeof(kTexts) / sizeof(kTexts[0]) == __LIBBPF_ERRNO__END - __LIBBPF_ERRNO__START);
static_assert(ringside::kErrnoFormat == Errno(LIBBPF_ERRNO__FORMAT));
static_assert(ringside::kErrnoEndian == Errno(LIBBPF_ERRNO__ENDIAN));

// write_text copies `text` as far as it fits. False if it was cut.
bool write_text(char* buffer, std::size_t size, const char* text) {
  const int length = std::snprintf(buffer, size, "%s", text);
  return length >= 0 && static_cast<std::size_t>(length) < size;
}

Result<void> describe_own_code(int code, char* buffer, std::size_t size) {
  const bool known = code < __LIBBPF_ERRNO__END;
  char unknown[64];
  std::snprintf(unknown, sizeof(unknown), "unknown libbpf error %d", code);
  if (!write_text(buffer, size, known ? kTexts[code - __LIBBPF_ERRNO__START] : unknown))
    return Errno(ERANGE);
  if (!known)
    return Errno(ENOENT);
  return {};
}

} // namespace

extern "C" LIBBPF_API int libbpf_strerror(int err, char* buf, size_t size) {
  const ringside::Entry entry;
  if (buf == nullptr || size == 0)
    return entry.fail(Errno(EINVAL));
  // The smallest int has no positive counterpart and stays as it is: a code that the system does
  // not know.
  const int code = err < 0 && err != INT_MIN ? -err : err;
  if (code >= __LIBBPF_ERRNO__START)
    return entry.leave(describe_own_code(code, buf, size));
  if (const int error = ringside::error_text(code, buf, size); error != 0)
    return entry.fail(Errno(error));
  return entry.give(0);
}

extern "C" LIBBPF_API long libbpf_get_error(const void* ptr) {
  // Such a pointer is the negative of an error.
  if (ringside::is_error(ptr))
    errno = static_cast<int>(-reinterpret_cast<std::intptr_t>(ptr));
  else if (ptr != nullptr)
    return 0;
  return -errno;
}
