// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Values: the part of dedup for types that are known by what they say themselves: INT, FLOAT, FWD,
// ENUM, ENUM64; and for VAR and DATASEC, which stay.
#pragma once

#include <cstdint>

#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dedup/lists.hpp"
#include "btf/dedup/state.hpp"

namespace ringside::btf::dedup {

class Values {
public:
  Values(State& state, Lists& lists) : state_(state), lists_(lists) {}

  static bool takes(Kind kind) {
    return kind == kInt || kind == kFloat || kind == kFwd || kind == kEnum || kind == kEnum64 ||
           kind == kVar || kind == kDatasec;
  }

  // enter adds a type that stays to the lists, merge maps an own type. ENOMEM.
  Result<void> enter(std::uint32_t id);
  Result<void> merge(std::uint32_t id);

  // forwards is the own forward declarations of structs and unions that merge kept.
  [[nodiscard]] const Vector<std::uint32_t>& forwards() const { return forwards_; }

private:
  // The enums of one name that have enumerators, and are first and last by rank.
  struct Full {
    std::uint32_t front, back;
  };

  Result<void> enter(std::uint32_t id, std::uint32_t hash);
  Result<void> enter_full(std::uint32_t id, Type type);
  // is_forward_of: `other` is a forward declaration of the enum `type`.
  [[nodiscard]] bool is_forward_of(std::uint32_t other, Type type) const;
  [[nodiscard]] std::uint32_t first_equal(std::uint32_t hash, Type type) const;
  [[nodiscard]] std::uint32_t find_full(Type type) const;
  [[nodiscard]] std::uint32_t first_full(Type type) const;
  [[nodiscard]] std::uint32_t first_of_name(std::uint32_t hash, Type forward) const;
  void take_forwards(std::uint32_t id, Type type, std::uint32_t equal);

  State& state_;
  Lists& lists_;
  HashIndex names_; // by name, numbers in full_
  Vector<Full> full_;
  Vector<std::uint32_t> forwards_;
};

} // namespace ringside::btf::dedup
