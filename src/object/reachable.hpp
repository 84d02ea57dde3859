// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reachable: which instructions of a program the verifier can come to. A program asks whether the
// kernel has a field before it uses it; the answer is a constant by then, so the verifier never
// looks at the branch that is not taken.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "object/compose.hpp"

namespace ringside::object {

// Reached is what is known of an instruction. Conditions on the kernel's configuration, on
// constants that the user sets before loading, and on addresses of the kernel's symbols are open.
enum class Reached : std::uint8_t {
  never,
  if_so_set, // it depends on such conditions
  always,    // at most on what is known when the program runs
};

// Origin says of an instruction that loads an address what stands behind it.
enum class Origin : std::uint8_t {
  plain,
  of_constants, // values that are constant once the program is loaded, but not known here
  of_symbol,    // the address itself is such a value
};

// find_reachable answers for each instruction of a program whose references are relocated.
// `origins` has one for each instruction. It follows constants through registers, through variables
// that the compiler puts on the stack, and into and out of functions. What depends on three open
// conditions at once may be said to be reached always. ENOMEM.
Result<Vector<Reached>> find_reachable(const Code& code, std::span<const Origin> origins);

} // namespace ringside::object
