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

std::uint32_t hash_name(Type type) {
  const std::uint32_t name = type.name();
  return hash_bytes(&name, sizeof(name));
}

} // namespace

bool Values::is_forward_of(std::uint32_t other, Type type) const {
  return is_forward_enum(state_.type(other)) && state_.type(other).name() == type.name();
}

std::uint32_t Values::first_forward(Type type) const {
  return state_.lists().first(hash_name(type),
                              [&](std::uint32_t other) { return is_forward_of(other, type); });
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
  return state_.lists().comes_before(full.back, full.front) ? full.back : full.front;
}

Result<void> Values::enter(std::uint32_t id) {
  const Type type = state_.type(id);
  if (is_forward_enum(type))
    return state_.lists().enter(hash_name(type), id,
                                [&](std::uint32_t other) { return is_forward_of(other, type); });
  const auto entered = enter_equal(state_, id);
  return entered && type.is_enum() ? enter_full(id, type) : entered;
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
  const Lists& lists = state_.lists();
  if (lists.rank(id) < lists.rank(full.front))
    full.front = id;
  if (lists.rank(id) > lists.rank(full.back))
    full.back = id;
  return {};
}

Result<void> Values::keep(std::uint32_t id) {
  state_.map(id) = id;
  return enter(id);
}

Result<void> Values::merge(std::uint32_t id) {
  const Type type = state_.type(id);
  const Lists& lists = state_.lists();
  std::uint32_t target = kNoValue;
  if (is_forward_enum(type)) {
    // The first of all enums of its name.
    const std::uint32_t forward = first_forward(type);
    const std::uint32_t full = first_full(type);
    const bool takes_full =
        full != kNoValue && (forward == kNoValue || lists.comes_before(full, forward));
    target = takes_full ? full : forward;
  } else {
    target = first_equal(state_, type);
    if (type.is_enum())
      // Forward declarations before its equal are of this one now.
      for (std::uint32_t forward = first_forward(type); forward != kNoValue;
           forward = lists.next(forward))
        if (target == kNoValue || lists.comes_before(forward, target))
          state_.map(forward) = id;
  }
  if (target == kNoValue)
    return keep(id);
  state_.map(id) = target;
  return {};
}

} // namespace ringside::btf::dedup
