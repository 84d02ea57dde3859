// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// HashMap: checks, and elements that come and go.
#include "sim/kernel/bpf/hash_map.hpp"

#include <cstring>

namespace ringside::sim {

int HashMap::make(const bpf_attr& attr, unsigned /*long_bits*/, std::shared_ptr<Map>& map) {
  constexpr std::uint32_t kFlags = BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | BPF_F_RDONLY |
                                   BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG;
  if (attr.max_entries == 0 || attr.key_size == 0 || attr.value_size == 0 ||
      (attr.map_flags & ~kFlags) != 0)
    return -EINVAL;
  map = std::make_shared<HashMap>(attr);
  return 0;
}

HashMap::Block HashMap::key_of(const void* key) const {
  const auto* const bytes = static_cast<const std::byte*>(key);
  return {bytes, bytes + key_size()};
}

std::byte* HashMap::element(const void* key) {
  const auto found = elements_.find(key_of(key));
  return found != elements_.end() ? found->second.data() : nullptr;
}

int HashMap::look_up(const void* key, void* value) {
  if (element(key) == nullptr)
    return -ENOENT;
  std::memcpy(value, element(key), value_size());
  return 0;
}

int HashMap::store(const void* key, const void* value, std::uint64_t update_flags,
                   Descriptors& /*descriptors*/, const MapFile& /*by*/) {
  if (update_flags > BPF_EXIST)
    return -EINVAL;
  const bool is_there = element(key) != nullptr;
  if (is_there && update_flags == BPF_NOEXIST)
    return -EEXIST;
  if (!is_there && update_flags == BPF_EXIST)
    return -ENOENT;
  if (!is_there && elements_.size() == max_entries())
    return -E2BIG;
  const auto* const bytes = static_cast<const std::byte*>(value);
  elements_[key_of(key)] = Block(bytes, bytes + value_size());
  return 0;
}

int HashMap::erase(const void* key) {
  return elements_.erase(key_of(key)) != 0 ? 0 : -ENOENT;
}

int HashMap::next_key(const void* key, void* next) const {
  auto found = key != nullptr ? elements_.find(key_of(key)) : elements_.end();
  found = found != elements_.end() ? std::next(found) : elements_.begin();
  if (found == elements_.end())
    return -ENOENT;
  std::memcpy(next, found->first.data(), key_size());
  return 0;
}

} // namespace ringside::sim
