// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The commands on elements.
#include "bpf/map.hpp"

#include "bpf/command.hpp"

namespace ringside::bpf {

Result<void> update_element(int map_fd, const void* key, const void* value, std::uint64_t flags) {
  bpf_attr attr = empty_attr();
  attr.map_fd = static_cast<__u32>(map_fd);
  attr.key = address(key);
  attr.value = address(value);
  attr.flags = flags;
  if (const auto updated = call<BPF_MAP_UPDATE_ELEM>(attr); !updated)
    return updated.error();
  return {};
}

Result<void> delete_element(int map_fd, const void* key) {
  bpf_attr attr = empty_attr();
  attr.map_fd = static_cast<__u32>(map_fd);
  attr.key = address(key);
  if (const auto deleted = call<BPF_MAP_DELETE_ELEM>(attr); !deleted)
    return deleted.error();
  return {};
}

} // namespace ringside::bpf
