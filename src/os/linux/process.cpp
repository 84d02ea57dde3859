// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The process itself.
#include "os/process.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "os/linux/results.hpp"

namespace ringside::os {

int process_id() {
  return getpid();
}

const char* program_name() {
  return program_invocation_short_name;
}

const char* environment(const char* name) {
  return secure_getenv(name);
}

Result<std::uint64_t> soft_limit(Limit limit) {
  rlimit values{};
  if (getrlimit(limit == Limit::locked_bytes ? RLIMIT_MEMLOCK : RLIMIT_NOFILE, &values) < 0)
    return last_error();
  return values.rlim_cur == RLIM_INFINITY ? UINT64_MAX : std::uint64_t{values.rlim_cur};
}

Result<void> set_memlock_limit(std::uint64_t bytes) {
  const rlim_t value = bytes == UINT64_MAX ? RLIM_INFINITY : static_cast<rlim_t>(bytes);
  const rlimit both{value, value};
  return succeeded(setrlimit(RLIMIT_MEMLOCK, &both));
}

KernelNames kernel_names() {
  KernelNames names;
  utsname told{};
  if (uname(&told) == 0) {
    static_assert(sizeof(told.release) <= sizeof(names.release));
    static_assert(sizeof(told.version) <= sizeof(names.version));
    std::memcpy(names.release, told.release, sizeof(told.release));
    std::memcpy(names.version, told.version, sizeof(told.version));
  }
  return names;
}

std::size_t page_size() {
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

Result<int> seccomp_mode() {
  const int mode = prctl(PR_GET_SECCOMP);
  if (mode < 0)
    return last_error();
  return mode;
}

} // namespace ringside::os
