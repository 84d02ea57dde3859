// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The warning for a handle that no library in the process owns.
#include "abi/boundary/next_library.hpp"

#include <cerrno>

#include "base/log.hpp"

namespace ringside {

void no_next_definition(const char* name) {
  log(LogLevel::warn,
      "%s: the handle was made neither by this library nor by another libbpf of this process: it "
      "is "
      "NULL, has been freed, or is no handle\n",
      name);
  errno = EINVAL;
}

} // namespace ringside
