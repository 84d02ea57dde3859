// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Alike: are two types of one unit the same? Compilers emit a C type twice at times, and then two
// types that lead to one must be taken for one.
#pragma once

#include <cstdint>

#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dedup/state.hpp"

namespace ringside::btf::dedup {

class Alike {
public:
  explicit Alike(const State& state) : state_(state) {}

  // are_alike: two types have the same words, and what they refer to is the same or alike, through
  // up to 16 levels of structs and functions. ENOMEM.
  Result<bool> are_alike(std::uint32_t one, std::uint32_t other);

private:
  // Two types that must be alike, and through how many levels more.
  struct Pair {
    std::uint32_t one, other;
    int depth;
  };

  Result<bool> check(const Pair& pair);
  Result<bool> was_seen(const Pair& pair);

  const State& state_;
  Vector<Pair> left_;
  Vector<Pair> seen_;
  HashIndex seen_index_;
};

} // namespace ringside::btf::dedup
