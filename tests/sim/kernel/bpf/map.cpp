// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Map: creation checks, elements, and the entries that go with the file that stored them.
#include "sim/kernel/bpf/map.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cerrno>
#include <climits>
#include <cstring>

#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

constexpr std::uint32_t kArrayFlags = BPF_F_NUMA_NODE | BPF_F_MMAPABLE | BPF_F_RDONLY |
                                      BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG |
                                      BPF_F_PRESERVE_ELEMS | BPF_F_INNER_MAP;

// valid_name: up to 15 letters, digits, '_' and '.', then zeroes.
bool valid_name(const char (&name)[BPF_OBJ_NAME_LEN]) {
  const char* end = std::find(name, name + sizeof(name), '\0');
  return end != name + sizeof(name) &&
         std::all_of(name, end,
                     [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; }) &&
         std::all_of(end, name + sizeof(name), [](char c) { return c == '\0'; });
}

int check_ring(const bpf_attr& attr) {
  bool whole_pages = attr.max_entries % host::page_size() == 0;
  if ((attr.map_flags & ~BPF_F_NUMA_NODE) != 0 || attr.key_size != 0 || attr.value_size != 0 ||
      !std::has_single_bit(attr.max_entries) || !whole_pages)
    return -EINVAL;
  return 0;
}

int check_array(const bpf_attr& attr) {
  bool events = attr.map_type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  if (attr.max_entries == 0 || attr.key_size != sizeof(std::uint32_t) || attr.value_size == 0)
    return -EINVAL;
  if ((attr.map_flags & ~kArrayFlags) != 0)
    return -EINVAL;
  std::uint32_t refused =
      events ? BPF_F_MMAPABLE | BPF_F_INNER_MAP | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG
             : BPF_F_PRESERVE_ELEMS | BPF_F_MMAPABLE;
  if ((attr.map_flags & refused) != 0)
    return -EINVAL;
  if (events && attr.value_size != sizeof(std::uint32_t))
    return -EINVAL;
  return attr.value_size > INT_MAX ? -E2BIG : 0;
}

} // namespace

int Map::create(const bpf_attr& attr, std::uint32_t id, unsigned long_bits,
                std::shared_ptr<Map>& map) {
  if (!valid_name(attr.map_name) || attr.map_extra != 0)
    return -EINVAL;
  bool events = attr.map_type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  bool values = attr.map_type == BPF_MAP_TYPE_ARRAY;
  bool user_writes = attr.map_type == BPF_MAP_TYPE_USER_RINGBUF;
  bool is_ring = user_writes || attr.map_type == BPF_MAP_TYPE_RINGBUF;
  if (!events && !values && !is_ring)
    return -EINVAL;
  if (int error = is_ring ? check_ring(attr) : check_array(attr))
    return error;
  std::unique_ptr<Ringbuf> ring;
  auto kind = user_writes ? Ringbuf::Kind::user_writes : Ringbuf::Kind::bpf_writes;
  if (is_ring)
    if (int error = Ringbuf::make(kind, attr.max_entries, long_bits, ring))
      return error;
  map = std::make_shared<Map>();
  map->id = id;
  map->type = attr.map_type;
  map->key_size = attr.key_size;
  map->value_size = attr.value_size;
  map->max_entries = attr.max_entries;
  map->flags = attr.map_flags;
  map->name = attr.map_name;
  map->ring = std::move(ring);
  if (events)
    map->slots.resize(attr.max_entries);
  if (values)
    map->values.resize(attr.max_entries * map->stride());
  return 0;
}

int Map::look_up(std::uint32_t key, void* value) const {
  if (holds_events())
    return -kNotSupported;
  if (key >= max_entries)
    return -ENOENT;
  std::memcpy(value, values.data() + key * stride(), value_size);
  return 0;
}

int Map::store(std::uint32_t key, const void* value, std::uint64_t update_flags) {
  if (update_flags > BPF_EXIST)
    return -EINVAL;
  if (key >= max_entries)
    return -E2BIG;
  if (update_flags == BPF_NOEXIST)
    return -EEXIST;
  std::memcpy(values.data() + key * stride(), value, value_size);
  return 0;
}

int Map::store_event(std::uint32_t key, Slot slot, std::uint64_t update_flags) {
  if (update_flags != BPF_ANY)
    return -EINVAL;
  if (key >= max_entries)
    return -E2BIG;
  if (!slot.event)
    return -EBADF;
  std::swap(slots[key], slot);
  return 0;
}

int Map::erase(std::uint32_t key) {
  if (!holds_events())
    return -EINVAL;
  if (key >= max_entries)
    return -E2BIG;
  Slot old;
  std::swap(slots[key], old);
  return old.event ? 0 : -ENOENT;
}

int Map::next_key(const std::uint32_t* key, std::uint32_t& next) const {
  if (key == nullptr || *key >= max_entries) {
    next = 0;
    return 0;
  }
  if (*key == max_entries - 1)
    return -ENOENT;
  next = *key + 1;
  return 0;
}

void Map::wake() {
  for (MapFile* file : std::vector<MapFile*>(files))
    file->wake();
}

unsigned Map::slots_in_use() const {
  return static_cast<unsigned>(std::count_if(
      slots.begin(), slots.end(), [](const Slot& slot) { return slot.event != nullptr; }));
}

void Map::describe(bpf_map_info& info) const {
  info = {};
  info.type = type;
  info.id = id;
  info.key_size = key_size;
  info.value_size = value_size;
  info.max_entries = max_entries;
  info.map_flags = flags;
  name.copy(info.name, sizeof(info.name) - 1);
}

MapFile::MapFile(std::shared_ptr<Map> map) : map_(std::move(map)) {
  map_->files.push_back(this);
}

MapFile::~MapFile() {
  std::erase(map_->files, this);
  if ((map_->flags & BPF_F_PRESERVE_ELEMS) != 0)
    return;
  for (Map::Slot& slot : map_->slots)
    if (slot.stored_by == this)
      slot = {};
}

} // namespace ringside::sim
