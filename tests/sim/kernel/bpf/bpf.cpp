// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bpf: the table of commands, and those on maps and their elements.
#include "sim/kernel/bpf/bpf.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/kernel/bpf/pointers.hpp"
#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

// Up to uprobe_multi.path_fd, which older headers lack.
constexpr std::size_t kLinkCreateSize = 64;

// BPF_PROG_ASSOC_STRUCT_OPS, the last command that Linux has.
constexpr int kLastCommand = 38;

} // namespace

#define RINGSIDE_SIM_UP_TO(field) (offsetof(bpf_attr, field) + sizeof(bpf_attr::field))
const Bpf::Command Bpf::kCommands[] = {
    {BPF_MAP_CREATE, Call::map_create, RINGSIDE_SIM_UP_TO(map_extra), &Bpf::create_map},
    {BPF_MAP_LOOKUP_ELEM, Call::map_look_up, RINGSIDE_SIM_UP_TO(flags), &Bpf::look_up_element},
    {BPF_MAP_UPDATE_ELEM, Call::map_update, RINGSIDE_SIM_UP_TO(flags), &Bpf::update_element},
    {BPF_MAP_DELETE_ELEM, Call::map_delete, RINGSIDE_SIM_UP_TO(key), &Bpf::delete_element},
    {BPF_MAP_LOOKUP_AND_DELETE_ELEM, Call::map_delete, RINGSIDE_SIM_UP_TO(flags),
     &Bpf::take_element},
    {BPF_MAP_GET_NEXT_KEY, Call::map_next_key, RINGSIDE_SIM_UP_TO(next_key), &Bpf::next_key},
    {BPF_MAP_FREEZE, Call::map_freeze, RINGSIDE_SIM_UP_TO(map_fd), &Bpf::freeze},
    {BPF_MAP_LOOKUP_BATCH, Call::map_batch, sizeof(bpf_attr::batch), &Bpf::look_up_batch},
    {BPF_MAP_LOOKUP_AND_DELETE_BATCH, Call::map_batch, sizeof(bpf_attr::batch), &Bpf::take_batch},
    {BPF_MAP_UPDATE_BATCH, Call::map_batch, sizeof(bpf_attr::batch), &Bpf::update_batch},
    {BPF_MAP_DELETE_BATCH, Call::map_batch, sizeof(bpf_attr::batch), &Bpf::delete_batch},
    {BPF_OBJ_PIN, Call::pin, RINGSIDE_SIM_UP_TO(file_flags), &Bpf::pin},
    {BPF_OBJ_GET, Call::open_pinned, RINGSIDE_SIM_UP_TO(file_flags), &Bpf::open_pinned},
    {BPF_PROG_GET_NEXT_ID, Call::next_id, RINGSIDE_SIM_UP_TO(next_id), &Bpf::next_program_id},
    {BPF_MAP_GET_NEXT_ID, Call::next_id, RINGSIDE_SIM_UP_TO(next_id), &Bpf::next_map_id},
    {BPF_BTF_GET_NEXT_ID, Call::next_id, RINGSIDE_SIM_UP_TO(next_id), &Bpf::next_btf_id},
    {BPF_LINK_GET_NEXT_ID, Call::next_id, RINGSIDE_SIM_UP_TO(next_id), &Bpf::next_link_id},
    {BPF_PROG_GET_FD_BY_ID, Call::by_id, RINGSIDE_SIM_UP_TO(open_flags), &Bpf::program_by_id},
    {BPF_MAP_GET_FD_BY_ID, Call::by_id, RINGSIDE_SIM_UP_TO(open_flags), &Bpf::map_by_id},
    {BPF_BTF_GET_FD_BY_ID, Call::by_id, RINGSIDE_SIM_UP_TO(open_flags), &Bpf::btf_by_id},
    {BPF_LINK_GET_FD_BY_ID, Call::by_id, RINGSIDE_SIM_UP_TO(open_flags), &Bpf::link_by_id},
    {BPF_OBJ_GET_INFO_BY_FD, Call::map_info, sizeof(bpf_attr::info), &Bpf::object_info},
    {BPF_PROG_LOAD, Call::prog_load, RINGSIDE_SIM_UP_TO(core_relo_rec_size), &Bpf::load_program},
    {BPF_PROG_TEST_RUN, Call::prog_run, sizeof(bpf_attr::test), &Bpf::run_program},
    {BPF_RAW_TRACEPOINT_OPEN, Call::link_create, RINGSIDE_SIM_UP_TO(raw_tracepoint.prog_fd),
     &Bpf::attach_program},
    {BPF_BTF_LOAD, Call::btf_load, RINGSIDE_SIM_UP_TO(btf_log_level), &Bpf::load_btf},
    {BPF_LINK_CREATE, Call::link_create, kLinkCreateSize, &Bpf::create_link},
    {BPF_LINK_UPDATE, Call::link_update, sizeof(bpf_attr::link_update), &Bpf::update_link},
    {BPF_LINK_DETACH, Call::link_detach, sizeof(bpf_attr::link_detach), &Bpf::detach_link},
};
#undef RINGSIDE_SIM_UP_TO

