// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ProgressLine by carriage return and "erase to the end of the line".
#include "common/progress_line.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace ringside::tool {

ProgressLine::ProgressLine(bool wanted) : shown_(wanted && isatty(STDOUT_FILENO) == 1) {}

void ProgressLine::show(const std::string& text) {
  if (!shown_)
    return;
  winsize size{};
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  const std::size_t columns = size.ws_col > 1 ? size.ws_col - 1U : 79U;
  fmt::print("\r{}\033[K", text.substr(0, columns));
  std::fflush(stdout);
}

std::string bar(std::size_t part, std::size_t whole, std::size_t width) {
  const std::size_t full = whole == 0 ? 0 : std::min(part, whole) * width / whole;
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(width - full, '.'));
}

} // namespace ringside::tool
