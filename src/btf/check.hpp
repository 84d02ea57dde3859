// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Checks of the types of a BTF that comes from outside: each fits, and each id and each name in it
// means something. What passes here may be walked without a check.
#pragma once

#include <cstdint>
#include <span>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/image.hpp"

namespace ringside::btf {

// find_starts finds where each type begins. EINVAL: a type does not fit, or is of a kind that
// neither we nor a layout know; ENOMEM. `own` is the layout of the BTF itself.
Result<Vector<std::uint32_t>> find_starts(std::span<const std::uint32_t> words, Layout own,
                                          const Place& place, const Subject& subject);

// check_kind: the kind of a type is known. EINVAL.
Result<void> check_kind(std::uint32_t id, Type type, const Subject& subject);

// check_types checks ids and string offsets, and that a FUNC's type is a FUNC_PROTO. EINVAL. An id
// may be that of a later type; loops, sizes and offsets are not looked at.
Result<void> check_types(const Data& data, const Place& place, const Subject& subject);

} // namespace ringside::btf
