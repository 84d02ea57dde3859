// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// References: depth first, with a stack of our own.
#include "btf/dedup/references.hpp"

#include <cerrno>

#include "base/failure.hpp"

namespace ringside::btf::dedup {

// Types are compared by what the types that they refer to have become.
std::uint32_t References::hash_of(Type type) const {
  return hash_type(type, [&](std::uint32_t id) { return state_.resolve(id); });
}

bool References::are_equal(Type one, Type other) const {
  if (!same_but_ids(one, other))
    return false;
  bool equal = true;
  each_id_pair(one, other, [&](std::uint32_t left, std::uint32_t right) {
    equal = equal && state_.resolve(left) == state_.resolve(right);
  });
  return equal;
}

Result<void> References::enter(std::uint32_t id) {
  const Type type = state_.type(id);
  return state_.lists().enter(
      hash_of(type), id, [&](std::uint32_t other) { return are_equal(state_.type(other), type); });
}

Result<void> References::merge(std::uint32_t id) {
  if (state_.is_mapped(id))
    return {};
  if (has_mapped_targets(state_.type(id)))
    return close(id);
  if (const auto opened = open(id); !opened)
    return opened;
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    const std::uint32_t* const target = id_at(state_.words(frame.id), frame.done);
    if (target == nullptr) {
      if (const auto closed = close(frames_.take_last().id); !closed)
        return closed;
    } else if (state_.map(*target) == State::kOpen) {
      return fail("dedup", Errno(ELOOP), "type %u refers to itself", *target);
    } else if (state_.is_mapped(*target)) {
      ++frame.done;
    } else if (const auto opened = open(*target); !opened) {
      return opened;
    }
  }
  return {};
}

// Most types follow those that they refer to.
bool References::has_mapped_targets(Type type) const {
  bool all_mapped = true;
  each_id(type.words(),
          [&](std::uint32_t target) { all_mapped = all_mapped && state_.is_mapped(target); });
  return all_mapped;
}

Result<void> References::open(std::uint32_t id) {
  state_.map(id) = State::kOpen;
  return frames_.append({id, 0});
}

Result<void> References::close(std::uint32_t id) {
  const Type type = state_.type(id);
  const std::uint32_t hash = hash_of(type);
  const std::uint32_t first = state_.lists().first(
      hash, [&](std::uint32_t other) { return are_equal(state_.type(other), type); });
  state_.map(id) = first != Lists::kNone ? first : id;
  return first != Lists::kNone ? Result<void>() : state_.lists().enter_alone(hash, id);
}

} // namespace ringside::btf::dedup
