// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What the kernel says about a map or a program.
#pragma once

#include <cstddef>
#include <cstdint>

#include <linux/bpf.h>

#include "base/array.hpp"
#include "base/result.hpp"
#include "bpf/command.hpp"

namespace ringside::bpf {

// fill_info asks about what is behind a descriptor. `info` says which arrays there is room for.
template <class Info>
Result<void> fill_info(int fd, Info& info) {
  InfoAttr attr{.bpf_fd = fd, .info_len = sizeof(info), .info = &info};
  if (const auto asked = call(BPF_OBJ_GET_INFO_BY_FD, attr); !asked)
    return asked.error();
  return {};
}

// btf_bytes is the BTF behind a descriptor, of a size that the kernel has said. ENOMEM.
Result<Array<std::byte>> btf_bytes(int btf_fd, std::uint32_t size);

// map_info asks about the map behind a descriptor. Fields that an older kernel does not know are 0;
// the name ends with a NUL. Source: BPF_OBJ_GET_INFO_BY_FD in bpf(2).
Result<bpf_map_info> map_info(int map_fd);

// prog_info is the same for a program, without its arrays.
Result<bpf_prog_info> prog_info(int prog_fd);

// MapName is the name of a map, which may be empty and need not be unique. It ends with a NUL.
struct MapName {
  char text[BPF_OBJ_NAME_LEN] = {};
  bool operator==(const MapName&) const = default;
};
MapName name_of(const bpf_map_info& info);

} // namespace ringside::bpf
