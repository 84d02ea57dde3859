// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What the kernel says about a map or a program.
#pragma once

#include <linux/bpf.h>

#include "base/result.hpp"

namespace ringside::bpf {

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
