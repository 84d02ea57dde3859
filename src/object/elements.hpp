// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Checking that keys and values have the sizes that a map has.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"

namespace ringside::object {

class Map;

// check_key: ENOENT if the kernel does not have the map; EINVAL for another size; with a message.
Result<void> check_key(const Map& map, std::size_t key_size);

// check_element is that for a key and a value. The value of a per-CPU map has a part for each
// possible CPU, unless the flags choose one CPU or all with one value.
Result<void> check_element(const Map& map, std::size_t key_size, std::size_t value_size,
                           std::uint64_t flags);

} // namespace ringside::object
