// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// bytes_of: a copy of the bytes of a BTF.
#pragma once

#include <cstddef>
#include <vector>

#include "btf/btf.hpp"
#include "check.hpp"

namespace ringside::test {

inline std::vector<std::byte> bytes_of(const btf::Btf& btf) {
  const auto bytes = btf.bytes(kNativeOrder);
  require(static_cast<bool>(bytes), "there is memory");
  return {bytes->begin(), bytes->end()};
}

} // namespace ringside::test
