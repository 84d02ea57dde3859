// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The process itself.
#include "os/process.hpp"

#include <cerrno>
#include <cstdlib>

#include <sys/resource.h>
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

std::size_t page_size() {
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

} // namespace ringside::os
