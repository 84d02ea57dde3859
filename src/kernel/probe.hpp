// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which types of programs, types of maps and helpers this kernel has, found out by trying.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace ringside::kernel {

// Probed is an answer, and the error of the attempt behind it; 0 if the kernel accepted what it was
// given.
struct Probed {
  bool has = false;
  Errno error = Errno(0);
};

// has_program_type is whether the kernel loads programs of a type. EOPNOTSUPP for a type that this
// library does not know.
Result<Probed> has_program_type(std::uint32_t type);

// has_map_type is the same for maps. If the type needs BTF, it can also fail with what loading BTF
// fails with.
Result<Probed> has_map_type(std::uint32_t type);

// has_helper is whether programs of a type may call a helper. The answer is no only if the verifier
// says so, or if the kernel refused the program before it ran the verifier. EOPNOTSUPP for a type
// of program that cannot be loaded without something to attach it to.
Result<Probed> has_helper(std::uint32_t program_type, std::int32_t helper);

} // namespace ringside::kernel
