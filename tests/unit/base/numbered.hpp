// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// numbered: the bytes of a file in which each piece differs from its neighbours.
#pragma once

#include <cstddef>
#include <string>

namespace ringside::test {

// numbered is bytes that count from 0.
inline std::string numbered(std::size_t size) {
  std::string bytes;
  while (bytes.size() < size)
    bytes.push_back(static_cast<char>(bytes.size()));
  return bytes;
}

} // namespace ringside::test
