// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernel: the bpf() system call.
#include "sim/kernel/kernel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace ringside::sim {
namespace {

// For each command the size of the part of bpf_attr that it knows; what is behind must be 0.
struct Command {
  int number;
  std::size_t size;
};
#define RINGSIDE_SIM_UP_TO(field) (offsetof(bpf_attr, field) + sizeof(bpf_attr::field))
constexpr Command kCommands[] = {
    {BPF_MAP_CREATE, RINGSIDE_SIM_UP_TO(map_extra)},
    {BPF_MAP_LOOKUP_ELEM, RINGSIDE_SIM_UP_TO(flags)},
    {BPF_MAP_UPDATE_ELEM, RINGSIDE_SIM_UP_TO(flags)},
    {BPF_MAP_DELETE_ELEM, RINGSIDE_SIM_UP_TO(key)},
    {BPF_MAP_GET_NEXT_KEY, RINGSIDE_SIM_UP_TO(next_key)},
    {BPF_MAP_GET_FD_BY_ID, RINGSIDE_SIM_UP_TO(open_flags)},
    {BPF_OBJ_GET_INFO_BY_FD, sizeof(bpf_attr::info)},
    {BPF_PROG_LOAD, RINGSIDE_SIM_UP_TO(core_relo_rec_size)},
    {BPF_PROG_TEST_RUN, sizeof(bpf_attr::test)},
    {BPF_RAW_TRACEPOINT_OPEN, RINGSIDE_SIM_UP_TO(raw_tracepoint.prog_fd)},
    {BPF_BTF_LOAD, RINGSIDE_SIM_UP_TO(btf_log_level)},
};
#undef RINGSIDE_SIM_UP_TO

bool all_zero(const void* memory, std::size_t from, std::size_t to) {
  const auto* bytes = static_cast<const std::byte*>(memory);
  return from >= to ||
         std::all_of(bytes + from, bytes + to, [](std::byte byte) { return byte == std::byte{0}; });
}

template <class T>
T* pointer(std::uint64_t value) {
  return reinterpret_cast<T*>(static_cast<std::uintptr_t>(value));
}

} // namespace

long Kernel::bpf(int command, bpf_attr* caller_attr, std::uint32_t size) {
  std::lock_guard lock(mutex_);
  if (size > host::page_size())
    return -E2BIG;
  if (caller_attr == nullptr)
    return -EFAULT;
  if (!all_zero(caller_attr, sizeof(bpf_attr), size))
    return -E2BIG;
  bpf_attr attr;
  std::memset(&attr, 0, sizeof(attr));
  std::memcpy(&attr, caller_attr, std::min<std::size_t>(size, sizeof(attr)));
  const auto* known = std::find_if(std::begin(kCommands), std::end(kCommands),
                                   [&](const Command& each) { return each.number == command; });
  if (known == std::end(kCommands) || !all_zero(&attr, known->size, sizeof(attr)))
    return -EINVAL;
  switch (command) {
  case BPF_MAP_CREATE:
    return new_map(attr);
  case BPF_MAP_GET_FD_BY_ID:
    for (const auto& known_map : maps_)
      if (auto map = known_map.lock(); map && map->id == attr.map_id)
        return open_map(map);
    return -ENOENT;
  case BPF_PROG_LOAD:
    return load_program(attr);
  case BPF_PROG_TEST_RUN:
    return run_program(attr, caller_attr);
  case BPF_RAW_TRACEPOINT_OPEN:
    return attach_program(attr);
  case BPF_BTF_LOAD:
    return load_btf(attr);
  case BPF_OBJ_GET_INFO_BY_FD:
    return object_info(attr, caller_attr);
  default:
    return element(command, attr);
  }
}

int Kernel::new_map(const bpf_attr& attr) {
  if (int error = failures_.check(Call::map_create))
    return -error;
  std::shared_ptr<Map> map;
  if (int error = Map::create(attr, static_cast<std::uint32_t>(next_id_++), long_bits_, map))
    return error;
  std::erase_if(maps_, [](const auto& known) { return known.expired(); });
  maps_.push_back(map);
  return open_map(std::move(map));
}

int Kernel::open_map(std::shared_ptr<Map> map) {
  return descriptors_.open(std::make_shared<MapFile>(std::move(map)), "bpf-map", true);
}

int Kernel::find_map(int fd, std::shared_ptr<Map>& map, std::shared_ptr<MapFile>& file) {
  std::shared_ptr<File> any = descriptors_.find(fd);
  host::Identity identity;
  if (!any && !host::identify(fd, identity))
    return -EBADF;
  file = std::dynamic_pointer_cast<MapFile>(any);
  if (!file)
    return -EINVAL;
  map = file->map();
  return 0;
}

long Kernel::element(int command, const bpf_attr& attr) {
  if (command == BPF_MAP_UPDATE_ELEM || command == BPF_MAP_DELETE_ELEM)
    if (int error =
            failures_.check(command == BPF_MAP_UPDATE_ELEM ? Call::map_update : Call::map_delete))
      return -error;
  std::shared_ptr<Map> map;
  std::shared_ptr<MapFile> file;
  if (int error = find_map(static_cast<int>(attr.map_fd), map, file))
    return error;
  const auto* key = pointer<const std::uint32_t>(attr.key);
  if (map->ring) // A ring has no keys, and no elements.
    return key != nullptr ? -EINVAL : -kNotSupported;
  if (command == BPF_MAP_GET_NEXT_KEY)
    return map->next_key(key, *pointer<std::uint32_t>(attr.next_key));
  if (key == nullptr)
    return -EFAULT;
  if (command == BPF_MAP_DELETE_ELEM)
    return map->erase(*key);
  if (pointer<void>(attr.value) == nullptr)
    return -EFAULT;
  if (command == BPF_MAP_LOOKUP_ELEM)
    return map->look_up(*key, pointer<void>(attr.value));
  if (!map->holds_events())
    return map->store(*key, pointer<const void>(attr.value), attr.flags);
  int event_fd = *pointer<const int>(attr.value);
  return map->store_event(*key, {descriptors_.find_as<PerfEvent>(event_fd), file.get(), event_fd},
                          attr.flags);
}

long Kernel::object_info(bpf_attr& attr, bpf_attr* caller_attr) {
  if (int error = failures_.check(Call::map_info))
    return -error;
  std::shared_ptr<Map> map;
  std::shared_ptr<MapFile> file;
  if (int error = find_map(static_cast<int>(attr.info.bpf_fd), map, file))
    return error == -EBADF ? -EBADFD : error; // This command alone says it so.
  void* into = pointer<void>(attr.info.info);
  if (attr.info.info_len > host::page_size())
    return -E2BIG;
  if (into == nullptr)
    return -EFAULT;
  if (!all_zero(into, sizeof(bpf_map_info), attr.info.info_len))
    return -E2BIG;
  bpf_map_info info;
  map->describe(info);
  auto length = std::min<std::uint32_t>(attr.info.info_len, sizeof(info));
  std::memcpy(into, &info, length);
  caller_attr->info.info_len = length;
  return 0;
}

} // namespace ringside::sim
