// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// memory: ringside's allocation in unit tests, counted, and failing when that is scripted.
#include "sim/doors/memory.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/allocate.hpp"
#include "sim/kernel/kernel.hpp"

namespace ringside {

namespace {

// Stands before each block. Blocks with an older epoch are from before a sim_reset.
struct alignas(std::max_align_t) Header {
  std::size_t size;
  unsigned epoch;
};

std::atomic<std::size_t> in_use = 0;
std::atomic<unsigned> epoch = 0;

} // namespace

void* allocate(std::size_t size) {
  if (sim::Kernel::instance().check(sim::Call::malloc) != 0 || size > PTRDIFF_MAX - sizeof(Header))
    return nullptr;
  auto* header = static_cast<Header*>(std::malloc(sizeof(Header) + size));
  if (header == nullptr)
    return nullptr;
  *header = {size, epoch};
  in_use += size;
  return header + 1;
}

// It always moves, so that what points into the old memory is found to be stale.
void* reallocate(void* memory, std::size_t size) {
  void* const moved = allocate(size);
  if (moved == nullptr || memory == nullptr)
    return moved;
  std::memcpy(moved, memory, std::min(size, (static_cast<Header*>(memory) - 1)->size));
  release(memory);
  return moved;
}

void release(void* memory) {
  if (memory == nullptr)
    return;
  Header* header = static_cast<Header*>(memory) - 1;
  if (header->epoch == epoch)
    in_use -= header->size;
  std::free(header);
}

namespace sim {

std::size_t memory_in_use() {
  return in_use;
}

void forget_memory() {
  ++epoch;
  in_use = 0;
}

} // namespace sim
} // namespace ringside
