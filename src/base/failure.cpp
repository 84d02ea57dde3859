// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Subject and fail: putting a message together in one piece, because the program's print callback
// is called once for each message.
#include "base/failure.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace ringside {
namespace {

// A line longer than that is cut: names in hostile files can be of any length.
constexpr std::size_t kLongest = 2048;

bool is_control(char character) {
  const auto code = static_cast<unsigned char>(character);
  return code < 0x20 || code == 0x7f;
}

void say_list(LogLevel level, const Subject& subject, const char* format, std::va_list arguments) {
  char text[kLongest];
  const std::size_t length = std::min(subject.write(text, sizeof(text)), sizeof(text) - 1);
  std::vsnprintf(text + length, sizeof(text) - length, format, arguments);
  // Names in hostile files could break the line, or command the terminal that shows it.
  std::replace_if(text, text + std::strlen(text), is_control, '?');
  log(level, "%s\n", text);
}

} // namespace

std::size_t Subject::write(char* text, std::size_t size) const {
  std::size_t length = whole_ != nullptr ? whole_->write(text, size) : 0;
  char* const end = text + std::min(length, size);
  const std::size_t left = size - std::min(length, size);
  const auto name_length = static_cast<int>(std::min<std::size_t>(name_.size(), kLongest));
  int written = 0;
  if (kind_ == nullptr)
    written = std::snprintf(end, left, "%.*s: ", name_length, name_.data());
  else if (name_.data() != nullptr)
    written = std::snprintf(end, left, "%s '%.*s': ", kind_, name_length, name_.data());
  else
    written = std::snprintf(end, left, "%s %" PRId64 ": ", kind_, number_);
  return length + static_cast<std::size_t>(std::max(written, 0));
}

void say(LogLevel level, const Subject& subject, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  say_list(level, subject, format, arguments);
  va_end(arguments);
}

Errno fail(const Subject& subject, Errno error, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  say_list(LogLevel::warn, subject, format, arguments);
  va_end(arguments);
  return error;
}

Errno no_memory(const Subject& subject, const char* what) {
  return fail(subject, Errno(ENOMEM), "there is no memory for %s", what);
}

} // namespace ringside
