// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What the functions of <ringside/ringside.h> have in common.
#pragma once

#include <cerrno>

#include "base/log.hpp"
#include "base/result.hpp"

namespace ringside {

// check_handle is whether a handle is ours. Nobody else answers these functions.
template <class Handle>
Result<void> check_handle(const char* function, const Handle* handle) {
  if (handle == nullptr) {
    log(LogLevel::warn, "%s: the buffer is NULL\n", function);
    return Errno(EINVAL);
  }
  if (!handle->mark.is_ours()) {
    log(LogLevel::warn, "%s: the buffer was made by another library, not by ringside\n", function);
    return Errno(EOPNOTSUPP);
  }
  return {};
}

} // namespace ringside
