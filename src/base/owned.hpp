// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Owned<T> and make<T>: unique_ptr on an allocator that can fail without throwing.
#pragma once

#include <memory>
#include <new>
#include <utility>

#include "base/allocate.hpp"

namespace ringside {

struct Destroy {
  template <class T>
  void operator()(T* object) const {
    object->~T();
    release(object);
  }
};

template <class T>
using Owned = std::unique_ptr<T, Destroy>;

// make constructs a T from `arguments`, or returns null when there is no memory.
template <class T, class... Arguments>
[[nodiscard]] Owned<T> make(Arguments&&... arguments) {
  void* memory = allocate(sizeof(T));
  if (memory == nullptr)
    return nullptr;
  return Owned<T>(new (memory) T(std::forward<Arguments>(arguments)...));
}

} // namespace ringside
