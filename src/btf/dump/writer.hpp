// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Writer: text on its way to a program's callback, a line at a time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ringside::btf {

// Writer gathers what is written and hands it over when a line is complete. A line or a name that
// is longer than its buffer goes in pieces. Some programs' callbacks have buffers of 256 bytes, so
// no piece but a single name is longer than a usual line.
class Writer {
public:
  using Print = void (*)(void* context, const char* text);

  Writer(Print print, void* context) : print_(print), context_(context) {}

  [[gnu::always_inline]] void text(std::string_view text) {
    if (text.size() > kRoom - length_) [[unlikely]]
      long_text(text);
    else
      append(text);
  }
  // end_line ends the line with some text, and hands it over.
  void end_line(std::string_view end = "") {
    text(end);
    text("\n");
    flush();
  }
  void number(std::uint64_t value) {
    char digits[20];
    std::size_t begin = sizeof(digits);
    do {
      digits[--begin] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    text({digits + begin, sizeof(digits) - begin});
  }
  void signed_number(std::int64_t value) {
    if (value < 0)
      text("-");
    number(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value));
  }
  // hex writes digits, without leading zeros or with at least `least` digits.
  void hex(std::uint64_t value, std::size_t least = 1) {
    constexpr std::size_t kMost = 16;
    // One more than is written. append copies more than 16 characters in another way, and without
    // room for them gcc warns of that copy, though it is never made.
    char digits[kMost + 1];
    const auto needed = static_cast<std::size_t>(std::bit_width(value | 1) + 3) / 4;
    const std::size_t count = std::min(std::max(needed, least), kMost);
    for (std::size_t at = count; at > 0; --at, value >>= 4)
      digits[at - 1] = "0123456789abcdef"[value & 0xf];
    text({digits, count});
  }
  // tabs writes tabs, never more than 13, as for numbers below 0.
  void tabs(int count) {
    constexpr std::string_view kTabs = "\t\t\t\t\t\t\t\t\t\t\t\t\t";
    const bool fits = count >= 0 && static_cast<std::size_t>(count) < kTabs.size();
    text(fits ? kTabs.substr(0, static_cast<std::size_t>(count)) : kTabs);
  }

  // flush hands over what is left. reset forgets what a callback that did not return has left.
  void flush() {
    if (length_ == 0)
      return;
    buffer_[length_] = '\0';
    length_ = 0;
    print_(context_, buffer_);
  }
  void reset() { length_ = 0; }

private:
  static constexpr std::size_t kRoom = 255;

  [[gnu::noinline]] void long_text(std::string_view text) {
    while (text.size() > kRoom - length_) {
      const std::size_t fits = kRoom - length_;
      append(text.substr(0, fits));
      text.remove_prefix(fits);
      flush();
    }
    append(text);
  }

  // Most texts are a few bytes, for which a call of memcpy costs more than the copy.
  [[gnu::always_inline]] void append(std::string_view text) {
    char* const to = buffer_ + length_;
    const std::size_t size = text.size();
    length_ += size;
    if (size > 16)
      std::memcpy(to, text.data(), size);
    else if (size >= 8)
      copy_ends<8>(to, text.data(), size);
    else if (size >= 4)
      copy_ends<4>(to, text.data(), size);
    else
      for (std::size_t at = 0; at < size; ++at)
        to[at] = text[at];
  }
  // copy_ends copies kPart to 2 * kPart bytes, by its first and its last ones.
  template <std::size_t kPart>
  static void copy_ends(char* to, const char* from, std::size_t size) {
    std::memcpy(to, from, kPart);
    std::memcpy(to + size - kPart, from + size - kPart, kPart);
  }

  Print print_;
  void* context_;
  std::size_t length_ = 0;
  char buffer_[kRoom + 1] = {};
};

} // namespace ringside::btf
