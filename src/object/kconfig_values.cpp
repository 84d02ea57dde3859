// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Values of __kconfig externs: letters, texts and numbers.
#include "object/kconfig_values.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <optional>

#include "base/scan.hpp"

namespace ringside::object {
namespace {

// Number is an integer as C writes it.
struct Number {
  std::uint64_t magnitude = 0;
  bool is_negative = false;
};

// read_number reads a whole text: a sign, then 0x and hexadecimal, 0 and octal, or decimal digits.
std::optional<Number> read_number(std::string_view text) {
  Number number;
  number.is_negative = take_text(text, "-");
  if (!number.is_negative)
    take_text(text, "+");
  unsigned base = 10;
  if (take_text(text, "0x") || take_text(text, "0X"))
    base = 16;
  else if (text.size() > 1 && text[0] == '0')
    base = 8;
  const auto magnitude = take_number(text, base);
  if (!magnitude || !text.empty())
    return {};
  number.magnitude = *magnitude;
  return number;
}

// fits is whether an integer of `size` bytes can hold a number.
bool fits(const Number& number, std::uint32_t size, bool is_signed) {
  const unsigned bits = size * 8;
  const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
  if (is_signed)
    return number.magnitude <= (number.is_negative ? sign : sign - 1);
  if (number.is_negative)
    return number.magnitude == 0;
  return bits == 64 || number.magnitude >> bits == 0;
}

} // namespace

Result<KconfigValues> KconfigValues::make(std::span<const Extern> externs,
                                          std::span<LiveExtern> live, std::span<std::byte> image) {
  KconfigValues values;
  values.externs_ = externs;
  values.live_ = live;
  values.image_ = image;
  for (std::uint32_t index = 0; index < externs.size(); ++index)
    if (externs[index].kind == Extern::Kind::kconfig)
      if (const auto added = values.names_.insert(hash_text(externs[index].name), index); !added)
        return added.error();
  return values;
}

// store writes a number in the host's order into an extern of 1, 2, 4 or 8 bytes.
void KconfigValues::store(std::uint32_t index, std::uint64_t number) {
  const auto place = place_of(externs_[index]);
  const auto bytes = std::as_bytes(std::span(&number, 1));
  const auto first = kNativeOrder == ByteOrder::little ? 0 : bytes.size() - place.size();
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(first), place.size(), place.begin());
  live_[index].is_set = true;
}

Result<void> KconfigValues::set_letter(std::uint32_t index, char letter, const Subject& subject) {
  const Extern& external = externs_[index];
  switch (external.form) {
  case Extern::Form::boolean:
    if (letter == 'm')
      return fail(subject, Errno(EINVAL),
                  "it is a module (m), which a bool cannot say: make it an enum libbpf_tristate");
    store(index, letter == 'y' ? 1 : 0);
    return {};
  case Extern::Form::tristate:
    store(index, letter == 'y' ? 1 : letter == 'm' ? 2 : 0);
    return {};
  case Extern::Form::character:
    store(index, static_cast<unsigned char>(letter));
    return {};
  default:
    return fail(subject, Errno(EINVAL),
                "its value is '%c', which its type cannot hold: make it a bool, a char or an enum "
                "libbpf_tristate",
                letter);
  }
}

Result<void> KconfigValues::set_text(std::uint32_t index, std::string_view text,
                                     const Subject& subject) {
  const Extern& external = externs_[index];
  if (external.form != Extern::Form::text)
    return fail(subject, Errno(EINVAL), "its value is a text: make it an array of char");
  if (text.size() < 2 || text.back() != '"')
    return fail(subject, Errno(EINVAL), "its text does not end with a quotation mark");
  text = behind(text, 1);
  text.remove_suffix(1);
  const auto place = place_of(external);
  if (text.size() >= place.size()) {
    say(LogLevel::warn, subject,
        "its text of %zu bytes is cut to %zu, the size of the array less 1", text.size(),
        place.size() - 1);
    text = text.substr(0, place.size() - 1);
  }
  std::memcpy(place.data(), text.data(), text.size());
  place[text.size()] = std::byte{0};
  live_[index].is_set = true;
  return {};
}

Result<void> KconfigValues::set_number(std::uint32_t index, std::string_view text,
                                       const Subject& subject) {
  const Extern& external = externs_[index];
  const auto number = read_number(text);
  if (!number)
    return fail(subject, Errno(EINVAL), "its value '%.*s' is no number",
                static_cast<int>(text.size()), text.data());
  if (external.form != Extern::Form::number && external.form != Extern::Form::character)
    return fail(subject, Errno(EINVAL), "its value is a number: make it an integer");
  if (!fits(*number, external.size, external.is_signed))
    return fail(subject, Errno(EINVAL), "its value %.*s does not fit into %s%" PRIu32 " bytes",
                static_cast<int>(text.size()), text.data(), external.is_signed ? "signed " : "",
                external.size);
  store(index, number->is_negative ? 0 - number->magnitude : number->magnitude);
  return {};
}

Result<void> KconfigValues::set(std::uint32_t index, std::uint64_t number, const Subject& subject) {
  const Extern& external = externs_[index];
  const bool holds_numbers = external.form == Extern::Form::number ||
                             external.form == Extern::Form::character ||
                             external.form == Extern::Form::boolean;
  if (!holds_numbers)
    return fail(subject, Errno(EINVAL), "it is a number: make it an integer, a char or a bool");
  const bool in_range = external.form == Extern::Form::boolean
                            ? number <= 1
                            : fits({number, false}, external.size, external.is_signed);
  if (!in_range)
    return fail(subject, Errno(ERANGE), "%" PRIu64 " does not fit into %" PRIu32 " bytes", number,
                external.size);
  store(index, number);
  return {};
}

Result<void> KconfigValues::read_line(std::string_view line, const Subject& subject) {
  if (!line.starts_with("CONFIG_"))
    return {};
  const std::size_t equal = line.find('=');
  if (equal == std::string_view::npos || equal + 1 == line.size())
    return fail(subject, Errno(EINVAL), "the line '%.*s' gives no value",
                static_cast<int>(line.size()), line.data());
  const std::string_view name = line.substr(0, equal);
  const std::string_view value = behind(line, equal + 1);
  const std::uint32_t index = names_.find(
      hash_text(name), [&](std::uint32_t number) { return externs_[number].name == name; });
  if (index == HashIndex::kNone || live_[index].is_set)
    return {};
  const Subject extern_subject(subject, "extern", externs_[index].name);
  switch (value[0]) {
  case 'y':
  case 'n':
  case 'm':
    return set_letter(index, value[0], extern_subject);
  case '"':
    return set_text(index, value, extern_subject);
  default:
    return set_number(index, value, extern_subject);
  }
}

const Extern* KconfigValues::missing(bool strong) const {
  for (std::size_t index = 0; index < externs_.size(); ++index) {
    const Extern& external = externs_[index];
    if (external.kind == Extern::Kind::kconfig && !live_[index].is_set &&
        !(strong && external.is_weak))
      return &external;
  }
  return nullptr;
}

} // namespace ringside::object
