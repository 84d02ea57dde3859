// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A map before the kernel has it: its names, its plan and what it holds at first.
#include "object/map.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>

#include "base/text.hpp"
#include "btf/change.hpp"
#include "btf/edit.hpp"
#include "btf/sizes.hpp"
#include "btf/strip.hpp"
#include "object/object.hpp"
#include "object/program.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

namespace ringside::object {
namespace {

// image_bytes is the size of a data map's value in memory. In the kernel each value begins and ends
// at a multiple of 8, and a mapping ends with a page.
std::size_t image_bytes(std::uint32_t value_size) {
  constexpr std::size_t kValueAlignment = 8;
  const std::size_t rounded =
      (value_size + kValueAlignment - 1) / kValueAlignment * kValueAlignment;
  const std::size_t page = os::page_size();
  return (rounded + page - 1) / page * page;
}

} // namespace

Result<void> Map::begin(Object& object, std::uint32_t index) {
  object_ = &object;
  index_ = index;
  parsed_ = &object.parsed().maps[index];
  static_cast<MapDefinition&>(plan_) = parsed_->definition;
  plan_.autocreate = parsed_->autocreate;
  if (parsed_->pin_by_name) {
    const char* const root = object.settings().pin_root;
    Text path;
    path.add("%s/%s", root != nullptr ? root : "/sys/fs/bpf", parsed_->name.data());
    if (!path.whole())
      return no_memory(object.subject(), "a pin path");
    if (const auto set = set_pin_path(path.view().data()); !set)
      return set;
  }
  if (is_struct_ops()) {
    auto copy = Array<std::byte>::of_size(parsed_->content.size());
    if (!copy)
      return no_memory(object.subject(), "the variable of a struct_ops map");
    std::copy(parsed_->content.begin(), parsed_->content.end(), copy->begin());
    ops_.variable = std::move(*copy);
    return {};
  }
  if (is_data())
    return make_image(plan_.value_size, parsed_->content);
  if (is_arena() && !object.parsed().arena_content.empty())
    return make_image(static_cast<std::uint32_t>(object.parsed().arena_content.size()),
                      object.parsed().arena_content);
  if (!parsed_->values.there || parsed_->values.inner_type_id == 0)
    return {};
  inner_ = make<Map>();
  if (inner_ == nullptr)
    return no_memory(object.subject(), "the map within a map");
  return inner_->begin_template(*this);
}

Result<void> Map::begin_template(Map& outer) {
  object_ = outer.object_;
  index_ = outer.index_;
  parsed_ = outer.parsed_;
  outer_ = &outer;
  static_cast<MapDefinition&>(plan_) = parsed_->inner;
  Text name;
  name.add("%s.inner", parsed_->name.data());
  auto copy = name.whole() ? copy_of(name.view()) : Result<Array<char>>(Errno(ENOMEM));
  if (!copy)
    return no_memory(object_->subject(), "a name");
  own_name_ = std::move(*copy);
  return {};
}

void Map::point_to_programs() {
  for (const OpsProgram& named : parsed_->ops_programs) {
    Program* const program = object_->entry(named.program);
    std::memcpy(ops_.variable.data() + named.offset, &program, kPointerSize);
  }
}

Result<void> Map::check_ops_programs() const {
  for (const OpsProgram& named : parsed_->ops_programs) {
    const Program* const program = object_->entry(named.program);
    if (program != nullptr && program->plan().type == BPF_PROG_TYPE_STRUCT_OPS)
      continue;
    const Subject subject = object_->subject();
    return fail(Subject(subject, "struct_ops map", name()), Errno(EINVAL),
                "it names '%s', which is no struct_ops program: the section of one begins with "
                "'struct_ops'",
                object_->parsed().programs[named.program].name.data());
  }
  return {};
}

bool Map::is_arena() const {
  return outer_ == nullptr && object_->parsed().arena_map == index_;
}

Result<void> Map::make_image(std::uint32_t size, std::span<const std::byte> content) {
  auto mapping = os::map_memory(image_bytes(size));
  const Subject subject = object_->subject();
  if (!mapping)
    return fail(Subject(subject, "map", name()), mapping.error(),
                "there is no memory for its %" PRIu32 " bytes", size);
  image_ = std::move(*mapping);
  std::copy(content.begin(), content.end(), image_.data());
  return {};
}

const char* Map::name() const {
  return own_name_.size() != 0 ? own_name_.data() : parsed_->name.data();
}

const char* Map::kernel_name() const {
  return is_data() && own_name_.size() == 0 ? parsed_->kernel_name.data() : name();
}

bool Map::is_called(std::string_view wanted) const {
  if (wanted.starts_with('.'))
    return is_data() && parsed_->section == wanted;
  return wanted == name() || wanted == parsed_->name;
}

// The kernel's map that is used again has types of another BTF.
std::uint32_t Map::types_of_variables() const {
  return is_reused_ ? parsed_->definition.value_type_id : plan_.value_type_id;
}

bool Map::is_made() const {
  return is_reused_ || object_->phase() != Phase::open;
}

Errno Map::too_late() const {
  const Subject subject = object_->subject();
  return fail(Subject(subject, "map", name()), Errno(EBUSY),
              "it cannot be changed any more: the kernel has it");
}

Result<void> Map::set_max_entries(std::uint32_t count) {
  return set(&MapPlan::max_entries,
             is_ring(plan_.type) ? ring_size(count, static_cast<std::uint32_t>(os::page_size()))
                                 : count);
}

Result<void> Map::set_value_size(std::uint32_t size) {
  if (is_made())
    return too_late();
  if (image_)
    if (const auto moved = move_image(size); !moved)
      return moved;
  plan_.value_size = size;
  return {};
}

// move_image gives a data map an image of another size, with as much of the old content as fits.
Result<void> Map::move_image(std::uint32_t size) {
  const Subject object = object_->subject();
  const Subject subject(object, "map", name());
  if (plan_.type != BPF_MAP_TYPE_ARRAY)
    return fail(subject, Errno(EOPNOTSUPP), "only an array can hold variables of another size");
  if (plan_.value_type_id != 0)
    if (const auto resized = resize_last_variable(size); !resized)
      return resized;
  if (image_bytes(size) == image_.size()) {
    if (size < plan_.value_size)
      std::memset(image_.data() + size, 0, plan_.value_size - size);
    return {};
  }
  auto moved = os::map_memory(image_bytes(size));
  if (!moved)
    return fail(subject, moved.error(), "there is no memory for %" PRIu32 " bytes", size);
  std::copy_n(image_.data(), std::min(plan_.value_size, size), moved->data());
  image_ = std::move(*moved);
  return {};
}

// resize_last_variable changes the BTF with the size of the map: the last variable, an array, gets
// another length. If that is not possible, the map loses its types.
Result<void> Map::resize_last_variable(std::uint32_t size) {
  const Subject object = object_->subject();
  const Subject subject(object, "map", name());
  btf::Btf& btf = *object_->btf();
  const btf::Type datasec = btf.type(plan_.value_type_id);
  const auto drop_types = [&](const char* why) -> Result<void> {
    say(LogLevel::warn, subject, "it goes without its types, because %s", why);
    plan_.key_type_id = 0;
    plan_.value_type_id = 0;
    return {};
  };
  if (!datasec.is(btf::kDatasec) || datasec.elements() == 0)
    return drop_types("it has no variables");
  const std::uint32_t last = datasec.elements() - 1;
  const btf::Variable variable = datasec.variable(last);
  if (size < variable.offset)
    return fail(subject, Errno(EINVAL),
                "with %" PRIu32 " bytes it would end before its last variable, which begins at "
                "%" PRIu32,
                size, variable.offset);
  const std::uint32_t array_id = btf::strip(btf, btf.type(variable.type).target());
  const btf::Type array = btf.type(array_id);
  if (!array.is(btf::kArray))
    return drop_types("its last variable is no array");
  const auto element = btf::resolve_size(btf, array.array().element);
  const std::uint32_t rest = size - variable.offset;
  if (!element || *element == 0 || rest % *element != 0)
    return drop_types("no whole elements fill it");

  const btf::Dimension dimension = array.array();
  const auto new_array =
      btf::add_array(btf, static_cast<int>(dimension.index), static_cast<int>(dimension.element),
                     static_cast<std::uint32_t>(rest / *element));
  if (!new_array)
    return new_array.error();
  btf::Change change(btf);
  if (const auto begun = change.begin(); !begun)
    return begun;
  change.words(variable.type)[btf::kTargetWord] = *new_array;
  change.words(plan_.value_type_id)[btf::kTargetWord] = size;
  change.element(plan_.value_type_id, last)[2] = rest;
  return {};
}

// The image of a const map may be written to, as the C interface allows.
std::span<std::byte> Map::image() const {
  if (is_struct_ops())
    return {const_cast<std::byte*>(ops_.variable.data()), ops_.variable.size()};
  const std::size_t arena_size = is_arena() ? object_->parsed().arena_content.size() : 0;
  if (arena_)
    return {arena_.data() + arena_offset_, arena_size};
  if (!image_)
    return {};
  return {image_.data(), is_arena() ? arena_size : plan_.value_size};
}

Result<void> Map::set_image(std::span<const std::byte> content) {
  if (is_made())
    return too_late();
  const Subject object = object_->subject();
  const Subject subject(object, "map", name());
  if (!image_ || kind() == MapKind::kconfig)
    return fail(subject, Errno(EINVAL), "it holds no variables that can be set");
  if (content.size() != image().size())
    return fail(subject, Errno(EINVAL), "it holds %zu bytes, not %zu", image().size(),
                content.size());
  std::copy(content.begin(), content.end(), image_.data());
  return {};
}

Result<void> Map::set_inner_fd(int fd) {
  const Subject object = object_->subject();
  const Subject subject(object, "map", name());
  if (!is_map_of_maps())
    return fail(subject, Errno(EINVAL), "no maps can be in it: it is of another type");
  if (inner_fd_ != -1)
    return fail(subject, Errno(EINVAL), "it has been given a map to be like already");
  inner_fd_ = fd;
  inner_.reset();
  return {};
}

Result<void> Map::set_exclusive(Program* program) {
  if (program != nullptr && &program->object() != object_)
    return fail(Subject(name()), Errno(EINVAL),
                "a program of another object cannot be the one that may use it");
  if (is_made())
    return fail(Subject(name()), Errno(EINVAL), "it is made: the program comes too late");
  exclusive_ = program;
  return {};
}

Result<void> Map::set_autoattach(bool autoattach) {
  const Subject object = object_->subject();
  if (!is_struct_ops())
    return fail(Subject(object, "map", name()), Errno(EINVAL),
                "only struct_ops maps are attached, and it is of another type");
  autoattach_ = autoattach;
  return {};
}

Result<void> Map::set_pin_path(const char* path) {
  if (path == nullptr) {
    pin_path_ = {};
    return {};
  }
  auto copy = copy_of(path);
  if (!copy)
    return no_memory(object_->subject(), "a pin path");
  pin_path_ = std::move(*copy);
  return {};
}

} // namespace ringside::object
