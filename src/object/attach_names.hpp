// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What stands behind the slash in the name of a section: parts of a text, and no more. Empty parts,
// and which offsets fit, are for the caller to judge.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside::object {

// "FUNCTION[+OFFSET]" of a kprobe, or a pattern of functions. Of a function that has no name here,
// the name is empty.
struct KernelPlace {
  std::string_view function; // with "MODULE:" before it
  std::uint64_t offset = 0;
  bool is_offset_wrong = false; // it is below 0, or takes more than 64 bits
  std::string_view rest;        // what is ignored
};
KernelPlace parse_kernel_place(std::string_view text);
// parse_pattern is the same for a pattern with '*' and '?', which has no offset.
KernelPlace parse_pattern(std::string_view text);

// "PATH:FUNCTION[+OFFSET]" of a uprobe. A '+' that no number follows is a part of the name.
struct UserPlace {
  std::string_view path;
  std::string_view function;
  std::uint64_t offset = 0;
};
// Nothing without a ':'.
std::optional<UserPlace> parse_user_place(std::string_view text);
// parse_user_pattern is the same for a pattern, which has no offset.
std::optional<UserPlace> parse_user_pattern(std::string_view text);

// take_offset removes a number as strtoull(3) reads it: blanks, then decimal, octal behind a 0, or
// hexadecimal behind 0x; but without a sign. Nothing, and the text stays, if there is none.
std::optional<std::uint64_t> take_offset(std::string_view& text);

} // namespace ringside::object
