// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Numbers and words out of text. Each function removes what it reads from the front of `text`, and
// leaves `text` as it was where it does not find that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside {

// behind is a text without its first `count` characters, which must be there. That of the standard
// library throws where they are not.
constexpr std::string_view behind(std::string_view text, std::size_t count) {
  text.remove_prefix(count);
  return text;
}

// skip_blanks removes spaces and tabs.
void skip_blanks(std::string_view& text);

// take_text removes `expected`, and says whether it was there.
bool take_text(std::string_view& text, std::string_view expected);

// take_number removes digits of `base`, 2 to 16, without a sign or prefix. Nothing if there are
// none, or if the number is above `most`.
std::optional<std::uint64_t> take_number(std::string_view& text, unsigned base = 10,
                                         std::uint64_t most = UINT64_MAX);

// take_signed is the same for a decimal number that may have a minus sign.
std::optional<std::int64_t> take_signed(std::string_view& text);

// take_word removes blanks and then all up to the next blank or the end. Empty at the end.
std::string_view take_word(std::string_view& text);

// take_until removes all up to `end` and `end` itself, and returns what stood before it; all of the
// text where there is no `end`. take_line is that for a newline.
std::string_view take_until(std::string_view& text, char end);
inline std::string_view take_line(std::string_view& text) {
  return take_until(text, '\n');
}

} // namespace ringside
