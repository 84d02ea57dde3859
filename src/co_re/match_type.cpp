// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// types_compatible and types_match: whole types, side by side.
#include <cerrno>

#include <linux/btf.h>

#include "co_re/match.hpp"

namespace ringside::co_re {
namespace {

// Comparison holds the limits of one comparison.
class Comparison {
public:
  explicit Comparison(const Subject& subject) : subject_(subject) {}

  Result<bool> compatible(TypeRef local, TypeRef target, int levels_left = kMaxLevels);
  Result<bool> match(TypeRef local, TypeRef target, bool by_pointer, int levels_left = kMaxLevels);

private:
  // visit counts one comparison, of types or of names, in the level `levels_left`.
  Result<void> visit(int levels_left) {
    if (levels_left > 0 && visits_left_ > 0) {
      --visits_left_;
      return {};
    }
    return fail(subject_, Errno(EINVAL),
                "types lie more than %d deep within each other, or are too many to compare",
                kMaxLevels);
  }
  [[nodiscard]] bool cannot_compare(btf::Type local) const {
    say(LogLevel::warn, subject_,
        "types of kind %s cannot be compared: this counts as a difference",
        btf::kind_name(local.kind()));
    return false;
  }

  template <class Each>
  Result<bool> prototypes(TypeRef local, TypeRef target, Each each);
  Result<bool> members_match(TypeRef local, TypeRef target, bool by_pointer, int levels_left);
  Result<bool> member_matches(TypeRef local, std::uint32_t index, TypeRef target, bool by_pointer,
                              int levels_left);
  Result<bool> enumerators_match(TypeRef local, TypeRef target, int levels_left);

