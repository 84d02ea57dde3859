// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// error_text: compiled for POSIX alone, because with GNU extensions strerror_r is another function.
#undef _GNU_SOURCE
#define _POSIX_C_SOURCE 200809L
#include "base/error_text.hpp"

#include <string.h> // NOLINT(modernize-deprecated-headers): <cstring> need not declare it

namespace ringside {

int error_text(int error, char* buffer, std::size_t size) {
  return strerror_r(error, buffer, size);
}

} // namespace ringside
