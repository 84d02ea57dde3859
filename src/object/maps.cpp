// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The maps of an object: those that .maps defines, those that hold its data, its configuration, and
// its tables of functions for the kernel.
#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <functional>

#include <linux/bpf.h>
#include <linux/btf.h>

#include "bpf/new_uapi.hpp"
#include "btf/sizes.hpp"
#include "btf/strip.hpp"
#include "object/parse_work.hpp"

namespace ringside::object {
namespace {

// Variable is an entry of a DATASEC that is a map.
struct Variable {
  btf::Variable entry{};
  std::string_view name;
  std::uint32_t type_id = 0;
};

Result<Variable> read_variable(const ParseWork& work, const btf::Variable& entry,
                               const Subject& section, std::uint64_t section_size) {
  const btf::Btf& btf = *work.parsed.btf;
  const btf::Type var = btf.type(entry.type);
  Variable variable;
  variable.entry = entry;
  if (!var.is(btf::kVar))
    return fail(section, Errno(EINVAL), "BTF has a type in it that is no variable");
  variable.name = btf.name(var);
  variable.type_id = btf::strip(btf, var.target());
  const Subject subject(section, "variable", variable.name);
  if (variable.name.empty())
    return fail(section, Errno(EINVAL), "a variable in it has no name");
  if (entry.offset > section_size || entry.size > section_size - entry.offset)
    return fail(subject, Errno(EINVAL),
                "%" PRIu32 " bytes from %" PRIu32 " on are not all in the section", entry.size,
                entry.offset);
  if (!btf.type(variable.type_id).is(btf::kStruct))
    return fail(subject, Errno(EINVAL), "it is no struct");
  if (btf.type(variable.type_id).size() > entry.size)
    return fail(subject, Errno(EINVAL),
                "its type has %" PRIu32 " bytes, but there are %" PRIu32 " for it",
                btf.type(variable.type_id).size(), entry.size);
  return variable;
}

Result<void> add(ParseWork& work, ParsedMap map, std::string_view name) {
  const auto kept = work.keep(name);
  if (!kept)
    return kept.error();
  map.name = *kept;
  if (map.section_index != kNoIndex) {
    ParseWork::Range& range = work.maps_of_sections[map.section_index];
    if (range.count++ == 0)
      range.first = static_cast<std::uint32_t>(work.parsed.maps.size());
  }
  if (!work.parsed.maps.append(map))
    return work.out_of_memory();
  return {};
}

Result<void> add_defined(ParseWork& work, const Variable& variable, const Subject& section) {
  const Subject subject(work.subject, "map", variable.name);
  if (work.parsed.btf->type(variable.entry.type).extra() != BTF_VAR_GLOBAL_ALLOCATED)
    return fail(subject, Errno(EOPNOTSUPP), "a map cannot be static: make its variable global");
  const auto read =
      read_map_variable(*work.parsed.btf, variable.type_id, work.options.relaxed_maps, subject);
  if (!read)
    return read.error();
  ParsedMap map;
  map.kind = MapKind::defined;
  map.definition = read->map;
  map.inner = read->inner;
  map.values = read->values;
  map.pin_by_name = read->pin_by_name;
  map.section_index = work.maps->index;
  map.offset = variable.entry.offset;
  map.variable_size = variable.entry.size;
  for (MapDefinition* definition : {&map.definition, &map.inner})
    if (is_ring(definition->type))
      definition->max_entries = ring_size(definition->max_entries, work.options.page_size);
  if (map.definition.type == bpf::kMapArena) {
    if (work.parsed.arena_map != kNoIndex)
      return fail(section, Errno(EINVAL),
                  "an object can have one arena, and '%.*s' is a second one",
                  static_cast<int>(variable.name.size()), variable.name.data());
    work.parsed.arena_map = static_cast<std::uint32_t>(work.parsed.maps.size());
  }
  return add(work, map, variable.name);
}

// data_map_name is the name of a data map for the kernel, which accepts 15 bytes.
std::string_view data_map_name(std::string_view object, std::string_view section,
                               char (&text)[16]) {
  constexpr std::size_t kMost = sizeof(text) - 1;
  constexpr std::size_t kLeastForSection = 7; // ".rodata"
  std::size_t length = 0;
  // A section name with a second dot is used alone, without the name of the object.
  if (section.find('.', 1) == std::string_view::npos) {
    const std::size_t reserved = std::min(std::max(section.size(), kLeastForSection), kMost);
    length = std::min(object.size(), kMost - reserved);
    std::copy_n(object.begin(), length, text);
  }
  const std::size_t rest = std::min(section.size(), kMost - length);
  std::copy_n(section.begin(), rest, text + length);
  length += rest;
  const auto is_allowed = [](char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == '.';
  };
  std::replace_if(text, text + length, std::not_fn(is_allowed), '_');
  return {text, length};
}

// is_visible is whether a section has a variable that a program can reach by its name.
bool is_visible(const btf::Btf& btf, btf::Type datasec) {
  for (std::uint32_t index = 0; index < datasec.elements(); ++index) {
    const btf::Type var = btf.type(datasec.variable(index).type);
    if (var.is(btf::kVar) && var.extra() != BTF_VAR_STATIC)
      return true;
  }
  return false;
}

Result<void> add_data_map(ParseWork& work, MapKind kind, std::string_view section,
                          std::uint32_t section_index, std::uint32_t size) {
  ParsedMap map;
  map.kind = kind;
  map.section_index = section_index;
  map.variable_size = size;
  map.definition.type = BPF_MAP_TYPE_ARRAY;
  map.definition.key_size = sizeof(std::uint32_t);
  map.definition.value_size = size;
  map.definition.max_entries = 1;
  if (kind == MapKind::rodata || kind == MapKind::kconfig)
    map.definition.flags |= BPF_F_RDONLY_PROG;
  const auto kept = work.keep(section);
  if (!kept)
    return kept.error();
  map.section = *kept;
  if (work.parsed.btf != nullptr) {
    const btf::Btf& btf = *work.parsed.btf;
    const auto id = btf.find(map.section.data(), btf::kDatasec);
    if (id) {
      map.definition.value_type_id = *id;
      if (is_visible(btf, btf.type(*id)))
        map.definition.flags |= BPF_F_MMAPABLE;
    }
  }
  char text[16];
  const std::string_view kernel_name = data_map_name(work.object_name, section, text);
  const auto kept_kernel_name = work.keep(kernel_name);
  if (!kept_kernel_name)
    return kept_kernel_name.error();
  map.kernel_name = *kept_kernel_name;
  const bool has_full_name = section.starts_with(".data.") || section.starts_with(".rodata.");
  return add(work, map, has_full_name ? section : kernel_name);
}

MapKind kind_of(Use use) {
  return use == Use::data ? MapKind::data : use == Use::rodata ? MapKind::rodata : MapKind::bss;
}

// keep_part reads some bytes of a section into the object's memory.
Result<std::span<const std::byte>> keep_part(ParseWork& work, const elf::Section& section,
                                             std::uint32_t offset, std::uint64_t size) {
  if (size > SIZE_MAX)
    return work.out_of_memory();
  const auto part = work.parsed.memory.array<std::byte>(static_cast<std::size_t>(size));
  if (!part)
    return work.out_of_memory();
  if (const auto read = work.file.read(section, offset, *part); !read)
    return read.error();
  return std::span<const std::byte>(*part);
}

// keep_content reads what the file has of a section: nothing of .bss.
Result<std::span<const std::byte>> keep_content(ParseWork& work, const elf::Section& section) {
  const auto content = work.file.contents_source(section);
  return content ? keep_part(work, section, 0, content->size()) : content.error();
}

// read_arena keeps the variables of an arena. An object without maps may have some by mistake: no
// instruction can refer to them.
Result<void> read_arena(ParseWork& work, const elf::Section& section) {
  if (work.maps == nullptr)
    return {};
  const Subject subject = work.file.subject_of(section);
  if (work.parsed.arena_map == kNoIndex)
    return fail(subject, Errno(ENOENT),
                "it has variables of an arena, but the object defines no map of type arena");
  const MapDefinition& arena = work.parsed.maps[work.parsed.arena_map].definition;
  const std::uint64_t size = std::uint64_t{arena.max_entries} * work.options.page_size;
  if (section.size > size)
    return fail(subject, Errno(E2BIG),
                "it has %" PRIu64 " bytes, but the arena has room for %" PRIu64
                ": give it more pages by max_entries",
                section.size, size);
  const auto content = keep_content(work, section);
  if (!content)
    return content.error();
  work.parsed.arena_content = *content;
  return {};
}

Result<void> add_struct_ops(ParseWork& work, const Variable& variable,
                            const elf::Section& section) {
  const btf::Btf& btf = *work.parsed.btf;
  const btf::Type type = btf.type(variable.type_id);
  if (btf.name(type)[0] == '\0')
    return fail(Subject(work.subject, "map", variable.name), Errno(ENOTSUP),
                "its type has no name, by which the kernel would know it");
  ParsedMap map;
  map.kind = MapKind::struct_ops;
  map.section_index = section.index;
  map.offset = variable.entry.offset;
  map.variable_size = variable.entry.size;
  map.definition.type = BPF_MAP_TYPE_STRUCT_OPS;
  map.definition.key_size = sizeof(std::uint32_t);
  map.definition.value_size = type.size();
  map.definition.max_entries = 1;
  map.definition.value_type_id = variable.type_id;
  map.definition.flags = section.name.ends_with(".link") ? bpf::kFlagLink : 0;
  map.autocreate = !section.name.starts_with('?');
  map.ops_type_id = variable.type_id;
  const auto content = keep_part(work, section, variable.entry.offset, type.size());
  if (!content)
    return content.error();
  map.content = *content;
  return add(work, map, variable.name);
}

} // namespace

std::uint32_t ParseWork::map_at(std::uint32_t section, std::uint64_t offset) const {
  if (section >= maps_of_sections.size() || maps_of_sections[section].count == 0)
    return kNoIndex;
  const Range range = maps_of_sections[section];
  const auto* const begin = parsed.maps.begin() + range.first;
  const auto* const after = std::upper_bound(
      begin, begin + range.count, offset,
      [](std::uint64_t place, const ParsedMap& map) { return place < map.offset; });
  if (after == begin || offset - (after - 1)->offset >= (after - 1)->variable_size)
    return kNoIndex;
  return static_cast<std::uint32_t>(after - 1 - parsed.maps.begin());
}

Result<void> read_defined_maps(ParseWork& work) {
  if (work.maps == nullptr)
    return {};
  const Subject section = work.file.subject_of(*work.maps);
  const btf::Btf& btf = *work.parsed.btf;
  const auto id = btf.find(".maps", btf::kDatasec);
  if (!id)
    return fail(section, Errno(ENOENT), "BTF does not describe it: compile the object with -g");
  for (std::uint32_t index = 0; index < btf.type(*id).elements(); ++index) {
    const auto variable =
        read_variable(work, btf.type(*id).variable(index), section, work.maps->size);
    if (!variable)
      return variable.error();
    if (const auto added = add_defined(work, *variable, section); !added)
      return added;
  }
  return {};
}

Result<void> read_data_maps(ParseWork& work) {
  for (const elf::Section& section : work.file.sections()) {
    const Use use = work.use_of(section.index);
    if (use == Use::arena) {
      if (const auto read = read_arena(work, section); !read)
        return read;
      continue;
    }
    if (use == Use::jump_tables) {
      const auto content = keep_content(work, section);
      if (!content)
        return content.error();
      work.parsed.jump_tables = *content;
      continue;
    }
    if (use != Use::data && use != Use::rodata && use != Use::bss)
      continue;
    if (section.size > UINT32_MAX)
      return fail(work.file.subject_of(section), Errno(E2BIG),
                  "it has %" PRIu64 " bytes, more than a map's value can", section.size);
    if (const auto added = add_data_map(work, kind_of(use), section.name, section.index,
                                        static_cast<std::uint32_t>(section.size));
        !added)
      return added;
    const auto content = keep_content(work, section);
    if (!content)
      return content.error();
    work.parsed.maps.back().content = *content;
  }
  if (work.kconfig_size == 0)
    return {};
  work.parsed.kconfig_map = static_cast<std::uint32_t>(work.parsed.maps.size());
  return add_data_map(work, MapKind::kconfig, ".kconfig", kNoIndex, work.kconfig_size);
}

Result<void> read_struct_ops(ParseWork& work) {
  for (const elf::Section& section : work.file.sections()) {
    if (work.use_of(section.index) != Use::struct_ops)
      continue;
    const Subject subject = work.file.subject_of(section);
    const btf::Btf& btf = *work.parsed.btf;
    const auto name = work.keep(section.name);
    if (!name)
      return name.error();
    const auto id = btf.find(name->data(), btf::kDatasec);
    if (!id)
      return fail(subject, Errno(EINVAL), "BTF does not describe it");
    for (std::uint32_t index = 0; index < btf.type(*id).elements(); ++index) {
      const auto variable =
          read_variable(work, btf.type(*id).variable(index), subject, section.size);
      if (!variable)
        return variable.error();
      if (const auto added = add_struct_ops(work, *variable, section); !added)
        return added;
    }
  }
  return {};
}

} // namespace ringside::object
