// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// OwnCalls: asking the kernel for the thread's seccomp mode.
#include "ring/own_calls.hpp"

#include <cerrno>
#include <string_view>

#include "base/scan.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

namespace ringside {

bool seccomp_filter_in_force() {
  constexpr std::string_view kField = "\nSeccomp:";
  char text[4096];
  const auto length = os::read_file("/proc/thread-self/status", text);
  if (!length)
    return false;
  std::string_view status(text, *length);
  const std::size_t field = status.find(kField);
  if (field == std::string_view::npos)
    return false;
  status.remove_prefix(field + kField.size());
  skip_blanks(status);
  return take_number(status).value_or(0) != 0;
}

bool OwnCalls::allowed() {
  if (asks_ && !refused_) {
    const auto mode = os::seccomp_mode();
    // EINVAL is a kernel without filters. A filter may give any other error for the question.
    refused_ = mode ? *mode != 0 : mode.error() != Errno(EINVAL);
  }
  return !refused_;
}

} // namespace ringside
