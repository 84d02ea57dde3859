// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Making maps in the kernel, and giving them their first content.
#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include "bpf/info.hpp"
#include "bpf/map.hpp"
#include "bpf/new_uapi.hpp"
#include "bpf/object_name.hpp"
#include "kernel/cpus.hpp"
#include "kernel/features.hpp"
#include "kernel/pin.hpp"
#include "kernel/refusal.hpp"
#include "object/exclusive.hpp"
#include "object/loading.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

namespace ringside::object {
namespace {

// Types of maps for which the kernel refuses the BTF types of keys and values.
constexpr std::uint32_t kWithoutTypes[] = {
    BPF_MAP_TYPE_PERF_EVENT_ARRAY,
    BPF_MAP_TYPE_CGROUP_ARRAY,
    BPF_MAP_TYPE_STACK_TRACE,
    BPF_MAP_TYPE_ARRAY_OF_MAPS,
    BPF_MAP_TYPE_HASH_OF_MAPS,
    BPF_MAP_TYPE_DEVMAP,
    BPF_MAP_TYPE_DEVMAP_HASH,
    BPF_MAP_TYPE_CPUMAP,
    BPF_MAP_TYPE_XSKMAP,
    BPF_MAP_TYPE_SOCKMAP,
    BPF_MAP_TYPE_SOCKHASH,
    BPF_MAP_TYPE_QUEUE,
    BPF_MAP_TYPE_STACK,
    bpf::kMapArena,
};

constexpr kernel::Step kMaking{"making it", kernel::RefusedCall::bpf_make};
constexpr kernel::Step kFilling{"filling it", kernel::RefusedCall::bpf};

// attr_of is the request for a map, without its types and what is in it.
bpf::MapCreateAttr attr_of(const MapPlan& plan, const char* name) {
  bpf::MapCreateAttr attr{.map_type = plan.type,
                          .key_size = plan.key_size,
                          .value_size = plan.value_size,
                          .max_entries = plan.max_entries,
                          .map_flags = plan.flags,
                          .numa_node = plan.numa_node,
                          .map_ifindex = plan.ifindex,
                          .map_extra = plan.extra};
  bpf::set_name(attr.map_name, name);
  return attr;
}

Result<os::UniqueFd> create(bpf::MapCreateAttr& attr, Loading& loading) {
  return with_token(loading, attr.map_flags, attr.map_token_fd,
                    [&] { return bpf::create_map(attr); });
}

// is_beyond_kernel is whether the kernel has refused a map of variables because programs cannot
// have any there.
bool is_beyond_kernel(const Map& map, Errno error) {
  return map.is_data() && error == Errno(EINVAL) && kernel::lacks_variables();
}

// make_typed makes a map with the types of its keys and values. If the kernel refuses that, it
// makes the map without types, and removes them from the plan.
Result<os::UniqueFd> make_typed(bpf::MapCreateAttr attr, MapPlan& plan, Loading& loading,
                                const Map& map, const Subject& subject) {
  const btf::Btf* const btf = loading.object.btf();
  if (!takes_types(plan.type)) {
    plan.key_type_id = 0;
    plan.value_type_id = 0;
  } else if (btf != nullptr && btf->fd() >= 0) {
    attr.btf_fd = static_cast<std::uint32_t>(btf->fd());
    attr.btf_key_type_id = plan.key_type_id;
    // The value of struct_ops has a type of the kernel's BTF.
    attr.btf_value_type_id = plan.type != BPF_MAP_TYPE_STRUCT_OPS ? plan.value_type_id : 0;
  }
  auto made = create(attr, loading);
  if (made || (attr.btf_key_type_id == 0 && attr.btf_value_type_id == 0) ||
      is_beyond_kernel(map, made.error()))
    return made;
  say(LogLevel::warn, subject,
      "the kernel does not take it with its types (error %d), so it goes without them",
      made.error().value());
  attr.btf_fd = 0;
  attr.btf_key_type_id = 0;
  attr.btf_value_type_id = 0;
  plan.key_type_id = 0;
  plan.value_type_id = 0;
  return create(attr, loading);
}

// is_like is whether an existing map has the properties that the plan asks for.
bool is_like(const bpf_map_info& info, const MapPlan& plan) {
  const bool is_devmap = info.type == BPF_MAP_TYPE_DEVMAP || info.type == BPF_MAP_TYPE_DEVMAP_HASH;
  // For these types of maps the kernel sets this flag by itself.
  const std::uint32_t ignored = is_devmap ? std::uint32_t{BPF_F_RDONLY_PROG} : 0;
  return info.type == plan.type && info.key_size == plan.key_size &&
         info.value_size == plan.value_size && info.max_entries == plan.max_entries &&
         (info.map_flags & ~ignored) == (plan.flags & ~ignored) && info.map_extra == plan.extra;
}

} // namespace

bool takes_types(std::uint32_t map_type) {
  return std::find(std::begin(kWithoutTypes), std::end(kWithoutTypes), map_type) ==
         std::end(kWithoutTypes);
}

Result<void> Map::make_template(Loading& loading, os::UniqueFd& made) {
  const Subject subject(loading.subject, "map", inner_->name());
  auto fd =
      make_typed(attr_of(inner_->plan_, inner_->name()), inner_->plan_, loading, *inner_, subject);
  if (!fd)
    return kernel::refused(subject, kMaking, fd.error());
  made = std::move(*fd);
  return {};
}

// leave_out leaves out a map of variables, for the programs that do not use it.
Result<void> Map::leave_out(const Subject& subject) {
  say(LogLevel::info, subject,
      "is left out: programs cannot have variables on this kernel, which is older than Linux 5.2");
  plan_.autocreate = false;
  return {};
}

// make_by makes the map by a request that is complete but for types. A map of variables is left out
// where programs cannot have any.
Result<void> Map::make_by(bpf::MapCreateAttr& attr, Loading& loading, const Subject& subject) {
  // Without these flags the kernel takes the map, but no program that names its value.
  constexpr std::uint32_t kNewer = BPF_F_MMAPABLE | BPF_F_RDONLY_PROG;
  if (is_data() && (plan_.flags & kNewer) == 0 && kernel::lacks_variables())
    return leave_out(subject);
  auto fd = make_typed(attr, plan_, loading, *this, subject);
  if (!fd && is_beyond_kernel(*this, fd.error()))
    return leave_out(subject);
  // Kernels before 5.5 cannot map the memory of arrays.
  if (!fd && fd.error() == Errno(EINVAL) && is_data() && (plan_.flags & BPF_F_MMAPABLE) != 0) {
    attr.map_flags &= ~std::uint32_t{BPF_F_MMAPABLE};
    if (auto without = make_typed(attr, plan_, loading, *this, subject)) {
      plan_.flags &= ~std::uint32_t{BPF_F_MMAPABLE};
      fd = std::move(without);
    }
  }
  if (!fd)
    return kernel::refused(subject, kMaking, fd.error());
  fd_ = std::move(*fd);
  return {};
}

Result<void> Map::make_map(Loading& loading) {
  const Subject subject(loading.subject, "map", name());
  if (plan_.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && plan_.max_entries == 0) {
    const auto cpus = kernel::possible_cpu_count();
    if (!cpus)
      return cpus.error();
    plan_.max_entries = *cpus;
  }
  bpf::MapCreateAttr attr = attr_of(plan_, kernel_name());
  os::UniqueFd like;
  if (is_map_of_maps()) {
    if (inner_ != nullptr)
      if (const auto made = make_template(loading, like); !made)
        return made;
    if (like || inner_fd_ >= 0)
      attr.inner_map_fd = static_cast<std::uint32_t>(like ? like.get() : inner_fd_);
  }
  if (is_struct_ops()) {
    plan_.value_size = static_cast<std::uint32_t>(ops_.value.size());
    attr.value_size = plan_.value_size;
    attr.btf_vmlinux_value_type_id = ops_.value_type_id;
    if (ops_.module_fd != 0) {
      attr.map_flags |= bpf::kFlagValueTypeOfModule;
      attr.value_type_btf_obj_fd = ops_.module_fd;
    }
  }
  Sha256 owner{};
  if (exclusive_ != nullptr) {
    const auto hash = hash_for_map(loading, *exclusive_);
    if (!hash)
      return hash.error();
    owner = *hash;
    attr.excl_prog_hash = owner.data();
    attr.excl_prog_hash_size = static_cast<std::uint32_t>(owner.size());
  }
  return make_by(attr, loading, subject);
}

// find_pinned uses the map that is pinned at the pin path. False: no map is pinned there.
Result<bool> Map::find_pinned() {
  const Subject object = object_->subject();
  const Subject subject(object, "map", name());
  const auto fd = bpf::open(BPF_OBJ_GET, bpf::PathAttr{.pathname = pin_path()});
  if (!fd && fd.error() == Errno(ENOENT))
    return false;
  if (!fd)
    return kernel::refused(Subject(subject, "path", pin_path()),
                           {"opening the pinned map", kernel::RefusedCall::bpf}, fd.error());
  const auto info = bpf::map_info(fd->get());
  if (!info)
    return kernel::refused(subject, {"asking about the pinned map"}, info.error());
  if (!is_like(*info, plan_))
    return fail(subject, Errno(EINVAL),
                "the map that is pinned at '%s' is another one: type %" PRIu32 ", key %" PRIu32
                ", value %" PRIu32 ", entries %" PRIu32 ", flags 0x%" PRIx32 " instead of %" PRIu32
                ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 ", 0x%" PRIx32
                ": unpin it, or give this map another pin path",
                pin_path(), info->type, info->key_size, info->value_size, info->max_entries,
                info->map_flags, plan_.type, plan_.key_size, plan_.value_size, plan_.max_entries,
                plan_.flags);
  if (const auto reused = reuse(fd->get()); !reused)
    return reused.error();
  is_pinned_ = true;
  return true;
}

// map_content maps the kernel's memory of the map, which replaces the image. If that memory cannot
// be mapped, the map has no image from here on.
void Map::map_content() {
  if ((plan_.flags & BPF_F_MMAPABLE) == 0) {
    image_ = {};
    return;
  }
  const bool is_constant = (plan_.flags & BPF_F_RDONLY_PROG) != 0;
  const auto mapped =
      os::map_onto(image_, fd_.get(), is_constant ? os::Access::read_only : os::Access::read_write);
  if (mapped)
    return;
  const Subject object = object_->subject();
  kernel::refused(Subject(object, "map", name()), {"mapping it"}, mapped.error());
  image_ = {};
}

Result<void> Map::put_content(Loading& loading) {
  const Subject subject(loading.subject, "map", name());
  constexpr std::uint32_t kKey = 0;
  if (!is_reused_) {
    if (const auto put = bpf::update_element(fd_.get(), &kKey, image_.data()); !put)
      return kernel::refused(subject, kFilling, put.error());
    if (kind() == MapKind::rodata || kind() == MapKind::kconfig)
      if (const auto frozen = bpf::freeze(fd_.get()); !frozen)
        return kernel::refused(subject, {"freezing it", kernel::RefusedCall::bpf}, frozen.error());
  }
  map_content();
  return {};
}

// map_arena maps the kernel's memory of the arena, and puts its variables at the end: programs
// allocate pages from the beginning.
Result<void> Map::map_arena(Loading& loading) {
  const Subject subject(loading.subject, "map", name());
  const std::size_t page = os::page_size();
  const std::size_t size = std::size_t{plan_.max_entries} * page;
  const std::size_t content_size = object_->parsed().arena_content.size();
  const std::size_t pages = (content_size + page - 1) / page * page;
  if (pages > size)
    return fail(subject, Errno(E2BIG), "its %zu bytes of variables are more than its %zu",
                content_size, size);
  // The name may have been that of another map, which was unpinned.
  arena_ = {};
  if (content_size != 0 && kernel::has_full_value_offsets())
    arena_offset_ = size - pages;
  loading.arena_offset = arena_offset_;
  auto mapped = os::map_shared_at(plan_.extra, fd_.get(), size, os::Access::read_write);
  // An arena can be mapped at one address alone, and only its maker knows that address.
  if (!mapped && is_reused_) {
    say(LogLevel::info, subject, "cannot be mapped here: error %d; its variables stay out of reach",
        mapped.error().value());
    image_ = {};
    return {};
  }
  if (!mapped)
    return kernel::refused(subject, {"mapping it"}, mapped.error());
  if (!is_reused_ && content_size != 0)
    std::copy_n(image_.data(), content_size, mapped->data() + arena_offset_);
  arena_ = std::move(*mapped);
  return {};
}

Result<void> Map::put_first_content(Loading& loading) {
  if (is_data())
    return put_content(loading);
  return is_arena() ? map_arena(loading) : Result<void>();
}

Result<void> Map::create(Loading& loading) {
  const Subject subject(loading.subject, "map", name());
  if (!plan_.autocreate)
    return {};
  // Another process may pin its map at the path while this one makes a map. Then we use that one.
  constexpr int kMostTries = 2;
  for (int left = kMostTries; left > 0; --left) {
    if (pin_path() != nullptr && !fd_) {
      const auto found = find_pinned();
      if (!found)
        return found.error();
    }
    if (!fd_)
      if (const auto made = make_map(loading); !made || !plan_.autocreate)
        return made;
    if (const auto put = put_first_content(loading); !put)
      return put;
    if (pin_path() == nullptr || is_pinned_)
      return {};
    const auto pinned = kernel::pin(fd_.get(), pin_path(), subject);
    if (pinned) {
      is_pinned_ = true;
      is_pinned_by_load_ = true;
      return {};
    }
    if (pinned.error() != Errno(EEXIST) || left == 1)
      return pinned;
    fd_ = {};
  }
  return {};
}

Result<void> Map::fill() {
  if (!is_map_of_maps() || !fd_)
    return {};
  const Subject object = object_->subject();
  const Subject subject(object, "map", name());
  for (const Slot& slot : parsed_->slots) {
    const Map& target = object_->maps()[slot.index];
    const int fd = target.fd();
    if (const auto put = bpf::update_element(fd_.get(), &slot.key, &fd); !put)
      return kernel::refused(Subject(subject, "slot", slot.key),
                             {"putting a map into it", kernel::RefusedCall::bpf}, put.error());
  }
  return {};
}

void Map::drop() {
  if (is_pinned_by_load_)
    static_cast<void>(kernel::unpin(pin_path(), name()));
  is_pinned_ = is_pinned_ && !is_pinned_by_load_;
  is_pinned_by_load_ = false;
  arena_ = {};
  fd_ = {};
}

Result<void> create_maps(Loading& loading) {
  for (Map& map : loading.object.maps())
    if (const auto created = map.create(loading); !created)
      return created;
  return {};
}

Result<void> fill_maps_of_maps(Loading& loading) {
  for (Map& map : loading.object.maps())
    if (const auto filled = map.fill(); !filled)
      return filled;
  return {};
}

Result<void> fill_program_slots(Loading& loading) {
  for (const Map& map : loading.object.maps()) {
    if (map.plan().type != BPF_MAP_TYPE_PROG_ARRAY || map.fd() < 0)
      continue;
    const Subject subject(loading.subject, "map", map.name());
    for (const Slot& slot : map.parsed().slots) {
      const Program* const program = loading.object.entry(slot.index);
      if (program == nullptr || program->fd() < 0) {
        say(LogLevel::info, Subject(subject, "slot", slot.key),
            "stays empty: its program was not loaded");
        continue;
      }
      const int fd = program->fd();
      if (const auto put = bpf::update_element(map.fd(), &slot.key, &fd); !put)
        return kernel::refused(Subject(subject, "slot", slot.key),
                               {"putting a program into it", kernel::RefusedCall::bpf},
                               put.error());
    }
  }
  return {};
}

} // namespace ringside::object
