// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// address and pointer: addresses as the 64 bits that bpf_attr and a program's registers hold.
#pragma once

#include <cstdint>

namespace ringside::sim {

inline std::uint64_t address(const void* memory) {
  return reinterpret_cast<std::uintptr_t>(memory);
}

template <class T>
T* pointer(std::uint64_t value) {
  return reinterpret_cast<T*>(static_cast<std::uintptr_t>(value));
}

} // namespace ringside::sim
