// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// check_handle: what the functions of <ringside/ringside.h> ask of a handle.
#pragma once

#include <cerrno>

#include "base/log.hpp"
#include "base/result.hpp"

namespace ringside {

// check_handle succeeds if `handle` was made by this library. Otherwise it logs a warning that
// names `function`, and fails: no other library has these functions, so the call cannot be passed
// on.
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
