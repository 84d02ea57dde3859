// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// require: how a fuzz target says that something does not hold. It ends the process, which the
// fuzzer and a replayed corpus both count as a finding.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace ringside::test {

// The last two arguments are the caller's place: clang 14 has no std::source_location.
inline void require(bool holds, const char* what, const char* file = __builtin_FILE(),
                    int line = __builtin_LINE()) {
  if (holds)
    return;
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  std::abort();
}

} // namespace ringside::test
