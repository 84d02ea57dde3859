// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// References: the part of dedup for types that are known by what they refer to: pointers,
// modifiers, arrays, functions and tags.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dedup/lists.hpp"
#include "btf/dedup/state.hpp"

namespace ringside::btf::dedup {

class References {
public:
  References(State& state, Lists& lists) : state_(state), lists_(lists) {}

  static bool takes(Kind kind) { return kKinds[kind].ids != 0 && kind != kTypedef && kind != kVar; }

  // enter adds a type that stays to the lists. merge maps an own type, after those that it refers
  // to, whose ids it gets. ELOOP: it refers to itself; ENOMEM.
  void enter(std::uint32_t id);
  Result<void> merge(std::uint32_t id);

private:
  // A type whose references are mapped first, and how many are.
  struct Frame {
    std::uint32_t id, done;
  };

  // Of a type with what its targets have become. It is final once all of them are mapped.
  struct Hash {
    std::uint32_t value;
    bool is_final;
  };

  [[nodiscard]] Hash hash_of(Type type) const;
  [[nodiscard]] bool are_equal(Type one, Type other) const;
  Result<void> merge_deeply(std::uint32_t id);
  Result<void> open(std::uint32_t id);
  void close(std::uint32_t id, Hash hash);

  State& state_;
  Lists& lists_;
  Vector<Frame> frames_;
};

} // namespace ringside::btf::dedup
