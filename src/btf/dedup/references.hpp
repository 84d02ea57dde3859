// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// References: the part of dedup for types that are known by what they refer to: pointers,
// modifiers, arrays, functions and tags.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dedup/state.hpp"

namespace ringside::btf::dedup {

class References {
public:
  explicit References(State& state) : state_(state) {}

  static bool takes(Kind kind) { return kKinds[kind].ids != 0 && kind != kTypedef && kind != kVar; }

  // enter adds a type that stays to the lists. merge maps an own type, after those that it refers
  // to, whose ids it gets. ELOOP: it refers to itself; ENOMEM.
  Result<void> enter(std::uint32_t id);
  Result<void> merge(std::uint32_t id);

private:
  // A type whose references are mapped first, and how many are.
  struct Frame {
    std::uint32_t id, done;
  };

  [[nodiscard]] std::uint32_t hash_of(Type type) const;
  [[nodiscard]] bool are_equal(Type one, Type other) const;
  [[nodiscard]] bool has_mapped_targets(Type type) const;
  Result<void> open(std::uint32_t id);
  Result<void> close(std::uint32_t id);

  State& state_;
  Vector<Frame> frames_;
};

} // namespace ringside::btf::dedup
