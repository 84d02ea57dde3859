// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bpf: the table of commands, and those on maps.
#include "sim/kernel/bpf/bpf.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/kernel/bpf/pointers.hpp"
#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

bool all_zero(const void* memory, std::size_t from, std::size_t to) {
  const auto* bytes = static_cast<const std::byte*>(memory);
  return from >= to ||
         std::all_of(bytes + from, bytes + to, [](std::byte byte) { return byte == std::byte{0}; });
}

// Up to uprobe_multi.path_fd, which older headers lack.
constexpr std::size_t kLinkCreateSize = 64;

} // namespace

#define RINGSIDE_SIM_UP_TO(field) (offsetof(bpf_attr, field) + sizeof(bpf_attr::field))
const Bpf::Command Bpf::kCommands[] = {
    {BPF_MAP_CREATE, RINGSIDE_SIM_UP_TO(map_extra), &Bpf::create_map},
    {BPF_MAP_LOOKUP_ELEM, RINGSIDE_SIM_UP_TO(flags), &Bpf::look_up_element},
    {BPF_MAP_UPDATE_ELEM, RINGSIDE_SIM_UP_TO(flags), &Bpf::update_element},
    {BPF_MAP_DELETE_ELEM, RINGSIDE_SIM_UP_TO(key), &Bpf::delete_element},
    {BPF_MAP_GET_NEXT_KEY, RINGSIDE_SIM_UP_TO(next_key), &Bpf::next_key},
    {BPF_MAP_GET_FD_BY_ID, RINGSIDE_SIM_UP_TO(open_flags), &Bpf::map_by_id},
    {BPF_OBJ_GET_INFO_BY_FD, sizeof(bpf_attr::info), &Bpf::object_info},
    {BPF_PROG_LOAD, RINGSIDE_SIM_UP_TO(core_relo_rec_size), &Bpf::load_program},
    {BPF_PROG_TEST_RUN, sizeof(bpf_attr::test), &Bpf::run_program},
    {BPF_RAW_TRACEPOINT_OPEN, RINGSIDE_SIM_UP_TO(raw_tracepoint.prog_fd), &Bpf::attach_program},
    {BPF_BTF_LOAD, RINGSIDE_SIM_UP_TO(btf_log_level), &Bpf::load_btf},
    {BPF_LINK_CREATE, kLinkCreateSize, &Bpf::create_link},
    {BPF_LINK_UPDATE, sizeof(bpf_attr::link_update), &Bpf::update_link},
    {BPF_LINK_DETACH, sizeof(bpf_attr::link_detach), &Bpf::detach_link},
};
#undef RINGSIDE_SIM_UP_TO

Bpf::Bpf(Core& core, Perf& perf, Cpus& cpus) : core_(core), perf_(perf), cpus_(cpus) {
  core.clock.before_waits = [this] { step_load(); };
}

void Bpf::reset() {
  maps_.clear();
  writing_.clear();
  long_bits_ = 64;
}

unsigned Bpf::slots_in_use() const {
  unsigned slots = 0;
  for (const auto& known : maps_)
    if (auto map = known.lock())
      slots += map->slots_in_use();
  return slots;
}

long Bpf::call(int command, bpf_attr* caller_attr, std::uint32_t size) {
  const auto lock = core_.enter();
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
  return (this->*known->run)(attr, *caller_attr);
}

long Bpf::create_map(const bpf_attr& attr, bpf_attr& /*caller*/) {
  if (int error = core_.failures.check(Call::map_create))
    return -error;
  std::shared_ptr<Map> map;
  if (int error = Map::create(attr, static_cast<std::uint32_t>(core_.next_id++), long_bits_, map))
    return error;
  std::erase_if(maps_, [](const auto& known) { return known.expired(); });
  maps_.push_back(map);
  return open_map(std::move(map));
}

long Bpf::map_by_id(const bpf_attr& attr, bpf_attr& /*caller*/) {
  for (const auto& known : maps_)
    if (auto map = known.lock(); map && map->id() == attr.map_id)
      return open_map(map);
  return -ENOENT;
}

int Bpf::open_map(std::shared_ptr<Map> map) {
  return core_.descriptors.open(std::make_shared<MapFile>(core_, std::move(map)), "bpf-map", true);
}

int Bpf::find_map(int fd, std::shared_ptr<MapFile>& file) {
  std::shared_ptr<File> any = core_.descriptors.find(fd);
  host::Identity identity;
  if (!any && !host::identify(fd, identity))
    return -EBADF;
  file = std::dynamic_pointer_cast<MapFile>(any);
  return file ? 0 : -EINVAL;
}

int Bpf::find_map(int fd, std::shared_ptr<Map>& map) {
  std::shared_ptr<MapFile> file;
  if (int error = find_map(fd, file))
    return error;
  map = file->map();
  return 0;
}

int Bpf::find_element(const bpf_attr& attr, std::shared_ptr<MapFile>& file) {
  if (int error = find_map(static_cast<int>(attr.map_fd), file))
    return error;
  return file->map()->check_key(pointer<const void>(attr.key));
}

long Bpf::next_key(const bpf_attr& attr, bpf_attr& /*caller*/) {
  std::shared_ptr<MapFile> file;
  if (int error = find_element(attr, file))
    return error;
  return file->map()->next_key(pointer<const void>(attr.key), pointer<void>(attr.next_key));
}

long Bpf::look_up_element(const bpf_attr& attr, bpf_attr& /*caller*/) {
  std::shared_ptr<MapFile> file;
  if (int error = find_element(attr, file))
    return error;
  if (attr.key == 0 || attr.value == 0)
    return -EFAULT;
  return file->map()->look_up(pointer<const void>(attr.key), pointer<void>(attr.value));
}

long Bpf::update_element(const bpf_attr& attr, bpf_attr& /*caller*/) {
  if (int error = core_.failures.check(Call::map_update))
    return -error;
  std::shared_ptr<MapFile> file;
  if (int error = find_element(attr, file))
    return error;
  if (attr.key == 0 || attr.value == 0)
    return -EFAULT;
  return file->map()->store(pointer<const void>(attr.key), pointer<const void>(attr.value),
                            attr.flags, core_.descriptors, *file);
}

long Bpf::delete_element(const bpf_attr& attr, bpf_attr& /*caller*/) {
  if (int error = core_.failures.check(Call::map_delete))
    return -error;
  std::shared_ptr<MapFile> file;
  if (int error = find_element(attr, file))
    return error;
  if (attr.key == 0)
    return -EFAULT;
  return file->map()->erase(pointer<const void>(attr.key));
}

long Bpf::object_info(const bpf_attr& attr, bpf_attr& caller) {
  if (int error = core_.failures.check(Call::map_info))
    return -error;
  std::shared_ptr<Map> map;
  if (int error = find_map(static_cast<int>(attr.info.bpf_fd), map))
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
  caller.info.info_len = length;
  return 0;
}

} // namespace ringside::sim
