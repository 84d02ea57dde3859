// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// error_text: with GNU extensions strerror_r is another function than POSIX's.
#include "base/error_text.hpp"

namespace ringside {

// Both C libraries have the function of POSIX under this name as well. Source: the Linux Standard
// Base.
int posix_strerror_r(int error, char* buffer, std::size_t size) __asm__("__xpg_strerror_r");

int error_text(int error, char* buffer, std::size_t size) {
  return posix_strerror_r(error, buffer, size);
}

} // namespace ringside
