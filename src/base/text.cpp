// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Text: formatting into memory that is doubled as needed.
#include "base/text.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace ringside {

bool Text::make_room(std::size_t more) {
  if (bytes_.size() - length_ >= more)
    return true;
  constexpr std::size_t kLeast = 1024;
  auto larger = Array<char>::of_size(std::max({kLeast, 2 * bytes_.size(), length_ + more}));
  if (!larger)
    return false;
  std::copy_n(bytes_.begin(), length_, larger->begin());
  bytes_ = std::move(*larger);
  return true;
}

void Text::add(const char* format, ...) {
  std::va_list arguments;
  std::va_list again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const auto left = [this] { return bytes_.size() - length_; };
  whole_ = whole_ && make_room(1);
  if (whole_) {
    const int length = std::vsnprintf(bytes_.begin() + length_, left(), format, arguments);
    // With the NUL, which is not kept.
    const std::size_t room = static_cast<std::size_t>(length) + 1;
    if (room > left() && make_room(room))
      std::vsnprintf(bytes_.begin() + length_, left(), format, again);
    whole_ = room <= left();
    if (whole_)
      length_ += room - 1;
  }
  va_end(again);
  va_end(arguments);
}

Result<Array<char>> copy_of(std::string_view text) {
  auto copy = Array<char>::of_size(text.size() + 1);
  if (!copy)
    return copy;
  std::copy(text.begin(), text.end(), copy->begin());
  (*copy)[text.size()] = '\0';
  return copy;
}

} // namespace ringside
