// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The warnings for handles that no library, or that two libraries in the process have made.
#include "abi/boundary/handle_maker.hpp"

#include "base/log.hpp"

namespace ringside {

void warn_of_no_maker(Called called) {
  log(LogLevel::warn,
      "%s: the handle was made neither by this library nor by another libbpf of this process that "
      "has this function: it is NULL, was freed, or is not a handle\n",
      called.function);
}

Errno warn_of_two_makers(Called called) {
  log(LogLevel::warn,
      "%s: this library made one of the handles, and another libbpf of this process made another "
      "one: neither can read both, so use handles of one library\n",
      called.function);
  return Errno(EINVAL);
}

} // namespace ringside
