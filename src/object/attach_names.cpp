// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The parts of a section's name, found from its front.
#include "object/attach_names.hpp"

#include "base/scan.hpp"

namespace ringside::object {
namespace {

// take_run removes letters, digits, '_', and characters of `more`.
std::string_view take_run(std::string_view& text, std::string_view more) {
  constexpr std::string_view kNames =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  std::size_t size = 0;
  while (size < text.size() && (kNames.find(text[size]) != std::string_view::npos ||
                                more.find(text[size]) != std::string_view::npos))
    ++size;
  const std::string_view run = text.substr(0, size);
  text.remove_prefix(size);
  return run;
}

} // namespace

std::optional<std::uint64_t> take_offset(std::string_view& text) {
  constexpr unsigned kOctal = 8;
  constexpr unsigned kHexadecimal = 16;
  std::string_view rest = text;
  skip_blanks(rest);
  const std::string_view digits = rest;
  std::optional<std::uint64_t> number;
  if (take_text(rest, "0x") || take_text(rest, "0X"))
    number = take_number(rest, kHexadecimal);
  if (!number) {
    rest = digits;
    number = take_number(rest, rest.starts_with('0') ? kOctal : 10);
  }
  if (number)
    text = rest;
  return number;
}

KernelPlace parse_kernel_place(std::string_view text) {
  KernelPlace place;
  place.function = take_run(text, ".:");
  std::string_view rest = text;
  if (take_text(rest, "+")) {
    if (const auto offset = take_offset(rest)) {
      place.offset = *offset;
      text = rest;
    } else {
      skip_blanks(rest);
      place.is_offset_wrong =
          rest.starts_with('-') || (!rest.empty() && rest.front() >= '0' && rest.front() <= '9');
    }
  }
  place.rest = text;
  return place;
}

KernelPlace parse_pattern(std::string_view text) {
  KernelPlace place;
  place.function = take_run(text, ".:*?");
  place.rest = text;
  return place;
}

std::optional<UserPlace> parse_user_pattern(std::string_view text) {
  if (text.find(':') == std::string_view::npos)
    return std::nullopt;
  UserPlace place;
  place.path = take_until(text, ':');
  place.function = text;
  return place;
}

std::optional<UserPlace> parse_user_place(std::string_view text) {
  auto place = parse_user_pattern(text);
  if (!place)
    return place;
  const std::size_t plus = place->function.rfind('+');
  if (plus == std::string_view::npos)
    return place;
  std::string_view rest = behind(place->function, plus + 1);
  if (const auto offset = take_offset(rest); offset && rest.empty()) {
    place->offset = *offset;
    place->function = place->function.substr(0, plus);
  }
  return place;
}

} // namespace ringside::object
