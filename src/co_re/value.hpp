// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Value: the answer to a CO-RE record on one BTF, as a number, and how a field is accessed.
#pragma once

#include <cstdint>

#include "base/byte_order.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"
#include "co_re/spec.hpp"

namespace ringside::co_re {

// Access is how a field is loaded and stored, where a record is about its offset.
struct Access {
  // Whether a load of another size would give the same value: it does for a pointer and for an
  // unsigned integer.
  enum class Form { other, pointer, unsigned_integer } form = Form::other;
  std::uint32_t bytes = 0; // of the field, for an array of its innermost element; 0: unknown
};

struct Value {
  std::uint64_t number = 0;
  bool is_bitfield = false;
  bool has_access = false;
  Access access;
};

// value_of computes the answer to a record of `kind` for a path. EINVAL: it cannot be computed, for
// instance the signedness of an array's element; E2BIG: a bit field wider than 8 bytes; with a
// message. `order` is that of the program's machine.
Result<Value> value_of(const Spec& spec, Kind kind, ByteOrder order, const Subject& subject);

} // namespace ringside::co_re
