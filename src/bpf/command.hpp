// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// call: one command of bpf(2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <linux/bpf.h>

#include "os/bpf.hpp"

namespace ringside::bpf {

// A command, and how much of bpf_attr it passes: up to the end of the last field that it knows. The
// kernel refuses a byte that is not zero behind what it knows itself.
struct Command {
  int number;
  std::uint32_t attr_size;
};

#define RINGSIDE_BPF_UP_TO(field) (offsetof(bpf_attr, field) + sizeof(bpf_attr::field))
inline constexpr Command kCommands[] = {
    {BPF_MAP_UPDATE_ELEM, RINGSIDE_BPF_UP_TO(flags)},
    {BPF_MAP_DELETE_ELEM, RINGSIDE_BPF_UP_TO(flags)},
    {BPF_OBJ_GET_INFO_BY_FD, RINGSIDE_BPF_UP_TO(info)},
};
#undef RINGSIDE_BPF_UP_TO

consteval std::uint32_t attr_size(int command) {
  std::size_t row = 0;
  while (kCommands[row].number != command)
    ++row;
  return kCommands[row].attr_size;
}

// empty_attr is a bpf_attr of zeros, which the caller fills. An initializer would leave the bytes
// behind the union's first member unset.
inline bpf_attr empty_attr() {
  bpf_attr attr;
  std::memset(&attr, 0, sizeof(attr));
  return attr;
}

// call makes the system call. A command that is not in the table does not compile.
template <int kCommand>
Result<int> call(bpf_attr& attr) {
  return os::bpf(kCommand, &attr, attr_size(kCommand));
}

// address is how a pointer stands in a bpf_attr, on 32-bit machines too.
inline std::uint64_t address(const void* object) {
  return reinterpret_cast<std::uintptr_t>(object);
}

} // namespace ringside::bpf
