// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Where the library's messages go: the program's print callback, or standard error.
#include <cerrno>
#include <cstdarg>
#include <cstdio>

#include <strings.h>

#include <bpf/libbpf.h>

#include "abi/boundary/next_printer.hpp"
#include "base/log.hpp"
#include "base/shared_word.hpp"
#include "os/process.hpp"

namespace ringside {
namespace {

struct LevelName {
  const char* name;
  libbpf_print_level level;
};
constexpr LevelName kLevelNames[] = {
    {"warn", LIBBPF_WARN}, {"info", LIBBPF_INFO}, {"debug", LIBBPF_DEBUG}};

// The level down to which the default printer prints, from LIBBPF_LOG_LEVEL.
libbpf_print_level level_wanted() {
  const char* name = os::environment("LIBBPF_LOG_LEVEL");
  if (name == nullptr)
    return LIBBPF_INFO;
  for (const LevelName& known : kLevelNames) {
    if (strcasecmp(name, known.name) == 0)
      return known.level;
  }
  std::fprintf(stderr, "libbpf: LIBBPF_LOG_LEVEL is '%s', not warn, info or debug: info is used\n",
               name);
  return LIBBPF_INFO;
}

[[gnu::format(printf, 2, 0)]] int print_to_stderr(libbpf_print_level level, const char* format,
                                                  std::va_list arguments) {
  // Read once. Threads that come at the same time all read the same value.
  constexpr int kUnread = -1;
  static int wanted = kUnread;
  if (load_relaxed(wanted) == kUnread)
    store_relaxed(wanted, static_cast<int>(level_wanted()));
  if (static_cast<int>(level) > load_relaxed(wanted))
    return 0;
  return std::vfprintf(stderr, format, arguments);
}

libbpf_print_fn_t printer = print_to_stderr;

libbpf_print_level level_of(LogLevel level) {
  switch (level) {
  case LogLevel::warn:
    return LIBBPF_WARN;
  case LogLevel::info:
    return LIBBPF_INFO;
  case LogLevel::debug:
    break;
  }
  return LIBBPF_DEBUG;
}

} // namespace

void print(LogLevel level, const char* format, std::va_list arguments) {
  // Pairs with the exchange in libbpf_set_print, by another thread.
  const libbpf_print_fn_t current = load_acquire(printer);
  if (current == nullptr)
    return;
  const int entry_errno = errno;
  current(level_of(level), format, arguments);
  errno = entry_errno;
}

} // namespace ringside

// If there is another libbpf behind us, its messages and ours go to the same callback, and the
// result is the callback that it had.
extern "C" LIBBPF_API libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn) {
  const int entry_errno = errno;
  const libbpf_print_fn_t before = ringside::exchange(ringside::printer, fn);
  const ringside::SetPrint next = ringside::next_set_print(__builtin_return_address(0));
  errno = entry_errno;
  return next != nullptr ? next(fn) : before;
}
