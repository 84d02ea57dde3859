// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Numbers and words out of text.
#include "base/scan.hpp"

#include <algorithm>

namespace ringside {
namespace {

constexpr std::string_view kBlanks = " \t";

// value_of is the value of a digit of any base; 16 for all other characters.
unsigned value_of(char digit) {
  if (digit >= '0' && digit <= '9')
    return static_cast<unsigned>(digit - '0');
  const auto lower = static_cast<char>(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

} // namespace

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

bool take_text(std::string_view& text, std::string_view expected) {
  const bool there = text.starts_with(expected);
  if (there)
    text.remove_prefix(expected.size());
  return there;
}

std::optional<std::uint64_t> take_number(std::string_view& text, unsigned base,
                                         std::uint64_t most) {
  std::uint64_t number = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && value_of(text[digits]) < base; ++digits)
    if (__builtin_mul_overflow(number, base, &number) ||
        __builtin_add_overflow(number, value_of(text[digits]), &number) || number > most)
      return std::nullopt;
  if (digits == 0)
    return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

std::optional<std::int64_t> take_signed(std::string_view& text) {
  std::string_view rest = text;
  const bool negative = take_text(rest, "-");
  constexpr std::uint64_t kMost = INT64_MAX;
  const auto number = take_number(rest, 10, negative ? kMost + 1 : kMost);
  if (!number)
    return std::nullopt;
  text = rest;
  return static_cast<std::int64_t>(negative ? 0 - *number : *number);
}

std::string_view take_word(std::string_view& text) {
  skip_blanks(text);
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view taken = text.substr(0, text.find(end));
  text.remove_prefix(std::min(taken.size() + 1, text.size()));
  return taken;
}

} // namespace ringside
