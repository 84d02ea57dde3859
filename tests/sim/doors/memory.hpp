// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// memory: what the code under test has allocated, if the simulator is its allocator too.
#pragma once

#include <cstddef>

namespace ringside::sim {

std::size_t memory_in_use();
// forget_memory: what is allocated now no longer counts.
void forget_memory();

} // namespace ringside::sim
