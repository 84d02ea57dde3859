// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// How calls of the C library tell of failure, as a Result.
#pragma once

#include <cerrno>
#include <cstddef>

#include <sys/mman.h>

#include "base/result.hpp"
#include "os/mapping.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// These read errno, so they come right after the call.
inline Errno last_error() {
  return Errno(errno);
}

inline Result<void> succeeded(long result) {
  if (result < 0)
    return last_error();
  return {};
}

inline Result<int> number(long result) {
  if (result < 0)
    return last_error();
  return static_cast<int>(result);
}

inline Result<UniqueFd> opened(long fd) {
  if (fd < 0)
    return last_error();
  return UniqueFd(static_cast<int>(fd));
}

inline Result<Mapping> mapped(void* address, std::size_t size) {
  if (address == MAP_FAILED)
    return last_error();
  return Mapping(address, size);
}

} // namespace ringside::os
