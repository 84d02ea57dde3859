// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Making maps.
#include "bpf/map.hpp"

#include "bpf/memlock.hpp"
#include "bpf/object_name.hpp"

namespace ringside::bpf {

Result<os::UniqueFd> create_map(MapCreateAttr attr) {
  make_room_in_memlock();
  return owned(with_name(attr.map_name, [&] { return call(BPF_MAP_CREATE, attr); }));
}

Result<os::UniqueFd> create_map_with_log(MapCreateAttr attr, CommonAttr& log) {
  make_room_in_memlock();
  return owned(with_name(attr.map_name, [&] { return call_with_log(BPF_MAP_CREATE, attr, log); }));
}

} // namespace ringside::bpf
