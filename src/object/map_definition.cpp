// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reading map definitions: the macros __uint, __type, __array and __ulong of <bpf/bpf_helpers.h>
// make pointers to arrays, whose lengths are the numbers, and pointers to types.
#include "object/map_definition.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <iterator>
#include <optional>

#include <linux/bpf.h>

#include "btf/sizes.hpp"
#include "btf/strip.hpp"

namespace ringside::object {
namespace {

// Reader reads the members of one definition.
class Reader {
public:
  Reader(const btf::Btf& btf, bool relaxed, bool is_inner, const Subject& subject)
      : btf_(btf), relaxed_(relaxed), is_inner_(is_inner), subject_(subject) {}

  Result<void> read(std::uint32_t type_id);
  [[nodiscard]] const MapVariable& variable() const { return variable_; }

private:
  // Line says which function reads a member of which name.
  struct Line {
    const char* name;
    Result<void> (Reader::*read)();
  };
  static const Line kLines[];

  [[nodiscard]] Errno wrong(const char* why) const {
    return fail(Subject(subject_, "member", name_), Errno(EINVAL), "%s", why);
  }
  [[nodiscard]] Result<std::uint32_t> number() const;
  template <std::uint32_t MapDefinition::*kMember>
  Result<void> set_number();
  Result<void> set_extra();
  Result<void> set_size(std::uint32_t& size, std::uint32_t wanted);
  Result<void> set_type(std::uint32_t& size, std::uint32_t& type_id);
  Result<void> set_key_size();
  Result<void> set_value_size();
  Result<void> set_key();
  Result<void> set_value();
  Result<void> set_values();
  Result<void> set_pinning();

