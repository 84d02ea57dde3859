// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Map: the table of types, and what all maps have in common.
#include "sim/kernel/bpf/map.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "sim/kernel/bpf/array_map.hpp"
#include "sim/kernel/bpf/event_map.hpp"
#include "sim/kernel/bpf/hash_map.hpp"
#include "sim/kernel/bpf/ring_map.hpp"

namespace ringside::sim {
namespace {

// Each type of map makes itself: 0 and a map, or -errno.
struct Type {
  std::uint32_t number;
  int (*make)(const bpf_attr& attr, unsigned long_bits, std::shared_ptr<Map>& map);
};
constexpr Type kTypes[] = {
    {BPF_MAP_TYPE_HASH, HashMap::make},
    {BPF_MAP_TYPE_ARRAY, ArrayMap::make},
    {BPF_MAP_TYPE_PERF_EVENT_ARRAY, EventMap::make},
    {BPF_MAP_TYPE_RINGBUF, RingMap::make},
    {BPF_MAP_TYPE_USER_RINGBUF, RingMap::make},
};

constexpr std::uint32_t kLastType = 35; // BPF_MAP_TYPE_RHASH, the last one that Linux has

// valid_name: up to 15 letters, digits, '_' and '.', then zeroes.
bool valid_name(const char (&name)[BPF_OBJ_NAME_LEN]) {
  const char* end = std::find(name, name + sizeof(name), '\0');
  return end != name + sizeof(name) &&
         std::all_of(name, end,
                     [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; }) &&
         std::all_of(end, name + sizeof(name), [](char c) { return c == '\0'; });
}

} // namespace

int Map::create(const bpf_attr& attr, std::uint32_t id, unsigned long_bits,
                std::shared_ptr<Map>& map) {
  if (!valid_name(attr.map_name) || attr.map_extra != 0)
    return -EINVAL;
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const Type& each) { return each.number == attr.map_type; });
  if (type == std::end(kTypes))
    return attr.map_type != BPF_MAP_TYPE_UNSPEC && attr.map_type <= kLastType ? -EOPNOTSUPP
                                                                              : -EINVAL;
  if (int error = type->make(attr, long_bits, map))
    return error;
  map->id_ = id;
  return 0;
}

void Map::describe(bpf_map_info& info) const {
  info = {};
  info.type = type();
  info.id = id();
  info.key_size = key_size();
  info.value_size = value_size();
  info.max_entries = max_entries();
  info.map_flags = flags();
  std::memcpy(info.name, attr_.map_name, sizeof(info.name));
}

Ringbuf* Map::ring_of(Ringbuf::Kind kind) {
  Ringbuf* own = ring();
  return own != nullptr && own->kind() == kind ? own : nullptr;
}

void Map::wake() {
  for (MapFile* file : std::vector<MapFile*>(files_))
    file->wake();
}

MapFile::MapFile(Core& core, std::shared_ptr<Map> map) : core_(core), map_(std::move(map)) {
  map_->files_.push_back(this);
}

MapFile::~MapFile() {
  std::erase(map_->files_, this);
  map_->closed(*this);
}

} // namespace ringside::sim
