// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Children: the types that a type refers to, one after the other, for a walk that stops in between.
#pragma once

#include <cstddef>
#include <cstdint>

#include "btf/type.hpp"

namespace ringside::btf {

// next_child is whether a type refers to one more type that is wanted: its target, then those of
// its elements. `next` is how many were looked at, 0 at first, and `id` the one that was found,
// which `wants` may replace by another.
template <class Wants>
bool next_child(Type type, std::uint32_t& next, std::uint32_t& id, Wants wants) {
  const KindLine& line = kKinds[type.kind()];
  const std::uint32_t before = (line.ids & kTargetId) != 0 ? 1 : 0;
  std::uint32_t at = next;
  std::uint32_t child = 0;
  bool found = false;
  if (at < before) {
    ++at;
    child = type.target();
    found = wants(child);
  }
  if (line.element_id != KindLine::kNoId) {
    const std::uint32_t end = before + type.elements();
    const std::uint32_t* word = type.words() + kHeadWords + line.extra_words + line.element_id +
                                std::size_t{line.element_words} * (at - before);
    for (; !found && at < end; ++at, word += line.element_words) {
      child = *word;
      found = wants(child);
    }
  }
  next = at;
  id = child;
  return found;
}

} // namespace ringside::btf