  const btf::Btf& btf_;
  bool relaxed_;
  bool is_inner_;
  const Subject& subject_;
  MapVariable variable_;
  // The member that is being read.
  btf::Member member_{};
  const char* name_ = "";
  bool is_last_ = false;
};

const Reader::Line Reader::kLines[] = {
    {"type", &Reader::set_number<&MapDefinition::type>},
    {"max_entries", &Reader::set_number<&MapDefinition::max_entries>},
    {"map_flags", &Reader::set_number<&MapDefinition::flags>},
    {"numa_node", &Reader::set_number<&MapDefinition::numa_node>},
    {"map_extra", &Reader::set_extra},
    {"key_size", &Reader::set_key_size},
    {"key", &Reader::set_key},
    {"value_size", &Reader::set_value_size},
    {"value", &Reader::set_value},
    {"values", &Reader::set_values},
    {"pinning", &Reader::set_pinning},
};

// number is the length of the array that the member points to.
Result<std::uint32_t> Reader::number() const {
  const btf::Type pointer = btf_.type(btf::strip(btf_, member_.type));
  if (!pointer.is(btf::kPtr))
    return wrong("it is not written as __uint(name, number)");
  const btf::Type array = btf_.type(pointer.target());
  if (!array.is(btf::kArray))
    return wrong("it is not written as __uint(name, number)");
  return array.array().count;
}

template <std::uint32_t MapDefinition::*kMember>
Result<void> Reader::set_number() {
  const auto value = number();
  if (!value)
    return value.error();
  variable_.map.*kMember = *value;
  return {};
}

// map_extra may have 64 bits: then it is an enum with one enumerator.
Result<void> Reader::set_extra() {
  const btf::Type type = btf_.type(btf::strip(btf_, member_.type));
  if (type.is_enum()) {
    if (type.elements() != 1)
      return wrong("it is not written as __ulong(name, number)");
    variable_.map.extra = type.enumerator(0).value;
    return {};
  }
  const auto value = number();
  if (!value)
    return value.error();
  variable_.map.extra = *value;
  return {};
}

Result<void> Reader::set_size(std::uint32_t& size, std::uint32_t wanted) {
  if (size != 0 && size != wanted)
    return fail(Subject(subject_, "member", name_), Errno(EINVAL),
                "it makes the size %" PRIu32 ", but an earlier member has made it %" PRIu32, wanted,
                size);
  size = wanted;
  return {};
}

Result<void> Reader::set_type(std::uint32_t& size, std::uint32_t& type_id) {
  const btf::Type pointer = btf_.type(member_.type);
  if (!pointer.is(btf::kPtr))
    return wrong("it is not written as __type(name, type)");
  const auto type_size = btf::resolve_size(btf_, pointer.target());
  if (!type_size)
    return fail(Subject(subject_, "member", name_), type_size.error(),
                "type [%" PRIu32 "] has no size", pointer.target());
  if (const auto set = set_size(size, static_cast<std::uint32_t>(*type_size)); !set)
    return set;
  type_id = pointer.target();
  return {};
}

Result<void> Reader::set_key_size() {
  const auto size = number();
  return size ? set_size(variable_.map.key_size, *size) : Result<void>(size.error());
}
Result<void> Reader::set_value_size() {
  const auto size = number();
  return size ? set_size(variable_.map.value_size, *size) : Result<void>(size.error());
}
Result<void> Reader::set_key() {
  return set_type(variable_.map.key_size, variable_.map.key_type_id);
}
Result<void> Reader::set_value() {
  return set_type(variable_.map.value_size, variable_.map.value_type_id);
}

Result<void> Reader::set_values() {
  const bool holds_maps = is_map_of_maps(variable_.map.type);
  const bool holds_programs = variable_.map.type == BPF_MAP_TYPE_PROG_ARRAY;
  if (is_inner_)
    return fail(Subject(subject_, "member", name_), Errno(ENOTSUP),
                "maps can hold maps in one level only");
  if (!is_last_)
    return wrong("it must be the last member");
  if (!holds_maps && !holds_programs)
    return fail(Subject(subject_, "member", name_), Errno(ENOTSUP),
                "only maps of maps and of programs have it, and their type must stand before it");
  if (const auto set = set_size(variable_.map.value_size, sizeof(std::uint32_t)); !set)
    return set;

  const btf::Type array = btf_.type(btf::strip(btf_, member_.type));
  if (!array.is(btf::kArray) || array.array().count != 0)
    return wrong("it is not written as __array(values, type)");
  const btf::Type pointer = btf_.type(btf::strip(btf_, array.array().element));
  if (!pointer.is(btf::kPtr))
    return wrong("its elements are no pointers");
  const std::uint32_t target = btf::strip(btf_, pointer.target());
  if (!btf_.type(target).is(holds_maps ? btf::kStruct : btf::kFuncProto))
    return wrong(holds_maps ? "its elements do not point to definitions of maps"
                            : "its elements do not point to functions");
  variable_.values = {true, member_.bit_offset / 8, holds_maps ? target : 0};
  if (!holds_maps)
    return {};

  const Subject inner_subject(subject_, "member", name_);
  Reader inner(btf_, relaxed_, true, inner_subject);
  if (const auto read = inner.read(target); !read)
    return read;
  variable_.inner = inner.variable().map;
  return {};
}

Result<void> Reader::set_pinning() {
  constexpr std::uint32_t kByName = 1;
  const auto value = number();
  if (!value)
    return value.error();
  if (is_inner_)
    return wrong("a map within a map cannot be pinned");
  if (*value > kByName)
    return wrong("it can be LIBBPF_PIN_NONE or LIBBPF_PIN_BY_NAME");
  variable_.pin_by_name = *value == kByName;
  return {};
}

Result<void> Reader::read(std::uint32_t type_id) {
  const btf::Type type = btf_.type(type_id);
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    member_ = type.member(index);
    name_ = btf_.string(member_.name) != nullptr ? btf_.string(member_.name) : "";
    is_last_ = index + 1 == type.elements();
    const auto* const line =
        std::find_if(std::begin(kLines), std::end(kLines),
                     [this](const Line& other) { return std::strcmp(other.name, name_) == 0; });
    if (line == std::end(kLines)) {
      if (!relaxed_)
        return fail(Subject(subject_, "member", name_), Errno(ENOTSUP),
                    "this library does not know it: leave it out, or open the object with "
                    "relaxed_maps");
      say(LogLevel::debug, Subject(subject_, "member", name_), "is not known, and left out");
      continue;
    }
    if (const auto read = (this->*line->read)(); !read)
      return read;
  }
  if (variable_.map.type == BPF_MAP_TYPE_UNSPEC)
    return fail(subject_, Errno(EINVAL), "the definition has no type");
  return {};
}

} // namespace

Result<MapVariable> read_map_variable(const btf::Btf& btf, std::uint32_t type_id, bool relaxed,
                                      const Subject& subject) {
  const std::uint32_t id = btf::strip(btf, type_id);
  if (!btf.type(id).is(btf::kStruct))
    return fail(subject, Errno(EINVAL), "the variable is no struct, as a map definition must be");
  Reader reader(btf, relaxed, false, subject);
  if (const auto read = reader.read(id); !read)
    return read.error();
  return reader.variable();
}

std::uint32_t ring_size(std::uint32_t wanted, std::uint32_t page_size) {
  const std::uint64_t pages = (std::uint64_t{wanted} + page_size - 1) / page_size;
  const std::uint64_t size = std::bit_ceil(pages) * page_size;
  return wanted == 0 || size > UINT32_MAX ? wanted : static_cast<std::uint32_t>(size);
}

bool is_map_of_maps(std::uint32_t map_type) {
  return map_type == BPF_MAP_TYPE_ARRAY_OF_MAPS || map_type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

bool is_ring(std::uint32_t map_type) {
  return map_type == BPF_MAP_TYPE_RINGBUF || map_type == BPF_MAP_TYPE_USER_RINGBUF;
}

} // namespace ringside::object
