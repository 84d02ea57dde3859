// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Strided: an array of structs whose size the caller was compiled with.
#pragma once

#include <cstddef>

#include "base/options.hpp"

namespace ringside {

// Strided is `count` structs, `size` bytes apart; none if the array is null. Of a struct smaller
// than ours only the members that `has` knows are there.
template <class T>
class Strided {
public:
  Strided(T* first, int count, int size)
      : first_(reinterpret_cast<char*>(first)),
        count_(first != nullptr && count > 0 && size > 0 ? static_cast<std::size_t>(count) : 0),
        size_(size > 0 ? static_cast<std::size_t>(size) : 0) {}

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] T& operator[](std::size_t index) const {
    return *reinterpret_cast<T*>(first_ + index * size_);
  }
  template <class Member>
  [[nodiscard]] bool has(Member T::*member) const {
    return options_offset(member) + sizeof(Member) <= size_;
  }

private:
  char* first_;
  std::size_t count_;
  std::size_t size_;
};

} // namespace ringside
