// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Values. An enum without enumerators is the forward declaration of every enum of its name.
// All enums of a name would be in one list, and those without a name are many. So lists of enums
// hold equal ones or forward declarations, and ranks tell which would come first in one list.
#include "btf/dedup/values.hpp"

namespace ringside::btf::dedup {
namespace {

constexpr std::uint32_t kNoValue = Lists::kNone;

bool is_forward_enum(Type type) {
  return type.is_enum() && type.elements() == 0;
}

// is_variable: such a type always stays, because its place tells it from others.
bool is_variable(Type type) {
  return type.is(kVar) || type.is(kDatasec);
}

std::uint32_t hash_name(Type type) {
  const std::uint32_t name = type.name();
  return hash_bytes(&name, sizeof(name));
}

std::uint32_t hash_words(Type type) {
  return hash_bytes(type.words(), words_of(type.info()) * sizeof(std::uint32_t));
}

// hash_of is what a type is listed by: forward declarations by their name, others by all that they
// say.
std::uint32_t hash_of(Type type) {
  return is_forward_enum(type) ? hash_name(type) : hash_words(type);
}

} // namespace

bool Values::is_forward_of(std::uint32_t other, Type type) const {
  return is_forward_enum(state_.type(other)) && state_.type(other).name() == type.name();
}

std::uint32_t Values::first_equal(std::uint32_t hash, Type type) const {
  return lists_.first(hash,
                      [&](std::uint32_t other) { return same_words(state_.type(other), type); });
}

std::uint32_t Values::find_full(Type type) const {
  return names_.find(hash_name(type), [&](std::uint32_t number) {
    return state_.type(full_[number].front).name() == type.name();
  });
}

std::uint32_t Values::first_full(Type type) const {
  const std::uint32_t number = find_full(type);
  if (number == HashIndex::kNone)
    return kNoValue;
  const Full& full = full_[number];
  return lists_.comes_before(full.back, full.front) ? full.back : full.front;
}

Result<void> Values::enter(std::uint32_t id) {
  const Type type = state_.type(id);
  return is_variable(type) ? Result<void>() : enter(id, hash_of(type));
}

Result<void> Values::enter(std::uint32_t id, std::uint32_t hash) {
  const Type type = state_.type(id);
  lists_.enter(hash, id);
  return type.is_enum() && !is_forward_enum(type) ? enter_full(id, type) : Result<void>();
}

Result<void> Values::enter_full(std::uint32_t id, Type type) {
  const std::uint32_t number = find_full(type);
  if (number == HashIndex::kNone) {
    const auto made = static_cast<std::uint32_t>(full_.size());
    if (const auto added = full_.append({id, id}); !added)
      return added;
    return names_.insert(hash_name(type), made);
  }
  Full& full = full_[number];
  if (lists_.rank(id) < lists_.rank(full.front))
    full.front = id;
  if (lists_.rank(id) > lists_.rank(full.back))
    full.back = id;
  return {};
}

Result<void> Values::merge(std::uint32_t id) {
  const Type type = state_.type(id);
  if (is_variable(type)) {
    state_.map(id) = id;
    return {};
  }
  const std::uint32_t hash = hash_of(type);
  const std::uint32_t target =
      is_forward_enum(type) ? first_of_name(hash, type) : first_equal(hash, type);
  if (type.is_enum() && !is_forward_enum(type))
    take_forwards(id, type, target);
  if (target != kNoValue) {
    state_.map(id) = target;
    return {};
  }
  state_.map(id) = id;
  if (type.is(kFwd))
    if (const auto noted = forwards_.append(id); !noted)
      return noted;
  return enter(id, hash);
}

// A forward declaration becomes the first of all enums of its name.
std::uint32_t Values::first_of_name(std::uint32_t hash, Type forward) const {
  const std::uint32_t other =
      lists_.first(hash, [&](std::uint32_t listed) { return is_forward_of(listed, forward); });
  const std::uint32_t full = first_full(forward);
  if (other == kNoValue || full == kNoValue)
    return other == kNoValue ? full : other;
  return lists_.comes_before(full, other) ? full : other;
}

// Forward declarations that come before the equal of an enum, if it has one, are of this one now.
void Values::take_forwards(std::uint32_t id, Type type, std::uint32_t equal) {
  const auto is_forward = [&](std::uint32_t listed) { return is_forward_of(listed, type); };
  for (std::uint32_t forward = lists_.first(hash_name(type), is_forward); forward != kNoValue;
       forward = lists_.next(forward, is_forward))
    if (equal == kNoValue || lists_.comes_before(forward, equal))
      state_.map(forward) = id;
}

} // namespace ringside::btf::dedup
