// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// References: depth first, with a stack of our own.
#include "btf/dedup/references.hpp"

#include <bit>
#include <cerrno>

#include "base/failure.hpp"

namespace ringside::btf::dedup {
namespace {

// id_at is the id number `index` of a type, or null if it has no more.
std::uint32_t* id_at(std::uint32_t* type, std::uint32_t index) {
  const KindLine& line = kKinds[kind_of(type[kInfoWord])];
  unsigned ids = line.ids;
  for (; ids != 0 && index != 0; --index)
    ids &= ids - 1;
  if (ids != 0)
    return &type[std::countr_zero(ids)];
  if (line.element_id == KindLine::kNoId || index >= elements_of(type[kInfoWord]))
    return nullptr;
  const std::size_t element =
      kHeadWords + line.extra_words + line.element_words * std::size_t{index};
  return &type[element + line.element_id];
}

} // namespace

Result<void> References::enter(std::uint32_t id) {
  const Type type = state_.type(id);
  return state_.lists().enter(hash_words(type), id, [&](std::uint32_t other) {
    return same_words(state_.type(other), type);
  });
}

Result<void> References::merge(std::uint32_t id) {
  if (state_.is_mapped(id))
    return {};
  if (const auto opened = open(id); !opened)
    return opened;
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    std::uint32_t* const target = id_at(state_.own_words(frame.id), frame.done);
    if (target == nullptr) {
      if (const auto closed = close(frames_.take_last().id); !closed)
        return closed;
    } else if (state_.map(*target) == State::kOpen) {
      return fail("dedup", Errno(ELOOP), "type %u refers to itself", *target);
    } else if (state_.is_mapped(*target)) {
      *target = state_.resolve(*target);
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

Result<void> References::close(std::uint32_t id) {
  const Type type = state_.type(id);
  const std::uint32_t first = state_.lists().first(
      hash_words(type), [&](std::uint32_t other) { return same_words(state_.type(other), type); });
  state_.map(id) = first != Lists::kNone ? first : id;
  return first != Lists::kNone ? Result<void>() : enter(id);
}

} // namespace ringside::btf::dedup