  const Subject& subject_;
  std::uint32_t visits_left_ = kMaxVisits;
};

std::string_view plain_name_at(const btf::Btf& btf, std::uint32_t offset) {
  const char* const text = btf.string(offset);
  return text != nullptr ? plain_name(text) : std::string_view();
}

std::string_view plain_name_of(TypeRef ref) {
  return plain_name_at(*ref.btf, ref.type().name());
}

// prototypes compares the parameters and then the results by `each`.
template <class Each>
Result<bool> Comparison::prototypes(TypeRef local, TypeRef target, Each each) {
  const btf::Type one = local.type();
  const btf::Type other = target.type();
  if (one.elements() != other.elements())
    return false;
  for (std::uint32_t index = 0; index < one.elements(); ++index) {
    const auto same =
        each(local.to(one.parameter(index).type), target.to(other.parameter(index).type));
    if (!same || !*same)
      return same;
  }
  return each(local.to(one.target()), target.to(other.target()));
}

Result<bool> Comparison::compatible(TypeRef local, TypeRef target, int levels_left) {
  if (const auto going_on = visit(levels_left); !going_on)
    return going_on.error();
  local = stripped(local);
  target = stripped(target);
  const btf::Type one = local.type();
  const btf::Type other = target.type();
  if (!one.is(other.kind()) && !(one.is_enum() && other.is_enum()))
    return false;
  switch (one.kind()) {
  case btf::kVoid:
  case btf::kStruct:
  case btf::kUnion:
  case btf::kEnum:
  case btf::kEnum64:
  case btf::kFwd:
    return true;
  case btf::kInt:
    return one.int_offset() == 0 && other.int_offset() == 0;
  case btf::kPtr:
    return compatible(local.to(one.target()), target.to(other.target()), levels_left - 1);
  case btf::kArray:
    return compatible(local.to(one.array().element), target.to(other.array().element),
                      levels_left - 1);
  case btf::kFuncProto:
    return prototypes(local, target, [&](TypeRef part, TypeRef other_part) {
      return compatible(part, other_part, levels_left - 1);
    });
  default:
    return cannot_compare(one);
  }
}

Result<bool> Comparison::member_matches(TypeRef local, std::uint32_t index, TypeRef target,
                                        bool by_pointer, int levels_left) {
  const btf::Member member = local.type().member(index);
  const std::string_view name = plain_name_at(*local.btf, member.name);
  const btf::Type other = target.type();
  for (std::uint32_t at = 0; at < other.elements(); ++at) {
    if (const auto going_on = visit(levels_left); !going_on)
      return going_on.error();
    const btf::Member candidate = other.member(at);
    if (plain_name_at(*target.btf, candidate.name) != name)
      continue;
    const auto same =
        match(local.to(member.type), target.to(candidate.type), by_pointer, levels_left - 1);
    if (!same || *same)
      return same;
  }
  return false;
}

Result<bool> Comparison::members_match(TypeRef local, TypeRef target, bool by_pointer,
                                       int levels_left) {
  if (local.type().elements() > target.type().elements())
    return false;
  for (std::uint32_t index = 0; index < local.type().elements(); ++index) {
    const auto same = member_matches(local, index, target, by_pointer, levels_left);
    if (!same || !*same)
      return same;
  }
  return true;
}

Result<bool> Comparison::enumerators_match(TypeRef local, TypeRef target, int levels_left) {
  const btf::Type one = local.type();
  const btf::Type other = target.type();
  if (one.size() != other.size() || one.elements() > other.elements())
    return false;
  const auto is_there = [&](std::string_view name) -> Result<bool> {
    for (std::uint32_t at = 0; at < other.elements(); ++at) {
      if (const auto going_on = visit(levels_left); !going_on)
        return going_on.error();
      if (plain_name_at(*target.btf, other.enumerator(at).name) == name)
        return true;
    }
    return false;
  };
  for (std::uint32_t index = 0; index < one.elements(); ++index) {
    const auto found = is_there(plain_name_at(*local.btf, one.enumerator(index).name));
    if (!found || !*found)
      return found;
  }
  return true;
}

Result<bool> Comparison::match(TypeRef local, TypeRef target, bool by_pointer, int levels_left) {
  if (const auto going_on = visit(levels_left); !going_on)
    return going_on.error();
  local = stripped(local);
  target = stripped(target);
  const btf::Type one = local.type();
  const btf::Type other = target.type();
  // Compilers spell the names of integers in different ways.
  if (one.is(btf::kInt) && other.is(btf::kInt)) {
    const bool same = one.size() == other.size() && (one.int_encoding() & BTF_INT_SIGNED) ==
                                                        (other.int_encoding() & BTF_INT_SIGNED);
    if (same && plain_name_of(local) != plain_name_of(target))
      say(LogLevel::debug, subject_, "'%s' and '%s' have the same size and sign, so they match",
          local.btf->name(one), target.btf->name(other));
    return same;
  }
  if (plain_name_of(local) != plain_name_of(target))
    return false;
  switch (one.kind()) {
  case btf::kVoid:
    return other.is(btf::kVoid);
  case btf::kInt:
    return false;
  case btf::kPtr:
    if (!other.is(btf::kPtr))
      return false;
    return match(local.to(one.target()), target.to(other.target()), true, levels_left - 1);
  case btf::kArray:
    if (!other.is(btf::kArray) || one.array().count != other.array().count)
      return false;
    return match(local.to(one.array().element), target.to(other.array().element), by_pointer,
                 levels_left - 1);
  case btf::kFwd:
    if (other.is(btf::kFwd))
      return one.flag() == other.flag();
    return by_pointer && other.is(one.flag() ? btf::kUnion : btf::kStruct);
  case btf::kStruct:
  case btf::kUnion:
    if (by_pointer && other.is(btf::kFwd))
      return other.flag() == one.is(btf::kUnion);
    if (!other.is(one.kind()))
      return false;
    return by_pointer ? Result<bool>(true) : members_match(local, target, by_pointer, levels_left);
  case btf::kEnum:
  case btf::kEnum64:
    if (!other.is_enum())
      return false;
    return enumerators_match(local, target, levels_left);
  case btf::kFuncProto:
    if (!other.is(btf::kFuncProto))
      return false;
    return prototypes(local, target, [&](TypeRef part, TypeRef other_part) {
      return match(part, other_part, by_pointer, levels_left - 1);
    });
  default:
    return cannot_compare(one);
  }
}

} // namespace

Result<bool> types_compatible(TypeRef local, TypeRef target, const Subject& subject) {
  return Comparison(subject).compatible(local, target);
}

Result<bool> types_match(TypeRef local, TypeRef target, const Subject& subject) {
  return Comparison(subject).match(local, target, false);
}

} // namespace ringside::co_re
