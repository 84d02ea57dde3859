// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Matching a local type with a type of the target: can it be the one that the program means?
#pragma once

#include <cstdint>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"
#include "btf/strip.hpp"
#include "co_re/spec.hpp"

namespace ringside::co_re {

// A type of a BTF.
struct TypeRef {
  const btf::Btf* btf = nullptr;
  std::uint32_t id = 0;

  [[nodiscard]] btf::Type type() const { return btf->type(id); }
  [[nodiscard]] TypeRef to(std::uint32_t other) const { return {btf, other}; }
};

// stripped is the type without modifiers and typedefs.
inline TypeRef stripped(TypeRef ref) {
  return ref.to(btf::strip(*ref.btf, ref.id));
}

// In a hostile file, types can refer to each other in so large a number of ways that a comparison
// would not end. So each function here fails with EINVAL when types are nested more than kMaxLevels
// deep, or when it has looked at kMaxVisits types and names.
inline constexpr int kMaxLevels = 32;
inline constexpr std::uint32_t kMaxVisits = 1U << 24;

// match_spec follows the path of `local` in `target`, a candidate for its root. If the result has
// count 0, the candidate has no such field or enumerator. E2BIG: the path has more than kMaxDepth
// steps there.
Result<Spec> match_spec(const Spec& local, TypeRef target);

// types_compatible is whether a target type can stand for a local one: names of composites and what
// they contain do not count. The rule of bpf_core_type_exists, typed ksyms and kernel functions.
Result<bool> types_compatible(TypeRef local, TypeRef target, const Subject& subject);

// types_match is whether the target has all members and enumerators of a local type: the rule of
// bpf_core_type_matches.
Result<bool> types_match(TypeRef local, TypeRef target, const Subject& subject);

} // namespace ringside::co_re
