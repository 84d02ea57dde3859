// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// allocate, reallocate, release on the C library's heap.
#include "base/allocate.hpp"

#include <cstdlib>

namespace ringside {

void* allocate(std::size_t size) {
  return std::malloc(size);
}

void* reallocate(void* memory, std::size_t size) {
  return std::realloc(memory, size);
}

void release(void* memory) {
  std::free(memory);
}

} // namespace ringside
