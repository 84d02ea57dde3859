// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// check: a rule that only a fault of this library can break.
#pragma once

namespace ringside {

// check ends the process where `holds` is false, in release builds as in others: to go on would
// read or write memory that is not ours.
inline void check(bool holds) {
  if (!holds) [[unlikely]]
    __builtin_trap();
}

} // namespace ringside
