// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Names that differ by one slip of the keyboard, for messages that say which name may be meant.
#pragma once

#include <string_view>
#include <utility>

#include "base/scan.hpp"

namespace ringside {

// is_near is whether two names differ in one character, in one that only one of them has, or in the
// order of two neighbours. Names of fewer than 3 characters are never near: too many would be.
constexpr bool is_near(std::string_view one, std::string_view other) {
  if (one.size() > other.size())
    std::swap(one, other);
  if (one.size() < 3 || other.size() - one.size() > 1)
    return false;
  std::size_t same = 0;
  while (same < one.size() && one[same] == other[same])
    ++same;
  one.remove_prefix(same);
  other.remove_prefix(same);
  if (one.size() != other.size())
    return one == behind(other, 1);
  if (one.empty() || behind(one, 1) == behind(other, 1))
    return true;
  return one.size() >= 2 && one[0] == other[1] && one[1] == other[0] &&
         behind(one, 2) == behind(other, 2);
}

} // namespace ringside
