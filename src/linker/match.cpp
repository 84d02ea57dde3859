// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Matching walks two types at once.
#include "linker/match.hpp"

#include <cerrno>
#include <string_view>

#include "btf/strip.hpp"
#include "object/map_definition.hpp"

namespace ringside::linker {
namespace {

using btf::Type;

// Comparison walks two types at once. Structs that hold structs by value end in any C; in a BTF
// made by hand they may not, so the steps are counted.
class Comparison {
public:
  Comparison(const btf::Btf& one, const btf::Btf& other) : one_(one), other_(other) {}

  bool is_same(std::uint32_t one_id, std::uint32_t other_id, bool is_loose) {
    if (depth_ == kDeepest || steps_ == kMostSteps)
      return false;
    ++depth_;
    ++steps_;
    const bool same = compare(one_id, other_id, is_loose);
    --depth_;
    return same;
  }

private:
  static constexpr unsigned kDeepest = 256;
  static constexpr unsigned kMostSteps = 1U << 20;

  [[nodiscard]] bool has_same_name(Type one, Type other) const {
    return std::string_view(one_.name(one)) == other_.name(other);
  }

  bool compare(std::uint32_t one_id, std::uint32_t other_id, bool is_loose) {
    const Type one = one_.type(btf::strip(one_, one_id));
    const Type other = other_.type(btf::strip(other_, other_id));
    if (is_loose && (one.is(btf::kFwd) || other.is(btf::kFwd)))
      return is_forward_of(one, other);
    if (one.kind() != other.kind())
      return false;
    switch (one.kind()) {
    case btf::kVoid:
      return true;
    case btf::kInt:
    case btf::kFloat:
      return one.size() == other.size();
    case btf::kEnum:
    case btf::kEnum64:
      return one.size() == other.size() && has_same_name(one, other);
    case btf::kFwd:
      return one.flag() == other.flag() && has_same_name(one, other);
    case btf::kArray:
      return is_same(one.array().element, other.array().element, is_loose);
    case btf::kPtr:
      return is_same(one.target(), other.target(), true);
    case btf::kStruct:
    case btf::kUnion:
      return has_same_name(one, other) && (is_loose || has_same_members(one, other));
    case btf::kFuncProto:
      return has_same_parameters(one, other, is_loose);
    case btf::kFunc:
    case btf::kVar:
      return has_same_name(one, other) && is_same(one.target(), other.target(), is_loose);
    default:
      return false;
    }
  }

  [[nodiscard]] bool is_forward_of(Type one, Type other) const {
    const auto is_union = [](Type type) {
      return type.is(btf::kFwd) ? type.flag() : type.is(btf::kUnion);
    };
    const auto fits = [](Type type) { return type.is(btf::kFwd) || type.is_composite(); };
    return fits(one) && fits(other) && is_union(one) == is_union(other) &&
           has_same_name(one, other);
  }

  bool has_same_members(Type one, Type other) {
    if (one.elements() != other.elements())
      return false;
    for (std::uint32_t at = 0; at < one.elements(); ++at) {
      const btf::Member mine = one.member(at);
      const btf::Member theirs = other.member(at);
      if (mine.bit_offset != theirs.bit_offset || mine.bit_size != theirs.bit_size ||
          std::string_view(one_.string(mine.name)) != other_.string(theirs.name) ||
          !is_same(mine.type, theirs.type, false))
        return false;
    }
    return true;
  }

  bool has_same_parameters(Type one, Type other, bool is_loose) {
    if (one.elements() != other.elements() || !is_same(one.target(), other.target(), is_loose))
      return false;
    for (std::uint32_t at = 0; at < one.elements(); ++at)
      if (!is_same(one.parameter(at).type, other.parameter(at).type, is_loose))
        return false;
    return true;
  }

  const btf::Btf& one_;
  const btf::Btf& other_;
  unsigned depth_ = 0;
  unsigned steps_ = 0;
};

bool is_same(Declaration one, std::uint32_t one_id, Declaration other, std::uint32_t other_id) {
  return Comparison(*one.btf, *other.btf).is_same(one_id, other_id, false);
}

// What must be the same in two definitions of a map, or of the maps within a map.
Result<void> match_definitions(Declaration one, const object::MapDefinition& mine,
                               Declaration other, const object::MapDefinition& theirs,
                               const Subject& subject) {
  const struct {
    const char* name;
    std::uint64_t mine, theirs;
  } numbers[] = {
      {"type", mine.type, theirs.type},
      {"key_size", mine.key_size, theirs.key_size},
      {"value_size", mine.value_size, theirs.value_size},
      {"max_entries", mine.max_entries, theirs.max_entries},
      {"map_flags", mine.flags, theirs.flags},
      {"numa_node", mine.numa_node, theirs.numa_node},
  };
  for (const auto& number : numbers)
    if (number.mine != number.theirs)
      return fail(subject, Errno(EINVAL), "another file declares this map with %s %llu, not %llu",
                  number.name, static_cast<unsigned long long>(number.mine),
                  static_cast<unsigned long long>(number.theirs));
  const struct {
    const char* name;
    std::uint32_t mine, theirs;
  } types[] = {
      {"key", mine.key_type_id, theirs.key_type_id},
      {"value", mine.value_type_id, theirs.value_type_id},
  };
  for (const auto& type : types)
    if ((type.mine == 0) != (type.theirs == 0) ||
        (type.mine != 0 && !is_same(one, type.mine, other, type.theirs)))
      return fail(subject, Errno(EINVAL), "another file declares this map with another type of %s",
                  type.name);
  return {};
}

} // namespace

Result<void> match_types(Declaration one, Declaration other, const Subject& subject) {
  const Type mine = one.btf->type(one.id);
  const Type theirs = other.btf->type(other.id);
  if (mine.kind() != theirs.kind())
    return fail(subject, Errno(EINVAL), "is a %s here and a %s in another file",
                theirs.is(btf::kFunc) ? "function" : "variable",
                mine.is(btf::kFunc) ? "function" : "variable");
  if (!is_same(one, one.id, other, other.id))
    return fail(subject, Errno(EINVAL),
                "its type is not the one that another file declares it with: let both include one "
                "header");
  return {};
}

Result<void> match_maps(Declaration one, Declaration other, const Subject& subject) {
  const auto mine =
      object::read_map_variable(*one.btf, one.btf->type(one.id).target(), false, subject);
  if (!mine)
    return Errno(EINVAL);
  const auto theirs =
      object::read_map_variable(*other.btf, other.btf->type(other.id).target(), false, subject);
  if (!theirs)
    return Errno(EINVAL);
  if (const auto same = match_definitions(one, mine->map, other, theirs->map, subject); !same)
    return same;
  if (mine->pin_by_name != theirs->pin_by_name)
    return fail(subject, Errno(EINVAL), "another file declares this map with another pinning");
  const bool has_inner = mine->values.inner_type_id != 0;
  if (has_inner != (theirs->values.inner_type_id != 0))
    return fail(subject, Errno(EINVAL), "only one of two files declares the maps within this map");
  return has_inner ? match_definitions(one, mine->inner, other, theirs->inner, subject)
                   : Result<void>();
}

} // namespace ringside::linker
