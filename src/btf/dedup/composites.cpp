// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Composites: is a type the same as one that stays? While they are compared, types that the
// one leads to are assumed to be those that the other leads to. If all fit, that is what they are.
#include "btf/dedup/composites.hpp"

#include <algorithm>
#include <cerrno>

#include "base/failure.hpp"

namespace ringside::btf::dedup {
namespace {

constexpr std::uint32_t kNone = State::kNone;
constexpr Subject kSubject("dedup");

// can_be_part: a type of this kind may be part of another.
bool can_be_part(Kind kind) {
  return kind != kVoid && kind != kVar && kind != kDatasec && kind != kDeclTag;
}

// target_of is where the id is that a type is known by if it has no name, or null.
const std::uint32_t* target_of(Type type) {
  if (type.is(kPtr) || type.is(kFuncProto) || type.is_modifier())
    return &type.words()[kTargetWord];
  return type.is(kArray) ? &type.words()[kHeadWords] : nullptr;
}

} // namespace

Result<void> Composites::init() {
  auto assumed = Array<std::uint32_t>::of_size(state_.end_id());
  if (!assumed)
    return assumed.error();
  assumed_ = std::move(*assumed);
  std::fill(assumed_.begin(), assumed_.end(), kNone);
  return {};
}

// look_of is a hash of what two types that can be the same have in common: the name, and where
// there is none, the kinds of types that lead to the first with a name. With looks, types that have
// a shape in common are told from each other without being followed.
std::uint32_t Composites::look_of(std::uint32_t id) const {
  constexpr int kMaxSteps = 4;
  WordHash look;
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    const Type type = state_.type(id);
    const std::uint32_t* const target = target_of(type);
    if (target == nullptr) {
      look.add(type.name());
      break;
    }
    look.add(type.info());
    id = *target;
  }
  return look.value();
}

std::uint32_t Composites::hash_of(std::uint32_t id) const {
  return hash_type(state_.type(id), [&](std::uint32_t other) { return look_of(other); });
}

void Composites::enter(std::uint32_t id) {
  lists_.enter(hash_of(id), id);
}

Result<void> Composites::merge(std::uint32_t id) {
  if (state_.is_mapped(id))
    return {};
  const std::uint32_t hash = hash_of(id);
  const auto is_taken = [&](std::uint32_t other) { return takes(state_.type(other).kind()); };
  for (std::uint32_t listed = lists_.first(hash, is_taken); listed != kNone;
       listed = lists_.next(listed, is_taken)) {
    forget_assumptions();
    const auto same = are_same(id, listed);
    if (!same)
      return same.error();
    if (!*same)
      continue;
    record_assumptions();
    if (would_change_base_)
      continue;
    state_.map(id) = listed;
    return {};
  }
  state_.map(id) = id;
  lists_.enter(hash, id);
  return {};
}

void Composites::forget_assumptions() {
  for (const std::uint32_t id : order_)
    assumed_[id] = kNone;
  order_.clear();
  would_change_base_ = false;
}

// Types are followed in their order, a member with all that it leads to before the next.
Result<bool> Composites::are_same(std::uint32_t one, std::uint32_t other) {
  left_.clear();
  if (const auto added = left_.append({one, other}); !added)
    return added.error();
  while (!left_.empty()) {
    const auto holds = check(left_.take_last());
    if (!holds || !*holds)
      return holds;
  }
  return true;
}

// check is whether the two can be the same. They are if the pairs that this leaves are, too.
Result<bool> Composites::check(Pair pair) {
  if (state_.resolve(pair.one) == state_.resolve(pair.other))
    return true;
  if (const std::uint32_t end = state_.resolve(pair.other);
      state_.type(pair.other).is(kFwd) && !state_.type(end).is(kFwd))
    pair.other = end;
  if (const std::uint32_t assumed = assumed_[pair.other]; assumed != kNone)
    return assumed == pair.one ? Result<bool>(true) : alike_.are_alike(assumed, pair.one);
  assumed_[pair.other] = pair.one;
  if (const auto added = order_.append(pair.other); !added)
    return added.error();

  const Type one = state_.type(pair.one);
  const Type other = state_.type(pair.other);
  if (one.name() != other.name())
    return false;
  if (one.is(kFwd) != other.is(kFwd))
    return check_forward(pair);
  if (one.kind() != other.kind())
    return false;
  if (!can_be_part(one.kind()))
    return fail(kSubject, Errno(EINVAL), "type %u, a %s, is part of another type", pair.one,
                kind_name(one.kind()));
  if (one.is_enum())
    return are_compatible_enums(one, other);
  if (!same_but_ids(one, other))
    return false;
  return leave_targets(one, other);
}

// Of a forward declaration and a full definition, the kinds must fit.
bool Composites::check_forward(Pair pair) {
  const Type one = state_.type(pair.one);
  const Type other = state_.type(pair.other);
  const Type forward = one.is(kFwd) ? one : other;
  const Type full = one.is(kFwd) ? other : one;
  if (!full.is(forward.flag() ? kUnion : kStruct))
    return false;
  if (other.is(kFwd) && !state_.is_own(pair.other))
    would_change_base_ = true;
  return true;
}

// The last pair on the list is the next to be checked. Of an array that is the index.
Result<bool> Composites::leave_targets(Type one, Type other) {
  const std::size_t before = left_.size();
  Result<void> added;
  each_id_pair(one, other, [&](std::uint32_t left, std::uint32_t right) {
    if (added)
      added = left_.append({left, right});
  });
  if (!added)
    return added.error();
  if (!one.is(kArray))
    std::reverse(left_.begin() + before, left_.end());
  return true;
}

void Composites::record_assumptions() {
  for (const std::uint32_t id : order_) {
    const std::uint32_t one = state_.resolve(assumed_[id]);
    const std::uint32_t other = state_.resolve(id);
    const bool one_is_forward = state_.type(one).is(kFwd);
    const bool other_is_forward = state_.type(other).is(kFwd);
    if (!one_is_forward && other_is_forward)
      state_.map(other) = one;
    if (would_change_base_ || other_is_forward)
      continue;
    const bool is_new_definition =
        state_.type(one).is_composite() && state_.is_mapped(other) && !state_.is_mapped(one);
    if (one_is_forward || is_new_definition)
      state_.map(one) = other;
  }
}

} // namespace ringside::btf::dedup
