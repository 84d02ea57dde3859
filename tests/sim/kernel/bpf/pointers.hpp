// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// address and pointer: addresses as the 64 bits that bpf_attr and a program's registers hold.
// all_zero: what the kernel asks of memory that it does not know.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ringside::sim {

inline std::uint64_t address(const void* memory) {
  return reinterpret_cast<std::uintptr_t>(memory);
}

template <class T>
T* pointer(std::uint64_t value) {
  return reinterpret_cast<T*>(static_cast<std::uintptr_t>(value));
}

// all_zero is whether the bytes from one offset to another are 0. There may be none.
inline bool all_zero(const void* memory, std::size_t from, std::size_t to) {
  const auto* bytes = static_cast<const std::byte*>(memory);
  return from >= to ||
         std::all_of(bytes + from, bytes + to, [](std::byte byte) { return byte == std::byte{0}; });
}

} // namespace ringside::sim
