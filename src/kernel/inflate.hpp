// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// inflate_gzip: what a gzip file holds, such as /proc/config.gz. Sources: RFC 1951 and RFC 1952.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::kernel {

// inflate_gzip decompresses all members of a gzip file, and checks their sums and sizes. EINVAL if
// the file is damaged or is no such file, E2BIG if it holds more than `most` bytes, ENOMEM.
Result<Vector<std::byte>> inflate_gzip(std::span<const std::byte> file, std::size_t most);

} // namespace ringside::kernel
