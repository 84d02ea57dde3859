// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// DataValues: single values of typed data: integers, floats, pointers, enumerators, characters.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "btf/dump/data_bits.hpp"
#include "btf/dump/dump.hpp"

namespace ringside::btf {

class DataValues {
public:
  DataValues(Dump& dump, std::span<const std::byte> data) : dump_(dump), data_(data) {}

  // print prints a value whose bytes are there. EINVAL: its type has a size that no value of its
  // kind has; ENOTSUP: a DECL_TAG.
  Result<void> print(Type type, ValuePlace place);

  // character prints a value of one byte as a character, or as a number if it cannot be printed.
  void character(Type type, ValuePlace place);
  // string_character prints a character of a text.
  void string_character(unsigned char byte);

private:
  Result<void> integer(Type type, ValuePlace place);
  Result<void> floating(Type type, ValuePlace place);
  void pointer(ValuePlace place);
  Result<void> enumerator(Type type, ValuePlace place);
  [[nodiscard]] const std::byte* at(ValuePlace place) const { return data_.data() + place.offset; }

  Dump& dump_;
  std::span<const std::byte> data_;
};

} // namespace ringside::btf
