// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// allocate, release: where all memory of the library comes from. Unit tests link a version that
// counts bytes and fails on request in place of `allocate.cpp`.
#pragma once

#include <cstddef>

namespace ringside {

// allocate returns memory aligned for any type, or nullptr. release takes it back, and nullptr.
[[nodiscard]] void* allocate(std::size_t size);
void release(void* memory);

} // namespace ringside
