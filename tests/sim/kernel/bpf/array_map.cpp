// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ArrayMap: checks, and elements that are always there.
#include "sim/kernel/bpf/array_map.hpp"

#include <climits>
#include <cstring>

namespace ringside::sim {
namespace {

constexpr std::uint32_t kArrayFlags = BPF_F_NUMA_NODE | BPF_F_MMAPABLE | BPF_F_RDONLY |
                                      BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG |
                                      BPF_F_PRESERVE_ELEMS | BPF_F_INNER_MAP;

std::uint32_t index_of(const void* key) {
  std::uint32_t index = 0;
  std::memcpy(&index, key, sizeof(index));
  return index;
}

} // namespace

int check_array(const bpf_attr& attr, std::uint32_t refused) {
  if (attr.max_entries == 0 || attr.key_size != sizeof(std::uint32_t) || attr.value_size == 0)
    return -EINVAL;
  if ((attr.map_flags & ~kArrayFlags) != 0 || (attr.map_flags & refused) != 0)
    return -EINVAL;
  return attr.value_size > INT_MAX ? -E2BIG : 0;
}

int next_index(const void* key, void* next, std::uint32_t max_entries) {
  std::uint32_t index = 0;
  if (key != nullptr && index_of(key) < max_entries) {
    if (index_of(key) == max_entries - 1)
      return -ENOENT;
    index = index_of(key) + 1;
  }
  std::memcpy(next, &index, sizeof(index));
  return 0;
}

int ArrayMap::make(const bpf_attr& attr, unsigned /*long_bits*/, std::shared_ptr<Map>& map) {
  if (int error = check_array(attr, BPF_F_PRESERVE_ELEMS | BPF_F_MMAPABLE))
    return error;
  map = std::make_shared<ArrayMap>(attr);
  return 0;
}

ArrayMap::ArrayMap(const bpf_attr& attr) : Map(attr), values_(attr.max_entries * stride()) {}

std::byte* ArrayMap::element(const void* key) {
  return index_of(key) < max_entries() ? values_.data() + index_of(key) * stride() : nullptr;
}

int ArrayMap::look_up(const void* key, void* value) {
  if (element(key) == nullptr)
    return -ENOENT;
  std::memcpy(value, element(key), value_size());
  return 0;
}

int ArrayMap::store(const void* key, const void* value, std::uint64_t update_flags,
                    Descriptors& /*descriptors*/, const MapFile& /*by*/) {
  if (update_flags > BPF_EXIST)
    return -EINVAL;
  if (element(key) == nullptr)
    return -E2BIG;
  if (update_flags == BPF_NOEXIST)
    return -EEXIST;
  std::memcpy(element(key), value, value_size());
  return 0;
}

} // namespace ringside::sim
