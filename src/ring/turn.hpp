// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Turn: which of some rings a call reads first, so that a busy one does not keep the others
// waiting.
#pragma once

#include <cstddef>

namespace ringside {

// Without a division, which would cost as much as reading some records.
class Turn {
public:
  // at is the ring that comes `step` places behind the one whose turn it is, of `count` rings.
  [[nodiscard]] std::size_t at(std::size_t step, std::size_t count) const {
    return within(first_ + step, count);
  }
  // place is the inverse: how many places behind the one whose turn it is a ring comes.
  [[nodiscard]] std::size_t place(std::size_t index, std::size_t count) const {
    return within(index + count - first_, count);
  }

  // begun_with notes the ring that a call has begun with: the next call begins with the one behind
  // it.
  void begun_with(std::size_t index) { first_ = index + 1; }

private:
  static std::size_t within(std::size_t sum, std::size_t count) {
    return sum < count ? sum : sum - count;
  }

  // At most the number of rings, which never falls.
  std::size_t first_ = 0;
};

} // namespace ringside
