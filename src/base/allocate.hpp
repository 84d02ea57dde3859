// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// allocate, reallocate, release: where all memory of the library comes from. Unit tests link a
// version that counts bytes and fails on request in place of `allocate.cpp`.
#pragma once

#include <cstddef>

namespace ringside {

// allocate returns memory aligned for any type, or nullptr. reallocate returns memory of another
// size with the same bytes, as many as fit, in place of what allocate gave or of nullptr; or it
// returns nullptr, and what was given stays. release takes memory back, and nullptr.
[[nodiscard]] void* allocate(std::size_t size);
[[nodiscard]] void* reallocate(void* memory, std::size_t size);
void release(void* memory);

} // namespace ringside
