// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// match_spec: the path of a local field or enumerator on a type of the target.
#include <cerrno>
#include <cstring>

#include "btf/sizes.hpp"
#include "co_re/match.hpp"

namespace ringside::co_re {
namespace {

// Search follows the steps of a local path on the target.
class Search {
public:
  explicit Search(TypeRef target) : at_(target) {
    spec_.btf = target.btf;
    spec_.root = target.id;
  }

  // Each of these follows one step. False: the target has no such member or enumerator.
  Result<bool> first(const Step& local);
  Result<bool> member(const Spec& local, const Step& step);
  Result<bool> element(const Step& step);

  Result<bool> enumerator(const Step& step);

  [[nodiscard]] const Spec& spec() const { return spec_; }

private:
  Result<bool> member_in(TypeRef composite, TypeRef local_type, const char* name);
  Result<void> move(std::uint32_t element, std::uint32_t index);

  Spec spec_;
  TypeRef at_;
  std::uint32_t visits_left_ = kMaxVisits;
};

const char* string_of(const btf::Btf& btf, std::uint32_t offset) {
  const char* const text = btf.string(offset);
  return text != nullptr ? text : "";
}

bool same_plain_name(const char* one, const char* other) {
  return plain_name(one) == plain_name(other);
}

// fields_compatible is whether a field of the one type can be read where the other is expected.
Result<bool> fields_compatible(TypeRef local, TypeRef target) {
  for (int levels = 0; levels < kMaxLevels; ++levels) {
    local = stripped(local);
    target = stripped(target);
    const btf::Type one = local.type();
    const btf::Type other = target.type();
    if (one.is_composite() && other.is_composite())
      return true;
    if (!one.is(other.kind()) && !(one.is_enum() && other.is_enum()))
      return false;
    switch (one.kind()) {
    case btf::kPtr:
    case btf::kFloat:
      return true;
    case btf::kInt:
      return one.int_offset() == 0 && other.int_offset() == 0;
    case btf::kEnum:
    case btf::kEnum64:
    case btf::kFwd: {
      const char* const name = local.btf->name(one);
      const char* const other_name = target.btf->name(other);
      return name[0] == '\0' || other_name[0] == '\0' || same_plain_name(name, other_name);
    }
    case btf::kArray:
      local = local.to(one.array().element);
      target = target.to(other.array().element);
      break;
    default:
      return false;
    }
  }
  return Errno(EINVAL);
}

Result<void> Search::move(std::uint32_t element, std::uint32_t index) {
  if (index != 0) {
    const auto size = btf::resolve_size(*spec_.btf, element);
    if (!size)
      return size.error();
    spec_.bit_offset += std::uint64_t{index} * static_cast<std::uint64_t>(*size) * kBitsPerByte;
  }
  at_ = at_.to(element);
  return spec_.add_step({element, index, nullptr});
}

Result<bool> Search::first(const Step& local) {
  if (const auto moved = move(at_.id, local.index); !moved)
    return moved.error();
  return true;
}

Result<bool> Search::element(const Step& step) {
  const btf::Type array = stripped(at_).type();
  if (!array.is(btf::kArray))
    return false;
  if (step.index >= array.array().count && !is_flexible(spec_, array))
    return false;
  if (const auto moved = move(array.array().element, step.index); !moved)
    return moved.error();
  return true;
}

Result<bool> Search::member(const Spec& local, const Step& step) {
  const TypeRef composite = stripped(at_);
  if (!composite.type().is_composite())
    return false;
  const std::uint32_t local_type = local.btf->type(step.type).member(step.index).type;
  return member_in(composite, {local.btf, local_type}, step.name);
}

// The first member with the name decides. The members of an unnamed member count in its place.
Result<bool> Search::member_in(TypeRef composite, TypeRef local_type, const char* name) {
  const btf::Type type = composite.type();
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    if (visits_left_ == 0)
      return Errno(EINVAL);
    --visits_left_;
    const btf::Member member = type.member(index);
    const char* const member_name = string_of(*spec_.btf, member.name);
    if (member_name[0] != '\0') {
      if (std::strcmp(member_name, name) != 0)
        continue;
      const TypeRef found = composite.to(member.type);
      const auto compatible = fields_compatible(local_type, found);
      if (!compatible || !*compatible)
        return compatible;
      if (const auto added = spec_.add_step({composite.id, index, member_name}); !added)
        return added.error();
      spec_.bit_offset += member.bit_offset;
      at_ = found;
      return true;
    }
    const TypeRef inner = stripped(composite.to(member.type));
    if (!inner.type().is_composite())
      continue;
    if (spec_.depth == Spec::kMaxDepth)
      return Errno(E2BIG);
    ++spec_.depth;
    spec_.bit_offset += member.bit_offset;
    const auto found = member_in(inner, local_type, name);
    if (!found || *found)
      return found;
    spec_.bit_offset -= member.bit_offset;
    --spec_.depth;
  }
  return false;
}

Result<bool> Search::enumerator(const Step& step) {
  const TypeRef found = stripped(at_);
  const btf::Type type = found.type();
  if (!type.is_enum())
    return false;
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    const char* const name = string_of(*spec_.btf, type.enumerator(index).name);
    if (!same_plain_name(name, step.name))
      continue;
    if (const auto added = spec_.add_step({found.id, index, name}); !added)
      return added.error();
    return true;
  }
  return false;
}

} // namespace

Result<Spec> match_spec(const Spec& local, TypeRef target) {
  Search search(target);
  for (std::uint32_t at = 0; at < local.count; ++at) {
    const Step& step = local.steps[at];
    const bool in_enum = local.btf->type(step.type).is_enum() && step.name != nullptr;
    const auto found = in_enum                ? search.enumerator(step)
                       : step.name != nullptr ? search.member(local, step)
                       : at == 0              ? search.first(step)
                                              : search.element(step);
    if (!found)
      return found.error();
    if (!*found)
      return Spec();
  }
  return search.spec();
}

} // namespace ringside::co_re
