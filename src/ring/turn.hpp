// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Turn: which of some rings a call reads first, so that a busy one does not keep the others
// waiting.
#pragma once

#include <cstddef>

namespace ringside {

class Turn {
public:
  // at is the ring that comes `step` places behind the one whose turn it is, of `count` rings.
  [[nodiscard]] std::size_t at(std::size_t step, std::size_t count) const {
    return (first_ + step) % count;
  }
  // place is the inverse: how many places behind the one whose turn it is a ring comes.
  [[nodiscard]] std::size_t place(std::size_t index, std::size_t count) const {
    return (index + count - first_ % count) % count;
  }

  // took says that a call has begun with this ring: the next call begins with the one behind it.
  void took(std::size_t index) { first_ = index + 1; }
  // take is whose turn it is now; the next call begins one behind.
  Turn take() {
    const Turn now = *this;
    ++first_;
    return now;
  }

private:
  std::size_t first_ = 0;
};

} // namespace ringside
