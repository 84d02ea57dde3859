// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Pinning maps and programs, and reusing maps that the kernel has already.
#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>

#include "base/text.hpp"
#include "bpf/info.hpp"
#include "kernel/pin.hpp"
#include "kernel/refusal.hpp"
#include "object/object.hpp"
#include "os/file.hpp"

namespace ringside::object {
namespace {

// path_in is FOLDER/NAME; bpf file systems refuse dots, so with `without_dots` those are
// underscores.
Result<Array<char>> path_in(const char* folder, const char* name, bool without_dots,
                            const Subject& subject) {
  Text text;
  text.add("%s/%s", folder, name);
  auto path = text.whole() ? copy_of(text.view()) : Result<Array<char>>(Errno(ENOMEM));
  if (!path)
    return no_memory(subject, "a path");
  constexpr std::size_t kMostOfPath = 4096;
  if (path->size() > kMostOfPath)
    return fail(subject, Errno(ENAMETOOLONG), "its path would be longer than a path can be");
  if (without_dots)
    std::replace(path->begin(), path->end(), '.', '_');
  return path;
}

} // namespace

Result<void> Map::reuse(int fd) {
  const Subject object = object_->subject();
  const Subject subject(object, "map", name());
  const auto info = bpf::map_info(fd);
  if (!info)
    return kernel::refused(subject, {"asking about the map to reuse"}, info.error());
  auto copy = bpf::duplicate_above_standard(fd);
  if (!copy)
    return kernel::refused(subject, {"duplicating the descriptor of the map to reuse"},
                           copy.error());
  // The kernel keeps 15 bytes of a name. If the name of the file begins with those, it stays.
  constexpr std::size_t kMostOfName = BPF_OBJ_NAME_LEN - 1;
  const std::size_t length = std::strlen(info->name);
  const bool is_cut = length == kMostOfName && std::strncmp(info->name, name(), kMostOfName) == 0;
  if (!is_cut) {
    auto kept = copy_of(info->name);
    if (!kept)
      return no_memory(subject, "its name");
    own_name_ = std::move(*kept);
  }
  fd_ = std::move(*copy);
  plan_.type = info->type;
  plan_.key_size = info->key_size;
  plan_.value_size = info->value_size;
  plan_.max_entries = info->max_entries;
  plan_.flags = info->map_flags;
  plan_.extra = info->map_extra;
  plan_.key_type_id = info->btf_key_type_id;
  plan_.value_type_id = info->btf_value_type_id;
  is_reused_ = true;
  return {};
}

Result<void> Map::pin(const char* path) {
  const Subject object = object_->subject();
  const Subject subject(object, "map", name());
  if (!fd_)
    return fail(subject, Errno(EINVAL), "it is not in the kernel, so it cannot be pinned");
  if (pin_path() != nullptr) {
    if (path != nullptr && std::strcmp(path, pin_path()) != 0)
      return fail(subject, Errno(EINVAL), "its pin path is '%s', so it cannot be pinned at '%s'",
                  pin_path(), path);
    if (is_pinned_)
      return {};
    path = pin_path();
  } else if (path == nullptr) {
    return fail(subject, Errno(EINVAL), "it has no pin path, and none is given");
  } else if (is_pinned_) {
    return fail(subject, Errno(EEXIST), "it is pinned already");
  }
  // This must be a copy: the path may be the one that the map keeps.
  auto kept = copy_of(path);
  if (!kept)
    return no_memory(subject, "a path");
  if (const auto pinned = kernel::pin(fd_.get(), kept->data(), subject); !pinned)
    return pinned;
  pin_path_ = std::move(*kept);
  is_pinned_ = true;
  return {};
}

Result<void> Map::unpin(const char* path) {
  const Subject object = object_->subject();
  const Subject subject(object, "map", name());
  if (pin_path() != nullptr) {
    if (path != nullptr && std::strcmp(path, pin_path()) != 0)
      return fail(subject, Errno(EINVAL), "its pin path is '%s', so it is not unpinned at '%s'",
                  pin_path(), path);
    path = pin_path();
  } else if (path == nullptr) {
    return fail(subject, Errno(EINVAL), "it has no pin path, and none is given");
  }
  if (const auto unpinned = kernel::unpin(path, subject); !unpinned)
    return unpinned;
  is_pinned_ = false;
  is_pinned_by_load_ = false;
  return {};
}

Result<void> Program::pin(const char* path) {
  const Subject object = object_->subject();
  const Subject subject(object, "prog", name());
  if (!fd_)
    return fail(subject, Errno(EINVAL), "it is not loaded, so it cannot be pinned");
  return kernel::pin(fd_.get(), path, subject);
}

Result<void> Program::unpin(const char* path) {
  const Subject object = object_->subject();
  const Subject subject(object, "prog", name());
  if (!fd_)
    return fail(subject, Errno(EINVAL), "it is not loaded, so it is not pinned");
  return kernel::unpin(path, subject);
}

Result<void> Object::pin_maps(const char* folder) {
  if (phase_ == Phase::open)
    return fail(subject(), Errno(ENOENT), "it is not loaded, so it has no maps to pin");
  for (std::size_t index = 0; index < maps_.size(); ++index) {
    Map& map = maps_[index];
    if (!map.plan().autocreate || (folder == nullptr && map.pin_path() == nullptr))
      continue;
    Result<void> pinned;
    if (folder == nullptr) {
      pinned = map.pin(nullptr);
    } else {
      const auto path = path_in(folder, map.name(), true, subject());
      pinned = path ? map.pin(path->data()) : Result<void>(path.error());
    }
    if (!pinned) {
      while (index-- > 0)
        if (maps_[index].pin_path() != nullptr)
          static_cast<void>(maps_[index].unpin(nullptr));
      return pinned;
    }
  }
  return {};
}

Result<void> Object::unpin_maps(const char* folder) {
  for (Map& map : maps_) {
    if (folder == nullptr && map.pin_path() == nullptr)
      continue;
    if (folder == nullptr) {
      if (const auto unpinned = map.unpin(nullptr); !unpinned)
        return unpinned;
      continue;
    }
    const auto path = path_in(folder, map.name(), true, subject());
    if (!path)
      return path.error();
    if (const auto unpinned = map.unpin(path->data()); !unpinned)
      return unpinned;
  }
  return {};
}

Result<void> Object::each_program_in(const char* folder, std::size_t count,
                                     Result<void> (Program::*change)(const char* path),
                                     std::size_t& done) {
  if (folder == nullptr)
    return fail(subject(), Errno(EINVAL), "the folder to pin programs in is NULL");
  for (done = 0; done < count; ++done) {
    Program& program = programs_[done];
    if (program.fd() < 0 && !program.plan().autoload)
      continue;
    const auto path = path_in(folder, program.name(), false, subject());
    if (!path)
      return path.error();
    if (const auto changed = (program.*change)(path->data()); !changed)
      return changed;
  }
  return {};
}

Result<void> Object::pin_programs(const char* folder) {
  if (phase_ != Phase::loaded)
    return fail(subject(), Errno(ENOENT), "it is not loaded, so it has no programs to pin");
  std::size_t pinned = 0;
  const auto result = each_program_in(folder, programs_.size(), &Program::pin, pinned);
  std::size_t unpinned = 0;
  if (!result && pinned != 0)
    static_cast<void>(each_program_in(folder, pinned, &Program::unpin, unpinned));
  return result;
}

Result<void> Object::unpin_programs(const char* folder) {
  std::size_t unpinned = 0;
  return each_program_in(folder, programs_.size(), &Program::unpin, unpinned);
}

Result<void> Object::pin(const char* folder) {
  if (const auto pinned = pin_maps(folder); !pinned)
    return pinned;
  const auto pinned = pin_programs(folder);
  if (!pinned)
    static_cast<void>(unpin_maps(folder));
  return pinned;
}

Result<void> Object::unpin(const char* folder) {
  if (const auto unpinned = unpin_programs(folder); !unpinned)
    return unpinned;
  return unpin_maps(folder);
}

} // namespace ringside::object
