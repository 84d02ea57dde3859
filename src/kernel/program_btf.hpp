// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The BTF of programs that the kernel has loaded.
#pragma once

#include <cstdint>

#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::kernel {

// find_in_program is the id of a function in the BTF of the program behind a descriptor. EINVAL:
// the program has no BTF; ENOENT: it has no such function; with a message.
Result<std::uint32_t> find_in_program(int program_fd, const char* name, const Subject& subject);

} // namespace ringside::kernel
