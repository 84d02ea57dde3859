// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bpf: the commands of bpf() on many elements of a map. Source: the comments on BPF_MAP_*_BATCH in
// <linux/bpf.h>.

#include <cerrno>
#include <cstring>
#include <vector>

#include "sim/kernel/bpf/bpf.hpp"
#include "sim/kernel/bpf/pointers.hpp"

namespace ringside::sim {
namespace {

bool is_hash(const Map& map) {
  return map.type() == BPF_MAP_TYPE_HASH;
}

// knows_batches: the types of maps that have them here; an array's elements cannot be deleted.
bool knows_batches(const Map& map, bool deletes) {
  return is_hash(map) || (map.type() == BPF_MAP_TYPE_ARRAY && !deletes);
}

// A position in one of the caller's arrays.
template <class T>
T* place(std::uint64_t array, std::uint32_t number, std::uint32_t size) {
  return reinterpret_cast<T*>(pointer<char>(array) + std::size_t{number} * size);
}

} // namespace

// The cursor between two calls is how many elements were passed. Keys are in the map's order.
long Bpf::read_batch(const bpf_attr& attr, bpf_attr& caller, bool deletes) {
  std::shared_ptr<MapFile> file;
  if (int error = find_map(static_cast<int>(attr.batch.map_fd), file))
    return error;
  Map& map = *file->map();
  if (!knows_batches(map, deletes))
    return -kNotSupported;
  if (attr.batch.elem_flags != 0 || attr.batch.flags != 0)
    return -EINVAL;
  if (deletes && map.frozen())
    return -EPERM;
  const std::uint32_t wanted = attr.batch.count;
  if (wanted == 0)
    return 0;
  caller.batch.count = 0;
  if (attr.batch.out_batch == 0 || attr.batch.keys == 0 || attr.batch.values == 0)
    return -EFAULT;
  std::uint32_t passed = 0;
  if (const auto* cursor = pointer<const std::uint32_t>(attr.batch.in_batch))
    std::memcpy(&passed, cursor, sizeof(passed));
  std::vector<std::byte> key(map.key_size());
  const void* last = nullptr;
  for (std::uint32_t left = passed; left != 0; --left, last = key.data())
    if (map.next_key(last, key.data()) != 0)
      return -ENOENT;
  std::uint32_t done = 0;
  bool ended = false;
  while (done < wanted) {
    if (map.next_key(last, key.data()) != 0) {
      ended = true;
      break;
    }
    std::memcpy(place<void*>(attr.batch.keys, done, map.key_size()), key.data(), key.size());
    map.look_up(key.data(), place<void*>(attr.batch.values, done, map.value_size()));
    if (deletes)
      map.erase(key.data());
    else
      last = key.data();
    ++done;
  }
  const std::uint32_t cursor = deletes ? passed : passed + done;
  std::memcpy(pointer<void>(attr.batch.out_batch), &cursor, sizeof(cursor));
  caller.batch.count = done;
  return ended ? -ENOENT : 0;
}

long Bpf::look_up_batch(const bpf_attr& attr, bpf_attr& caller) {
  return read_batch(attr, caller, false);
}

long Bpf::take_batch(const bpf_attr& attr, bpf_attr& caller) {
  return read_batch(attr, caller, true);
}

long Bpf::update_batch(const bpf_attr& attr, bpf_attr& caller) {
  std::shared_ptr<MapFile> file;
  if (int error = find_map(static_cast<int>(attr.batch.map_fd), file))
    return error;
  Map& map = *file->map();
  if (!knows_batches(map, false))
    return -kNotSupported;
  if (attr.batch.elem_flags != 0)
    return -EINVAL;
  if (map.frozen())
    return -EPERM;
  long result = 0;
  std::uint32_t done = 0;
  for (; done < attr.batch.count; ++done) {
    result = map.store(place<const void*>(attr.batch.keys, done, map.key_size()),
                       place<const void*>(attr.batch.values, done, map.value_size()), BPF_ANY,
                       core_.descriptors, *file);
    if (result != 0)
      break;
  }
  caller.batch.count = done;
  return result;
}

long Bpf::delete_batch(const bpf_attr& attr, bpf_attr& caller) {
  std::shared_ptr<MapFile> file;
  if (int error = find_map(static_cast<int>(attr.batch.map_fd), file))
    return error;
  Map& map = *file->map();
  if (!knows_batches(map, true))
    return -kNotSupported;
  if (attr.batch.elem_flags != 0)
    return -EINVAL;
  if (map.frozen())
    return -EPERM;
  std::uint32_t done = 0;
  while (done < attr.batch.count &&
         map.erase(place<const void*>(attr.batch.keys, done, map.key_size())) == 0)
    ++done;
  caller.batch.count = done;
  return done == attr.batch.count ? 0 : -ENOENT;
}

} // namespace ringside::sim
