// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// make_empty: a BTF without types, to be filled.
#pragma once

#include <utility>

#include <catch2/catch.hpp>

#include "base/owned.hpp"
#include "btf/btf.hpp"

namespace ringside::test {

inline Owned<btf::Btf> make_empty(const btf::Btf* base = nullptr) {
  auto made = btf::Btf::empty(base);
  REQUIRE(made);
  return std::move(*made);
}

} // namespace ringside::test