Bpf::Bpf(Core& core, Perf& perf, Cpus& cpus) : core_(core), perf_(perf), cpus_(cpus) {
  core.clock.before_waits = [this] { step_load(); };
}

void Bpf::reset() {
  pins_.clear();
  programs_.clear();
  maps_.clear();
  btfs_.clear();
  modules_.clear();
  links_.clear();
  writing_.clear();
  long_bits_ = 64;
  has_variables_ = true;
}

void Bpf::set_variables(bool on) {
  const auto lock = core_.enter();
  has_variables_ = on;
}

unsigned Bpf::slots_in_use() const {
  unsigned slots = 0;
  maps_.each([&](const Map& map) { slots += map.slots_in_use(); });
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
  if (known == std::end(kCommands))
    return command >= 0 && command <= kLastCommand ? -EOPNOTSUPP : -EINVAL;
  if (!all_zero(&attr, known->size, sizeof(attr)))
    return -EINVAL;
  if (int error = core_.failures.check(known->call))
    return -error;
  return (this->*known->run)(attr, *caller_attr);
}

long Bpf::create_map(const bpf_attr& attr, bpf_attr& /*caller*/) {
  if (!has_variables_ && (attr.map_flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)) != 0)
    return -EINVAL;
  std::shared_ptr<Map> map;
  if (int error = Map::create(attr, static_cast<std::uint32_t>(core_.next_id++), long_bits_, map))
    return error;
  maps_.add(map->id(), map);
  return open_map(std::move(map));
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
  if (attr.flags != 0)
    return -EINVAL;
  if (attr.key == 0 || attr.value == 0)
    return -EFAULT;
  return file->map()->look_up(pointer<const void>(attr.key), pointer<void>(attr.value));
}

long Bpf::update_element(const bpf_attr& attr, bpf_attr& /*caller*/) {
  std::shared_ptr<MapFile> file;
  if (int error = find_element(attr, file))
    return error;
  if (file->map()->frozen())
    return -EPERM;
  if (attr.key == 0 || attr.value == 0)
    return -EFAULT;
  return file->map()->store(pointer<const void>(attr.key), pointer<const void>(attr.value),
                            attr.flags, core_.descriptors, *file);
}

long Bpf::delete_element(const bpf_attr& attr, bpf_attr& /*caller*/) {
  std::shared_ptr<MapFile> file;
  if (int error = find_element(attr, file))
    return error;
  if (file->map()->frozen())
    return -EPERM;
  if (attr.key == 0)
    return -EFAULT;
  return file->map()->erase(pointer<const void>(attr.key));
}

long Bpf::take_element(const bpf_attr& attr, bpf_attr& /*caller*/) {
  std::shared_ptr<MapFile> file;
  if (int error = find_element(attr, file))
    return error;
  Map& map = *file->map();
  if (map.type() != BPF_MAP_TYPE_HASH)
    return -kNotSupported;
  if (attr.flags != 0)
    return -EINVAL;
  if (map.frozen())
    return -EPERM;
  if (attr.key == 0 || attr.value == 0)
    return -EFAULT;
  if (int error = map.look_up(pointer<const void>(attr.key), pointer<void>(attr.value)))
    return error;
  return map.erase(pointer<const void>(attr.key));
}

long Bpf::freeze(const bpf_attr& attr, bpf_attr& /*caller*/) {
  std::shared_ptr<Map> map;
  if (int error = find_map(static_cast<int>(attr.map_fd), map))
    return error;
  return map->freeze() ? 0 : -EPERM;
}

} // namespace ringside::sim
