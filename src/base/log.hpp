// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// log: diagnostics for the program's user. Every message says what, where and why.
#pragma once

#include <cstdarg>

namespace ringside {

enum class LogLevel { warn, info, debug };

// log formats as printf does. A message is one line and ends with its newline.
[[gnu::format(printf, 2, 3)]] void log(LogLevel level, const char* format, ...);

// print is where messages leave the core. The core does not define it: the C surface hands them to
// the program's print callback, unit tests collect them.
void print(LogLevel level, const char* format, std::va_list arguments);

} // namespace ringside
