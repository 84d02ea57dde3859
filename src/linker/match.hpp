// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Matching: whether two declarations of one name in two files mean the same.
#pragma once

#include <cstdint>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"

namespace ringside::linker {

// A FUNC or VAR of a file.
struct Declaration {
  const btf::Btf* btf = nullptr;
  std::uint32_t id = 0;
};

// match_types fails with EINVAL, and a message that names what differs, where two declarations do
// not go together. The names of parameters, the lengths of arrays and whether a number has a sign
// do not count; behind a pointer, neither do the members of a struct.
Result<void> match_types(Declaration one, Declaration other, const Subject& subject);

// match_maps is for variables in .maps: both definitions must be the same.
Result<void> match_maps(Declaration one, Declaration other, const Subject& subject);

} // namespace ringside::linker
