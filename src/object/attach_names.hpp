// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Parsing what stands behind the slash in the name of a section. The caller decides whether parts
// may be empty and which offsets are allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside::object {

// "FUNCTION[+OFFSET]" of a kprobe, or a pattern of functions. The name is empty if the text has
// none.
struct KernelPlace {
  std::string_view function; // with "MODULE:" before it
  std::uint64_t offset = 0;
  bool is_offset_wrong = false; // it is below 0, or needs more than 64 bits
  std::string_view rest;        // what is ignored
};
KernelPlace parse_kernel_place(std::string_view text);
// parse_pattern is the same for a pattern with '*' and '?', which has no offset.
KernelPlace parse_pattern(std::string_view text);

// "PATH:FUNCTION[+OFFSET]" of a uprobe. A '+' without a number behind it is a part of the name.
struct UserPlace {
  std::string_view path;
  std::string_view function;
  std::uint64_t offset = 0;
};
// Nothing without a ':'.
std::optional<UserPlace> parse_user_place(std::string_view text);
// parse_user_pattern is the same for a pattern, which has no offset.
std::optional<UserPlace> parse_user_pattern(std::string_view text);

// take_offset removes a number from the front of a text, as strtoull(3) reads it, but without a
// sign: blanks, then decimal, octal after a 0, or hexadecimal after 0x. If there is no number, the
// text stays as it is.
std::optional<std::uint64_t> take_offset(std::string_view& text);

} // namespace ringside::object
