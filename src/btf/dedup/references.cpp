// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// References: depth first, with a stack of our own.
#include "btf/dedup/references.hpp"

#include <cerrno>

#include "base/failure.hpp"

namespace ringside::btf::dedup {

// Types are compared by what the types that they refer to have become.
bool References::are_equal(Type one, Type other) const {
  if (!same_but_ids(one, other))
    return false;
  bool equal = true;
  each_id_pair(one, other, [&](std::uint32_t left, std::uint32_t right) {
    equal = equal && state_.resolve(left) == state_.resolve(right);
  });
  return equal;
}

References::Hash References::hash_of(Type type) const {
  bool is_final = true;
  const std::uint32_t hash = hash_type(type, [&](std::uint32_t id) {
    const std::uint32_t target = state_.resolve(id);
    is_final = is_final && state_.is_mapped(target);
    return target;
  });
  return {hash, is_final};
}

void References::enter(std::uint32_t id) {
  lists_.enter(hash_of(state_.type(id)).value, id);
}

Result<void> References::merge(std::uint32_t id) {
  if (state_.is_mapped(id))
    return {};
  // Most types follow those that they refer to.
  const Hash hash = hash_of(state_.type(id));
  if (!hash.is_final)
    return merge_deeply(id);
  close(id, hash);
  return {};
}

Result<void> References::merge_deeply(std::uint32_t id) {
  if (const auto opened = open(id); !opened)
    return opened;
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    const std::uint32_t* const target = id_at(state_.type(frame.id).words(), frame.done);
    if (target == nullptr) {
      close(frame.id, hash_of(state_.type(frame.id)));
      frames_.truncate(frames_.size() - 1);
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

Result<void> References::open(std::uint32_t id) {
  state_.map(id) = State::kOpen;
  return frames_.append({id, 0});
}

void References::close(std::uint32_t id, Hash hash) {
  const Type type = state_.type(id);
  const std::uint32_t first = lists_.first(
      hash.value, [&](std::uint32_t other) { return are_equal(state_.type(other), type); });
  state_.map(id) = first != Lists::kNone ? first : id;
  if (first == Lists::kNone)
    lists_.enter(hash.value, id);
}

} // namespace ringside::btf::dedup
