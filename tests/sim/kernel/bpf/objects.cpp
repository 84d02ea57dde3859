// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bpf: the commands of bpf() that are the same for all kinds of objects: ids, names, what is known.

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "sim/kernel/bpf/bpf.hpp"
#include "sim/kernel/bpf/pointers.hpp"
#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

// The one bpf file system, which has no folders.
constexpr std::string_view kBpfFolder = "/sys/fs/bpf/";

// check_name: 0, or the error of a name that can have no object.
int check_name(std::string_view path) {
  if (!path.starts_with(kBpfFolder))
    return -EPERM;
  path.remove_prefix(kBpfFolder.size());
  if (path.find('/') != std::string_view::npos)
    return -ENOENT;
  return path.empty() || path.find('.') != std::string_view::npos ? -EPERM : 0;
}

// give_next writes the id that was found.
long give_next(std::uint32_t start, std::uint32_t found, bpf_attr& caller) {
  if (start >= INT_MAX)
    return -EINVAL;
  if (found == 0)
    return -ENOENT;
  caller.next_id = found;
  return 0;
}

// give_info copies what is known, as far as the caller has room for it.
template <class Info>
long give_info(const Info& info, const bpf_attr& attr, bpf_attr& caller) {
  const auto length = std::min<std::uint32_t>(attr.info.info_len, sizeof(info));
  std::memcpy(pointer<void>(attr.info.info), &info, length);
  caller.info.info_len = length;
  return 0;
}

// asked is what the caller wants to know: arrays that there is room for.
template <class Info>
Info asked(const bpf_attr& attr) {
  Info info;
  std::memset(&info, 0, sizeof(info));
  std::memcpy(&info, pointer<const void>(attr.info.info),
              std::min<std::size_t>(attr.info.info_len, sizeof(info)));
  return info;
}

} // namespace

void Program::describe(bpf_prog_info& info) const {
  const std::uint32_t room = info.map_ids != 0 ? info.nr_map_ids : 0;
  for (std::uint32_t at = 0; at < room && at < maps.size(); ++at)
    pointer<std::uint32_t>(info.map_ids)[at] = maps[at]->id();
  info.type = type;
  info.id = id;
  info.nr_map_ids = static_cast<std::uint32_t>(maps.size());
  info.xlated_prog_len = static_cast<std::uint32_t>(insns.size() * sizeof(insns[0]));
  std::memcpy(info.name, name.data(), std::min(name.size(), sizeof(info.name) - 1));
}

void LinkFile::describe(bpf_link_info& info) const {
  std::memset(&info, 0, sizeof(info));
  info.type = type_;
  info.id = id_;
  info.prog_id = program_ ? program_->id : 0;
}

void BtfFile::describe(bpf_btf_info& info) const {
  if (info.btf != 0)
    std::memcpy(pointer<void>(info.btf), bytes_.data(),
                std::min<std::size_t>(info.btf_size, bytes_.size()));
  info.btf_size = static_cast<std::uint32_t>(bytes_.size());
  info.id = id_;
  if (info.name != 0 && info.name_len != 0)
    std::snprintf(pointer<char>(info.name), info.name_len, "%s", name_.c_str());
  info.name_len = static_cast<std::uint32_t>(name_.size());
  info.kernel_btf = name_.empty() ? 0 : 1;
}

long Bpf::next_program_id(const bpf_attr& attr, bpf_attr& caller) {
  return give_next(attr.start_id, programs_.next(attr.start_id), caller);
}
long Bpf::next_map_id(const bpf_attr& attr, bpf_attr& caller) {
  return give_next(attr.start_id, maps_.next(attr.start_id), caller);
}
long Bpf::next_btf_id(const bpf_attr& attr, bpf_attr& caller) {
  return give_next(attr.start_id, btfs_.next(attr.start_id), caller);
}
long Bpf::next_link_id(const bpf_attr& attr, bpf_attr& caller) {
  return give_next(attr.start_id, links_.next(attr.start_id), caller);
}

