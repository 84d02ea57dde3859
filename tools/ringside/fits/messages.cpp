// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ringside::print, which the core leaves to the program that it is in.
#include "fits/messages.hpp"

#include <array>
#include <cstdio>
#include <system_error>

#include <fmt/format.h>

#include "base/log.hpp"

namespace ringside {
namespace tool::fits {
namespace {

bool says_all = false;
Messages* listener = nullptr;

} // namespace

void say_all() {
  says_all = true;
}

Messages::Messages() {
  listener = this;
}
Messages::~Messages() {
  listener = nullptr;
}

std::string Messages::reason(const std::string& what, Errno error) const {
  if (last_.empty())
    return fmt::format("{}: {}", what, std::generic_category().message(error.value()));
  return last_.starts_with(what) ? last_ : fmt::format("{}: {}", what, last_);
}

} // namespace tool::fits

void print(LogLevel level, const char* format, std::va_list arguments) {
  std::array<char, 4096> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  std::string line = text.data();
  while (line.ends_with('\n'))
    line.pop_back();
  constexpr std::string_view kName = "libbpf: ";
  if (line.starts_with(kName))
    line.erase(0, kName.size());
  if (tool::fits::says_all && level != LogLevel::debug)
    fmt::print(stderr, "{}\n", line);
  if (tool::fits::listener != nullptr && level == LogLevel::warn)
    tool::fits::listener->keep(std::move(line));
}

} // namespace ringside
