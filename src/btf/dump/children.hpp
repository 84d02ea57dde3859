// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Children: the types that a type refers to, one after the other, for a walk that stops in between.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "btf/type.hpp"

namespace ringside::btf {

// Children are the target of a type and the types of its members or parameters, without what stands
// in an ARRAY.
class Children {
public:
  explicit Children(Type type) {
    const KindLine& line = kKinds[type.kind()];
    step_ = line.element_words;
    if (line.element_id != KindLine::kNoId) {
      left_ = type.elements();
      word_ = type.element(0) + line.element_id;
    }
    if (line.ids == kTargetId) {
      ++left_;
      word_ = &type.words()[kTargetWord];
    }
  }

  // next is whether there is one more; id() is the one that was found last.
  bool next() {
    if (left_ == 0)
      return false;
    --left_;
    id_ = *word_;
    word_ += step_;
    return true;
  }
  [[nodiscard]] std::uint32_t id() const { return id_; }

private:
  // Where a kind has a target and elements, the ids of both stand at equal distances.
  static constexpr bool kIsEven = std::all_of(std::begin(kKinds), std::end(kKinds), [](auto line) {
    return line.ids != kTargetId || line.element_id == KindLine::kNoId ||
           kTargetWord + line.element_words == kHeadWords + line.extra_words + line.element_id;
  });
  static_assert(kIsEven);

  const std::uint32_t* word_ = nullptr;
  std::uint32_t left_ = 0;
  std::uint32_t step_ = 0;
  std::uint32_t id_ = 0;
};

} // namespace ringside::btf
