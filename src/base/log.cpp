// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// log: from variable arguments to print's va_list.
#include "base/log.hpp"

namespace ringside {

void log(LogLevel level, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  print(level, format, arguments);
  va_end(arguments);
}

} // namespace ringside
