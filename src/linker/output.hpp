// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The bytes of the object that inputs become.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "linker/state.hpp"

namespace ringside::linker {

// write_output lays the object out: names, symbols, then the sections of the State in their order,
// and at the end .BTF and .BTF.ext. ENOMEM, E2BIG, and what making one of equal types fails with.
Result<Vector<std::byte>> write_output(const State& state, std::span<const Placed> inputs);

} // namespace ringside::linker
