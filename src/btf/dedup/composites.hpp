// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Composites: the part of dedup for STRUCT, UNION and TYPEDEF, which are compared with all
// that they lead to, as graphs: types of one unit with types of another.
#pragma once

#include <cstdint>

#include "base/array.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dedup/alike.hpp"
#include "btf/dedup/lists.hpp"
#include "btf/dedup/state.hpp"

namespace ringside::btf::dedup {

class Composites {
public:
  Composites(State& state, Lists& lists) : state_(state), lists_(lists), alike_(state) {}

  static bool takes(Kind kind) { return kind == kStruct || kind == kUnion || kind == kTypedef; }

  // init comes first. ENOMEM.
  Result<void> init();

  // enter adds a type that stays to the lists. merge maps an own type, and what it proves of
  // others. EINVAL: a type leads to one of a kind that cannot be part of another; ENOMEM.
  void enter(std::uint32_t id);
  Result<void> merge(std::uint32_t id);

private:
  // Two types that must be the same for others to be so: one that the type to merge leads to, and
  // one that the type it is compared with leads to.
  struct Pair {
    std::uint32_t one, other;
  };

  [[nodiscard]] std::uint32_t look_of(std::uint32_t id) const;
  [[nodiscard]] std::uint32_t hash_of(std::uint32_t id) const;
  Result<bool> are_same(std::uint32_t one, std::uint32_t other);
  Result<bool> check(Pair pair);
  bool check_forward(Pair pair);
  Result<bool> leave_targets(Type one, Type other);
  void forget_assumptions();
  void record_assumptions();

  State& state_;
  Lists& lists_;
  Alike alike_;
  Array<std::uint32_t> assumed_; // by id of the other side: which type it is assumed to be
  Vector<std::uint32_t> order_;  // ids with an assumption, in the order in which they got it
  Vector<Pair> left_;
  // What was assumed would make a forward declaration of the base one of an own type.
  bool would_change_base_ = false;
};

} // namespace ringside::btf::dedup