long Bpf::program_by_id(const bpf_attr& attr, bpf_attr& /*caller*/) {
  auto program = programs_.find(attr.prog_id);
  if (!program)
    return -ENOENT;
  return attr.open_flags != 0 ? -EINVAL : open_program(std::move(program));
}
long Bpf::map_by_id(const bpf_attr& attr, bpf_attr& /*caller*/) {
  auto map = maps_.find(attr.map_id);
  return map ? open_map(std::move(map)) : -ENOENT;
}
long Bpf::btf_by_id(const bpf_attr& attr, bpf_attr& /*caller*/) {
  auto btf = btfs_.find(attr.btf_id);
  return btf ? core_.descriptors.open(std::move(btf), "btf", true) : -ENOENT;
}
long Bpf::link_by_id(const bpf_attr& attr, bpf_attr& /*caller*/) {
  auto link = links_.find(attr.link_id);
  if (!link)
    return -ENOENT;
  return attr.open_flags != 0 ? -EINVAL : open_link(std::move(link));
}

int Bpf::open_program(std::shared_ptr<Program> program) {
  return core_.descriptors.open(std::make_shared<ProgramFile>(std::move(program)), "bpf-prog",
                                true);
}

int Bpf::open_link(std::shared_ptr<LinkFile> link) {
  return core_.descriptors.open(std::move(link), "bpf-link", true);
}

long Bpf::pin(const bpf_attr& attr, bpf_attr& /*caller*/) {
  const auto* path = pointer<const char>(attr.pathname);
  if (attr.file_flags != 0)
    return -EINVAL;
  if (path == nullptr)
    return -EFAULT;
  if (int error = check_name(path))
    return error;
  const std::shared_ptr<File> file = core_.descriptors.find(static_cast<int>(attr.bpf_fd));
  Pin pin;
  if (auto map = std::dynamic_pointer_cast<MapFile>(file))
    pin.map = map->map();
  else if (auto program = std::dynamic_pointer_cast<ProgramFile>(file))
    pin.program = program->program();
  else if (auto link = std::dynamic_pointer_cast<LinkFile>(file))
    pin.link = std::move(link);
  else
    return -EINVAL;
  return pins_.try_emplace(path, std::move(pin)).second ? 0 : -EEXIST;
}

long Bpf::open_pinned(const bpf_attr& attr, bpf_attr& /*caller*/) {
  const auto* path = pointer<const char>(attr.pathname);
  if (attr.bpf_fd != 0 || attr.file_flags != 0)
    return -EINVAL;
  if (path == nullptr)
    return -EFAULT;
  const auto found = pins_.find(path);
  if (found == pins_.end())
    return std::string_view(path).starts_with(kBpfFolder) ? -ENOENT : -EACCES;
  const Pin& pin = found->second;
  if (pin.map)
    return open_map(pin.map);
  if (pin.program)
    return open_program(pin.program);
  return open_link(pin.link);
}

bool Bpf::unpin(const char* path) {
  const auto lock = core_.enter();
  return pins_.erase(path) != 0;
}

long Bpf::object_info(const bpf_attr& attr, bpf_attr& caller) {
  host::Identity identity;
  const int fd = static_cast<int>(attr.info.bpf_fd);
  const std::shared_ptr<File> file = core_.descriptors.find(fd);
  if (!file)
    return host::identify(fd, identity) ? -EINVAL : -EBADFD; // This command alone says it so.
  if (attr.info.info_len > host::page_size())
    return -E2BIG;
  if (attr.info.info == 0)
    return -EFAULT;
  const auto knows = [&](std::size_t size) {
    return all_zero(pointer<const void>(attr.info.info), size, attr.info.info_len);
  };
  if (const auto map = std::dynamic_pointer_cast<MapFile>(file)) {
    bpf_map_info info;
    map->map()->describe(info);
    return knows(sizeof(info)) ? give_info(info, attr, caller) : -E2BIG;
  }
  if (const auto program = std::dynamic_pointer_cast<ProgramFile>(file)) {
    auto info = asked<bpf_prog_info>(attr);
    const bool known = knows(sizeof(info));
    program->program()->describe(info);
    return known ? give_info(info, attr, caller) : -E2BIG;
  }
  if (const auto link = std::dynamic_pointer_cast<LinkFile>(file)) {
    bpf_link_info info;
    link->describe(info);
    return knows(sizeof(info)) ? give_info(info, attr, caller) : -E2BIG;
  }
  if (const auto btf = std::dynamic_pointer_cast<BtfFile>(file)) {
    auto info = asked<bpf_btf_info>(attr);
    const bool known = knows(sizeof(info));
    btf->describe(info);
    return known ? give_info(info, attr, caller) : -E2BIG;
  }
  return -EINVAL;
}

} // namespace ringside::sim
