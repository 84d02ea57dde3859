// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// References: depth first, with a stack of our own.
#include "btf/dedup/references.hpp"

#include <cerrno>

#include "base/failure.hpp"

namespace ringside::btf::dedup {
Result<void> References::enter(std::uint32_t id) {
  return enter_equal(state_, id);
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
  const std::uint32_t first = first_equal(state_, state_.type(id));
  state_.map(id) = first != Lists::kNone ? first : id;
  return first != Lists::kNone ? Result<void>() : enter(id);
}

} // namespace ringside::btf::dedup
