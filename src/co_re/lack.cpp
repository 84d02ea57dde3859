// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// lack_of: how far the path goes on the target, and what stands there instead.
#include "co_re/lack.hpp"

#include <cinttypes>
#include <string_view>

#include "base/near.hpp"

namespace ringside::co_re {
namespace {

// word_for is how C calls a type.
const char* word_for(btf::Type type) {
  switch (type.kind()) {
  case btf::kInt:
    return "integer";
  case btf::kPtr:
    return "pointer";
  case btf::kArray:
    return "array";
  case btf::kStruct:
    return "struct";
  case btf::kUnion:
    return "union";
  case btf::kEnum:
  case btf::kEnum64:
    return "enum";
  case btf::kTypedef:
    return "typedef";
  default:
    return btf::kind_name(type.kind());
  }
}

// without_underscores leaves out those around a name: kernels hide members by adding some.
std::string_view without_underscores(std::string_view name) {
  while (name.starts_with('_'))
    name.remove_prefix(1);
  while (name.ends_with('_'))
    name.remove_suffix(1);
  return name;
}

bool may_be_meant(std::string_view wanted, std::string_view name) {
  const std::string_view plain = without_underscores(name);
  return !plain.empty() && (plain == without_underscores(wanted) || is_near(wanted, name));
}

// Names looks through the names of a type of the target.
class Names {
public:
  explicit Names(std::string_view wanted) : wanted_(wanted) {}

  // members goes through those of a composite type, and of unnamed ones in it.
  void members(TypeRef composite, int levels_left = kMaxLevels);
  void enumerators(TypeRef target);

  // same is the type of the member that has the name, which then is of another type than the
  // program's; near is a name that may be meant. Null if there is none.
  [[nodiscard]] TypeRef same() const { return same_; }
  [[nodiscard]] const char* near() const { return near_; }

private:
  void look(const char* name) {
    if (near_ == nullptr && name != nullptr && may_be_meant(wanted_, name))
      near_ = name;
  }

  std::string_view wanted_;
  TypeRef same_;
  const char* near_ = nullptr;
  std::uint32_t visits_left_ = kMaxVisits;
};

void Names::members(TypeRef composite, int levels_left) {
  const btf::Type type = composite.type();
  for (std::uint32_t index = 0; index < type.elements() && visits_left_ != 0; ++index) {
    --visits_left_;
    const btf::Member member = type.member(index);
    const char* const name = composite.btf->string(member.name);
    if (name != nullptr && name[0] != '\0') {
      if (name == wanted_ && same_.btf == nullptr)
        same_ = composite.to(member.type);
      look(name);
      continue;
    }
    const TypeRef inner = stripped(composite.to(member.type));
    if (inner.type().is_composite() && levels_left != 0)
      members(inner, levels_left - 1);
  }
}

void Names::enumerators(TypeRef target) {
  const btf::Type type = target.type();
  for (std::uint32_t index = 0; index < type.elements(); ++index)
    look(target.btf->string(type.enumerator(index).name));
}

// Reach is how much of a path a candidate has.
struct Reach {
  std::uint32_t steps = 0;
  TypeRef end; // the type in which the next step would be, modifiers removed
};

// type_behind is the type to which a path leads.
TypeRef type_behind(const Spec& spec) {
  const Step& step = spec.last();
  const bool is_member = step.name != nullptr;
  const std::uint32_t id =
      is_member ? spec.btf->type(step.type).member(step.index).type : step.type;
  return stripped({spec.btf, id});
}

// cut is the first `count` steps of a path.
Spec cut(const Spec& spec, std::uint32_t count) {
  Spec part = spec;
  part.count = count;
  return part;
}

Reach reach_of(const Spec& local, TypeRef candidate) {
  Reach reach;
  for (std::uint32_t count = 1; count < local.count; ++count) {
    const auto spec = match_spec(cut(local, count), candidate);
    if (!spec || spec->count == 0)
      break;
    reach = {count, type_behind(*spec)};
  }
  return reach;
}

// add_type adds a type and its name, which pointers have none of.
void add_type(Text& why, const btf::Btf& btf, btf::Type type) {
  why.add("%s", word_for(type));
  if (const char* const name = btf.name(type); name[0] != '\0')
    why.add(" '%s'", name);
}

void add_near(Text& why, const char* near) {
  if (near != nullptr)
    why.add("; this kernel has '%s'", near);
}

void explain_type(Lack& lack, const Spec& local, Kind kind, bool has_candidates) {
  const btf::Type type = local.btf->type(local.root);
  if (!has_candidates)
    lack.why.add("no such %s", word_for(type));
  else if (kind == Kind::type_matches)
    lack.why.add("this kernel has it with other members");
  else
    lack.why.add("this kernel has another type of that name");
}

void explain_enumerator(Lack& lack, const Spec& local, std::span<const TypeRef> candidates) {
  Names names(local.last().name != nullptr ? plain_name(local.last().name) : std::string_view());
  for (const TypeRef candidate : candidates) {
    const TypeRef target = stripped(candidate);
    if (target.type().is_enum())
      names.enumerators(target);
  }
  lack.why.add("no such enumerator");
  add_near(lack.why, names.near());
}

void explain_field(Lack& lack, const Spec& local, const Reach& reach) {
  const Step& step = local.steps[reach.steps];
  const btf::Type there = reach.end.type();
  if (step.name == nullptr) {
    if (there.is(btf::kArray))
      lack.why.add("this kernel's array has %" PRIu32 " elements", there.array().count);
    else
      lack.why.add("this kernel has no array there");
    return;
  }
  if (!there.is_composite()) {
    lack.why.add("this kernel has no struct there");
    return;
  }
  Names names(step.name);
  names.members(reach.end);
  if (names.same().btf == nullptr) {
    lack.why.add("no such field");
    add_near(lack.why, names.near());
    return;
  }
  const btf::Type wanted = type_behind(cut(local, reach.steps + 1)).type();
  const btf::Type found = stripped(names.same()).type();
  lack.why.add("this kernel has it as ");
  add_type(lack.why, *names.same().btf, found);
  lack.why.add(", the program as ");
  add_type(lack.why, *local.btf, wanted);
}

} // namespace

Lack lack_of(const Spec& local, Kind kind, std::span<const TypeRef> candidates) {
  const About about = line_of(kind).about;
  Lack lack;
  lack.what = text_of(local);
  if (about == About::type || candidates.empty()) {
    explain_type(lack, local, kind, !candidates.empty());
    return lack;
  }
  if (about == About::enumerator) {
    explain_enumerator(lack, local, candidates);
    return lack;
  }
  Reach best;
  for (const TypeRef candidate : candidates)
    if (const Reach reach = reach_of(local, candidate); reach.steps > best.steps)
      best = reach;
  if (best.steps == 0)
    best = {0, stripped(candidates.front())};
  lack.what = text_of(cut(local, best.steps + 1));
  explain_field(lack, local, best);
  return lack;
}

} // namespace ringside::co_re
