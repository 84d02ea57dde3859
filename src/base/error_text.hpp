// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The text of a system error, the same way with every C library.
#pragma once

#include <cstddef>

namespace ringside {

// error_text writes the C library's text for an error, cut to the buffer, with a NUL at its end. It
// returns 0; EINVAL if glibc does not know the number (musl has a text for each); ERANGE if the
// text did not fit. Source: strerror_r(3), the function of POSIX.
int error_text(int error, char* buffer, std::size_t size);

} // namespace ringside
