// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The maps of a loader: making them, and what is in them at first.
#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstddef>
#include <utility>

#include "base/byte_order.hpp"
#include "bpf/insn.hpp"
#include "bpf/new_uapi.hpp"
#include "bpf/object_name.hpp"
#include "kernel/cpus.hpp"
#include "object/loader/loader_work.hpp"

namespace ringside::object {
namespace {

using MapAttr = bpf::MapCreateAttr;
using UpdateAttr = bpf::ElementAttr;

constexpr std::uint32_t kMapAttrBytes = offsetof(MapAttr, value_type_btf_obj_fd);
static_assert(kMapAttrBytes == 72 && sizeof(UpdateAttr) == 32);

Subject subject_of_map(const Loading& loading, const Map& map) {
  return {loading.subject, "map", map.name()};
}

// check_map: ENOTSUP for what cannot be said in a loader, or is a thing of this process.
Result<void> check_map(const Loading& loading, const Map& map) {
  const Subject subject = subject_of_map(loading, map);
  const struct {
    bool is_so;
    const char* why;
  } rows[] = {
      {map.is_struct_ops(), "a loader makes no struct_ops maps"},
      {map.pin_path() != nullptr, "a loader pins no maps: take its pin path away"},
      {map.exclusive() != nullptr, "a loader makes no map for one program alone"},
      {map.inner_fd() >= 0, "the map that its maps are like is one of this process"},
      {map.fd() >= 0, "it reuses a map of this process"},
      {map.plan().type == BPF_MAP_TYPE_PROG_ARRAY && !map.parsed().slots.empty(),
       "a loader puts no programs into maps: put them there when it has run"},
      {map.is_arena() && !loading.object.parsed().arena_content.empty(),
       "a loader cannot give an arena its variables"},
  };
  for (const auto& row : rows)
    if (row.is_so)
      return fail(subject, Errno(ENOTSUP), "%s", row.why);
  return {};
}

bool has_types(const LoaderWork& work, const MapPlan& plan) {
  return work.loading.object.btf() != nullptr && takes_types(plan.type) &&
         (plan.key_type_id != 0 || plan.value_type_id != 0);
}

// entries_of: a loader cannot find out how many CPUs there are where it runs.
Result<std::uint32_t> entries_of(const LoaderWork& work, const MapPlan& plan, const char* name) {
  if (plan.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY || plan.max_entries != 0)
    return plan.max_entries;
  const auto count = kernel::possible_cpu_count();
  if (count)
    say(LogLevel::info, Subject(work.loading.subject, "map", name),
        "the loader makes it with %" PRIu32 " entries, as this machine has CPUs: set max_entries "
        "for others",
        *count);
  return count;
}

// add_map_attr adds the request for a map, without descriptors.
Result<Place> add_map_attr(LoaderWork& work, const MapPlan& plan, const char* name) {
  const auto entries = entries_of(work, plan, name);
  if (!entries)
    return entries.error();
  char kernel_name[bpf::kNameSize] = {};
  bpf::set_name(kernel_name, name);
  const bool typed = has_types(work, plan);
  ByteWriter& fields = work.code.fields();
  const Place attr = work.code.end_of_fields();
  fields.u32(plan.type);
  fields.u32(plan.key_size);
  fields.u32(plan.value_size);
  fields.u32(*entries);
  fields.u32(plan.flags);
  fields.u32(0); // inner_map_fd
  fields.u32(plan.numa_node);
  fields.bytes(std::as_bytes(std::span(kernel_name)));
  fields.u32(plan.ifindex);
  fields.u32(0); // btf_fd
  fields.u32(typed ? plan.key_type_id : 0);
  fields.u32(typed ? plan.value_type_id : 0);
  fields.u32(0); // btf_vmlinux_value_type_id
  fields.u64(plan.extra);
  return attr;
}

void write_creation(LoaderWork& work, const MapPlan& plan, Place attr, Place slot) {
  LoaderCode& code = work.code;
  if (has_types(work, plan))
    code.copy(BPF_W, work.btf_slot(), attr.behind(offsetof(MapAttr, btf_fd)));
  code.command(BPF_MAP_CREATE, attr, kMapAttrBytes);
  code.store(BPF_W, slot, LoaderCode::kResult);
}

// swap_configuration puts the numbers of the configuration into the order of the object.
void swap_configuration(const Parsed& parsed, std::span<std::byte> content) {
  for (const Extern& external : parsed.externs) {
    const bool is_number =
        external.form == Extern::Form::number || external.form == Extern::Form::tristate;
    if (external.kind != Extern::Kind::kconfig || !is_number)
      continue;
    auto* const bytes = content.data() + external.offset;
    for (std::uint32_t at = 0; at < external.size / 2; ++at)
      std::swap(bytes[at], bytes[external.size - 1 - at]);
  }
}

Result<Place> add_content(LoaderWork& work, const Map& map) {
  const Parsed& parsed = work.loading.object.parsed();
  const auto image = map.image();
  if (map.kind() != MapKind::kconfig || parsed.order == kNativeOrder)
    return work.code.rest_bytes(image);
  auto copy = Array<std::byte>::of_size(image.size());
  if (!copy)
    return no_memory(work.loading.subject, "its configuration");
  std::copy(image.begin(), image.end(), copy->begin());
  swap_configuration(parsed, {copy->begin(), copy->size()});
  return work.code.rest_bytes({copy->begin(), copy->size()});
}

// write_override reads the content from the memory that the caller names, if there is one.
void write_override(LoaderWork& work, const Map& map, Place content) {
  LoaderCode& code = work.code;
  code.load_context(BPF_REG_3, BPF_DW,
                    LoaderWork::map_context(map.index()) + loader_context::kMapInitial);
  const std::size_t none = code.skip_if(BPF_JEQ, BPF_REG_3, 0);
  code.address(BPF_REG_1, content);
  code.emit(bpf::insn::move(BPF_REG_2, static_cast<std::int32_t>(map.plan().value_size)));
  code.load_context(BPF_REG_4, BPF_W, loader_context::kFlags);
  code.emit(
      bpf::insn::make(BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_4, 0, 0, loader_context::kFromKernel));
  const std::size_t from_kernel = code.skip_if(BPF_JNE, BPF_REG_4, 0);
  code.call(BPF_FUNC_copy_from_user);
  const std::size_t done = code.skip();
  code.land(from_kernel);
  code.call(BPF_FUNC_probe_read_kernel);
  code.land(done);
  code.check();
  code.land(none);
}

Place add_update_attr(LoaderWork& work) {
  work.code.fields();
  const Place attr = work.code.end_of_fields();
  work.code.fields().zeros(sizeof(UpdateAttr));
  return attr;
}

void write_update(LoaderWork& work, Place attr, Place map_slot, Place key, Place value) {
  LoaderCode& code = work.code;
  code.copy(BPF_W, map_slot, attr.behind(offsetof(UpdateAttr, map_fd)));
  code.store_address(attr.behind(offsetof(UpdateAttr, key)), key);
  code.store_address(attr.behind(offsetof(UpdateAttr, value)), value);
  code.command(BPF_MAP_UPDATE_ELEM, attr, sizeof(UpdateAttr));
}

Result<void> write_content(LoaderWork& work, const Map& map) {
  const auto content = add_content(work, map);
  if (!content)
    return content.error();
  if (!work.loader.is_signed)
    write_override(work, map, *content);
  const Place attr = add_update_attr(work);
  write_update(work, attr, work.slot(map.index()), work.zero_key, *content);
  // The request begins with the map's descriptor, which is all that freezing needs.
  static_assert(offsetof(UpdateAttr, map_fd) == 0);
  if (map.kind() == MapKind::rodata || map.kind() == MapKind::kconfig)
    work.code.command(BPF_MAP_FREEZE, attr, sizeof(bpf::FreezeAttr));
  return {};
}

Result<void> write_map(LoaderWork& work, Map& map) {
  LoaderCode& code = work.code;
  const auto attr = add_map_attr(work, map.plan(), map.kernel_name());
  if (!attr)
    return attr.error();
  if (!work.loader.is_signed) {
    code.load_context(LoaderCode::kValue, BPF_W,
                      LoaderWork::map_context(map.index()) + loader_context::kMapEntries);
    const std::size_t none = code.skip_if(BPF_JEQ, LoaderCode::kValue, 0);
    code.store(BPF_W, attr->behind(offsetof(MapAttr, max_entries)), LoaderCode::kValue);
    code.land(none);
  }
  const bool has_inner = map.is_map_of_maps() && map.inner() != nullptr;
  if (has_inner) {
    const auto inner = add_map_attr(work, map.inner()->plan(), map.inner()->name());
    if (!inner)
      return inner.error();
    write_creation(work, map.inner()->plan(), *inner, work.inner_slot());
    code.store(BPF_W, attr->behind(offsetof(MapAttr, inner_map_fd)), LoaderCode::kResult);
  }
  write_creation(work, map.plan(), *attr, work.slot(map.index()));
  if (has_inner)
    code.close(work.inner_slot());
  return map.is_data() ? write_content(work, map) : Result<void>();
}

// write_slots puts maps into a map of maps.
Result<void> write_slots(LoaderWork& work, const Map& map) {
  for (const Slot& slot : map.parsed().slots) {
    const Map& target = work.loading.object.maps()[slot.index];
    if (!target.plan().autocreate)
      return fail(subject_of_map(work.loading, map), Errno(EBADF),
                  "the map '%s' in its slot %" PRIu32 " is not made", target.name(), slot.key);
    ByteWriter& fields = work.code.fields();
    const Place key = work.code.end_of_fields();
    fields.u32(slot.key);
    write_update(work, add_update_attr(work), work.slot(map.index()), key,
                 work.slot(target.index()));
  }
  return {};
}

} // namespace

Result<void> check_maps(Loading& loading) {
  for (const Map& map : loading.object.maps())
    if (map.plan().autocreate)
      if (const auto checked = check_map(loading, map); !checked)
        return checked;
  return {};
}

Result<void> write_maps(LoaderWork& work) {
  const auto maps = work.loading.object.maps();
  for (Map& map : maps)
    if (map.plan().autocreate)
      if (const auto written = write_map(work, map); !written)
        return written;
  for (const Map& map : maps)
    if (map.plan().autocreate && map.is_map_of_maps())
      if (const auto written = write_slots(work, map); !written)
        return written;
  return {};
}

} // namespace ringside::object
