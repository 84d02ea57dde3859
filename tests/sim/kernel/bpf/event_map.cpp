// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// EventMap: slots, and entries that go with the file that stored them.
#include "sim/kernel/bpf/event_map.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sim/kernel/bpf/array_map.hpp"

namespace ringside::sim {
namespace {

template <class T>
T value_at(const void* memory) {
  T value{};
  std::memcpy(&value, memory, sizeof(value));
  return value;
}

} // namespace

int EventMap::make(const bpf_attr& attr, unsigned /*long_bits*/, std::shared_ptr<Map>& map) {
  if (int error = check_array(attr, BPF_F_MMAPABLE | BPF_F_INNER_MAP | BPF_F_RDONLY_PROG |
                                        BPF_F_WRONLY_PROG))
    return error;
  if (attr.value_size != sizeof(std::uint32_t))
    return -EINVAL;
  map = std::make_shared<EventMap>(attr);
  return 0;
}

int EventMap::store(const void* key, const void* value, std::uint64_t update_flags,
                    Descriptors& descriptors, const MapFile& by) {
  const auto index = value_at<std::uint32_t>(key);
  const int fd = value_at<int>(value);
  if (update_flags != BPF_ANY)
    return -EINVAL;
  if (index >= max_entries())
    return -E2BIG;
  Slot slot = {descriptors.find_as<PerfEvent>(fd), &by, fd};
  if (!slot.event)
    return -EBADF;
  std::swap(slots_[index], slot);
  return 0;
}

int EventMap::erase(const void* key) {
  const auto index = value_at<std::uint32_t>(key);
  if (index >= max_entries())
    return -E2BIG;
  Slot old;
  std::swap(slots_[index], old);
  return old.event ? 0 : -ENOENT;
}

int EventMap::next_key(const void* key, void* next) const {
  return next_index(key, next, max_entries());
}

void EventMap::closed(const MapFile& file) {
  if ((flags() & BPF_F_PRESERVE_ELEMS) != 0)
    return;
  for (Slot& slot : slots_)
    if (slot.stored_by == &file)
      slot = {};
}

unsigned EventMap::slots_in_use() const {
  return static_cast<unsigned>(std::count_if(
      slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.event != nullptr; }));
}

} // namespace ringside::sim
