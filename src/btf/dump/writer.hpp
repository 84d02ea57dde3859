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

// copy_ends copies kPart to 2 * kPart bytes, by its first and its last ones.
template <std::size_t kPart>
void copy_ends(char* to, const char* from, std::size_t size) {
  std::memcpy(to, from, kPart);
  std::memcpy(to + size - kPart, from + size - kPart, kPart);
}

// copy_long is out of line: else the compiler warns of such copies from texts that are short.
[[gnu::noinline]] inline void copy_long(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
}

// copy_text returns where the copy ends. Most texts are a few bytes, for which a call of memcpy
// costs more than the copy.
[[gnu::always_inline]] inline char* copy_text(char* to, std::string_view text) {
  const std::size_t size = text.size();
  if (size > 32)
    copy_long(to, text);
  else if (size > 16)
    copy_ends<16>(to, text.data(), size);
  else if (size >= 8)
    copy_ends<8>(to, text.data(), size);
  else if (size >= 4)
    copy_ends<4>(to, text.data(), size);
  else if (size >= 2)
    copy_ends<2>(to, text.data(), size);
  else if (size == 1)
    *to = text[0];
  return to + size;
}

// Padded is a text in an array of kSize characters. To copy all of them costs less than to copy as
// many as the text has.
template <std::size_t kSize>
struct Padded {
  const char* array;
  std::size_t length;

  [[nodiscard]] std::size_t size() const { return length; }
  operator std::string_view() const { return {array, length}; }
};

// copy_text copies up to kSize bytes more than it has.
template <std::size_t kSize>
[[gnu::always_inline]] inline char* copy_text(char* to, Padded<kSize> text) {
  std::memcpy(to, text.array, kSize);
  return to + text.length;
}

// Decimal is a number as text.
class Decimal {
public:
  explicit Decimal(std::uint64_t value, bool is_negative = false) {
    do
      digits_[--begin_] = static_cast<char>('0' + value % 10);
    while ((value /= 10) != 0);
    if (is_negative)
      digits_[--begin_] = '-';
  }
  static Decimal of_signed(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return Decimal(value < 0 ? 0 - bits : bits, value < 0);
  }

  [[nodiscard]] Padded<24> text() const { return {digits_ + begin_, kMost - begin_}; }

private:
  static constexpr std::size_t kMost = 21; // a sign and the digits of a number of 64 bits

  std::size_t begin_ = kMost;
  char digits_[kMost + 24];
};

// Writer gathers what is written and hands it over when a line is complete. A line or a name that
// is longer than its buffer goes in pieces. Some programs' callbacks have buffers of 256 bytes, so
// no piece but a single name is longer than a usual line.
class Writer {
public:
  using Print = void (*)(void* context, const char* text);

  Writer(Print print, void* context) : print_(print), context_(context) {}

  // text writes some texts, one behind the other.
  [[gnu::always_inline]] void text(std::string_view text) { write(text); }
  template <class... Texts>
  [[gnu::always_inline]] void text(const Texts&... texts) {
    write(as_text(texts)...);
  }
  // end_line ends the line with some texts, and hands it over.
  template <class... Texts>
  [[gnu::always_inline]] void end_line(const Texts&... texts) {
    write(as_text(texts)..., std::string_view("\n"));
    hand_over();
  }
  // hex writes digits, without leading zeros or with at least `least` digits.
  void hex(std::uint64_t value, std::size_t least = 1) {
    constexpr std::size_t kMost = 16;
    const auto needed = static_cast<std::size_t>(std::bit_width(value | 1) + 3) / 4;
    std::size_t digits = std::min(std::max(needed, least), kMost);
    for (char* to = make_room(digits); digits > 0; value >>= 4)
      to[--digits] = "0123456789abcdef"[value & 0xf];
  }
  // tabs is a text of tabs, never more than 13, as for numbers below 0.
  static Padded<16> tabs(int count) {
    static constexpr char kTabs[16 + 1] = "\t\t\t\t\t\t\t\t\t\t\t\t\t   ";
    return {kTabs, std::min<std::size_t>(static_cast<unsigned>(count), 13)};
  }

  // flush hands over what is left. reset forgets what a callback that did not return has left.
  void flush() {
    if (length_ != 0)
      hand_over();
  }
  void reset() { length_ = 0; }

private:
  static constexpr std::size_t kRoom = 255;
  static constexpr std::size_t kMostPadding = 40;

  void hand_over() {
    buffer_[length_] = '\0';
    length_ = 0;
    print_(context_, buffer_);
  }

  // make_room is the place for some characters, which are written by then.
  char* make_room(std::size_t count) {
    if (count > kRoom - length_)
      flush();
    char* const place = buffer_ + length_;
    length_ += count;
    return place;
  }

  static std::string_view as_text(std::string_view text) { return text; }
  template <std::size_t kSize>
  static Padded<kSize> as_text(Padded<kSize> text) {
    static_assert(kSize <= kMostPadding);
    return text;
  }
  static auto as_text(const Decimal& number) { return number.text(); }

  template <class... Texts>
  [[gnu::always_inline]] void write(Texts... texts) {
    if ((texts.size() + ...) > kRoom - length_) [[unlikely]] {
      (write_long(texts), ...);
      return;
    }
    char* end = buffer_ + length_;
    ((end = copy_text(end, texts)), ...);
    length_ = static_cast<std::size_t>(end - buffer_);
  }
  [[gnu::noinline]] void write_long(std::string_view text) {
    while (text.size() > kRoom - length_) {
      const std::size_t fits = kRoom - length_;
      std::memcpy(buffer_ + length_, text.data(), fits);
      length_ = kRoom;
      text.remove_prefix(fits);
      flush();
    }
    std::memcpy(buffer_ + length_, text.data(), text.size());
    length_ += text.size();
  }

  Print print_;
  void* context_;
  std::size_t length_ = 0;
  char buffer_[kRoom + 1 + kMostPadding] = {};
};

} // namespace ringside::btf
