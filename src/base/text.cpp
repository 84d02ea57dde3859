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
  if (!whole_)
    return;
  // Two rounds at most: the first says how much room it takes, with the NUL that is not kept.
  for (std::size_t room = 1;;) {
    whole_ = make_room(room);
    if (!whole_)
      return;
    std::va_list arguments;
    va_start(arguments, format);
    const int length =
        std::vsnprintf(bytes_.begin() + length_, bytes_.size() - length_, format, arguments);
    va_end(arguments);
    whole_ = length >= 0;
    if (!whole_)
      return;
    room = static_cast<std::size_t>(length) + 1;
    if (room <= bytes_.size() - length_) {
      length_ += room - 1;
      return;
    }
  }
}

} // namespace ringside
