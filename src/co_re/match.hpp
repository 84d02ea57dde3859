// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Matching a local type with a type of the target: is this what the program means?
#pragma once

#include <cstdint>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"
#include "co_re/spec.hpp"

namespace ringside::co_re {

// A type of a BTF.
struct TypeRef {
  const btf::Btf* btf = nullptr;
  std::uint32_t id = 0;

  [[nodiscard]] btf::Type type() const { return btf->type(id); }
  [[nodiscard]] TypeRef to(std::uint32_t other) const { return {btf, other}; }
};

// Types of a hostile file can lead to each other in more ways than a comparison could follow. Each
// question here ends with EINVAL after kMaxLevels types within each other, or kMaxVisits types and
// names in all.
inline constexpr int kMaxLevels = 32;
inline constexpr std::uint32_t kMaxVisits = 1U << 24;

// match_spec finds in `target`, a candidate for the root of `local`, what the path of `local` leads
// to. A result with count 0: the candidate has no such field or enumerator. E2BIG: the path would
// be longer than a path can be.
Result<Spec> match_spec(const Spec& local, TypeRef target);

// types_compatible is whether a target type can stand for a local one: names of composites and what
// they contain do not count. The rule of bpf_core_type_exists, typed ksyms and kernel functions.
Result<bool> types_compatible(TypeRef local, TypeRef target, const Subject& subject);

// types_match is whether all that a local type has is in the target, too: the rule of
// bpf_core_type_matches.
Result<bool> types_match(TypeRef local, TypeRef target, const Subject& subject);

} // namespace ringside::co_re
