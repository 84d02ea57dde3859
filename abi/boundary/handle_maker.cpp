// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The warning for a handle that no library in the process has made.
#include "abi/boundary/handle_maker.hpp"

#include "base/log.hpp"

namespace ringside {

void warn_of_no_maker(Called called) {
  log(LogLevel::warn,
      "%s: the handle was made neither by this library nor by another libbpf of this process: it "
      "is NULL, was freed, or is not a handle\n",
      called.function);
}

} // namespace ringside
