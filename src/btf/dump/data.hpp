// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Typed data: bytes as text, by a type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "btf/dump/dump.hpp"

namespace ringside::btf {

struct DataStyle {
  std::uint8_t indent_level = 0;
  std::string_view indent = "\t";
  bool is_compact = false;   // no newlines, no indentation
  bool skip_names = false;   // no ".name = " and no "(type)"
  bool emit_zeroes = false;  // members that are zero, too
  bool emit_strings = false; // arrays of char with a NUL as "text"
};

// dump_data prints `data`, in the host's byte order and at any address, as a value of a type, and
// returns the type's size. What is not there is not read: a struct is printed up to where the data
// end.
//   ENOENT   no such type
//   EINVAL   the type, or one in it, has no size or none that can be printed
//   E2BIG    the data end before the type does
//   ENOTSUP  a DECL_TAG
//   ELOOP    types are nested too deep
//   ENOMEM
Result<std::uint32_t> dump_data(Dump& dump, std::uint32_t id, std::span<const std::byte> data,
                                const DataStyle& style);

} // namespace ringside::btf
