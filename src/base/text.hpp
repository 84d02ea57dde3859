// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Text: a text that grows as it is written.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/array.hpp"

namespace ringside {

class Text {
public:
  // add formats as printf does.
  [[gnu::format(printf, 2, 3)]] void add(const char* format, ...);

  // whole is whether there was memory for all that was added; else view() is the beginning.
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] std::string_view view() const { return {bytes_.begin(), length_}; }

private:
  bool make_room(std::size_t more);

  Array<char> bytes_;
  std::size_t length_ = 0;
  bool whole_ = true;
};

// copy_of copies a text, with a NUL behind it. ENOMEM.
Result<Array<char>> copy_of(std::string_view text);

} // namespace ringside
