// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Maps: making them, and their elements.
#pragma once

#include <cstdint>

#include "bpf/command.hpp"
#include "bpf/common_attr.hpp"

namespace ringside::bpf {

// create_map makes a map. A kernel that knows no names (before 4.15) gets none.
Result<os::UniqueFd> create_map(MapCreateAttr attr);
// The same, and the kernel says in `log` why it refuses, if it can.
Result<os::UniqueFd> create_map_with_log(MapCreateAttr attr, CommonAttr& log);

// The element functions. `key` and `value` have the sizes that the map was made with; either is
// null where the kind of map has none.
inline Result<void> look_up_element(int map_fd, const void* key, void* value,
                                    std::uint64_t flags = 0) {
  return run(BPF_MAP_LOOKUP_ELEM,
             ElementAttr{.map_fd = map_fd, .key = key, .value = value, .flags = flags});
}
inline Result<void> take_element(int map_fd, const void* key, void* value,
                                 std::uint64_t flags = 0) {
  return run(BPF_MAP_LOOKUP_AND_DELETE_ELEM,
             ElementAttr{.map_fd = map_fd, .key = key, .value = value, .flags = flags});
}
inline Result<void> update_element(int map_fd, const void* key, const void* value,
                                   std::uint64_t flags = 0) {
  return run(BPF_MAP_UPDATE_ELEM,
             ElementAttr{.map_fd = map_fd, .key = key, .value = value, .flags = flags});
}
inline Result<void> delete_element(int map_fd, const void* key, std::uint64_t flags = 0) {
  return run(BPF_MAP_DELETE_ELEM, ElementAttr{.map_fd = map_fd, .key = key, .flags = flags});
}
inline Result<void> next_key(int map_fd, const void* key, void* next) {
  return run(BPF_MAP_GET_NEXT_KEY, NextKeyAttr{.map_fd = map_fd, .key = key, .next_key = next});
}
inline Result<void> freeze(int map_fd) {
  return run(BPF_MAP_FREEZE, FreezeAttr{.map_fd = map_fd});
}

} // namespace ringside::bpf
