// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Alike: a list of pairs that must all hold. A pair is looked at once for each depth at most, so
// that loops end, and what many types share costs little.
#include "btf/dedup/alike.hpp"

namespace ringside::btf::dedup {
namespace {

constexpr int kMaxDepth = 16;

// refers_at_same_depth: a type that is no level of its own.
bool refers_at_same_depth(Type type) {
  return type.is_modifier() || type.is(kPtr) || type.is(kTypedef) || type.is(kFunc);
}

// can_be_alike: other kinds are never part of two types that are the same.
bool can_be_alike(Kind kind) {
  return kind != kVar && kind != kDatasec && kind != kDeclTag;
}

} // namespace

Result<bool> Alike::are_alike(std::uint32_t one, std::uint32_t other) {
  left_.clear();
  seen_.clear();
  seen_index_.clear();
  if (const auto added = left_.append({one, other, kMaxDepth}); !added)
    return added.error();
  while (!left_.empty()) {
    const auto holds = check(left_.take_last());
    if (!holds || !*holds)
      return holds;
  }
  return true;
}

// check is whether a pair can be alike. It holds if the pairs that this puts on the list do.
Result<bool> Alike::check(const Pair& pair) {
  const auto seen = was_seen(pair);
  if (!seen || *seen)
    return seen;
  const Type one = state_.type(pair.one);
  const Type other = state_.type(pair.other);
  if (pair.depth == 0 || one.kind() != other.kind() || !can_be_alike(one.kind()))
    return false;
  if (one.is_enum())
    return are_compatible_enums(one, other);
  if (one.is(kVoid))
    return true;
  if (!same_but_ids(one, other))
    return false;
  const bool is_level = !refers_at_same_depth(one);
  Result<void> added;
  each_id_pair(one, other, [&](std::uint32_t left, std::uint32_t right) {
    if (added && (!is_level || left != right))
      added = left_.append({left, right, pair.depth - (is_level ? 1 : 0)});
  });
  if (!added)
    return added.error();
  return true;
}

// was_seen is whether the pair was looked at with this depth or less, and notes that it is.
Result<bool> Alike::was_seen(const Pair& pair) {
  const std::uint32_t ids[] = {pair.one, pair.other};
  const std::uint32_t hash = hash_bytes(ids, sizeof(ids));
  const std::uint32_t number = seen_index_.find(hash, [&](std::uint32_t at) {
    return seen_[at].one == pair.one && seen_[at].other == pair.other;
  });
  if (number == HashIndex::kNone) {
    if (const auto added = seen_.append(pair); !added)
      return added.error();
    if (const auto added = seen_index_.insert(hash, static_cast<std::uint32_t>(seen_.size() - 1));
        !added)
      return added.error();
    return false;
  }
  if (seen_[number].depth <= pair.depth)
    return true;
  seen_[number].depth = pair.depth;
  return false;
}

} // namespace ringside::btf::dedup
