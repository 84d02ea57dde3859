// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Values: the part of dedup for types that refer to no others: INT, FLOAT, FWD, ENUM, ENUM64.
#pragma once

#include <cstdint>

#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dedup/state.hpp"

namespace ringside::btf::dedup {

class Values {
public:
  explicit Values(State& state) : state_(state) {}

  static bool takes(Kind kind) {
    return kind == kInt || kind == kFloat || kind == kFwd || kind == kEnum || kind == kEnum64;
  }

  // enter adds a type that stays to the lists, merge maps an own type. ENOMEM.
  Result<void> enter(std::uint32_t id);
  Result<void> merge(std::uint32_t id);

private:
  // The enums of one name that have enumerators, and are first and last by rank.
  struct Full {
    std::uint32_t front, back;
  };

  // is_forward_of: `other` is a forward declaration of the enum `type`.
  [[nodiscard]] bool is_forward_of(std::uint32_t other, Type type) const;
  [[nodiscard]] std::uint32_t first_forward(Type type) const;
  [[nodiscard]] std::uint32_t first_full(Type type) const;
  [[nodiscard]] std::uint32_t find_full(Type type) const;
  Result<void> enter_full(std::uint32_t id, Type type);
  Result<void> keep(std::uint32_t id);

  State& state_;
  HashIndex names_; // by name, numbers in full_
  Vector<Full> full_;
};

} // namespace ringside::btf::dedup
