// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocating: which type of the new base each distilled one is, and the ids and names that follow.
#include "btf/relocate.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/failure.hpp"
#include "btf/change.hpp"
#include "btf/check.hpp"

namespace ringside::btf {
namespace {

constexpr Subject kRelocateSubject("relocating a BTF");

bool can_be_distilled(Type type) {
  return type.is(kInt) || type.is(kFloat) || type.is(kEnum) || type.is_composite() || type.is(kFwd);
}
bool can_be_found(Type type) {
  return can_be_distilled(type) || type.is(kEnum64);
}

bool has_fixed_size(Type type) {
  return type.is(kInt) || type.is(kFloat) || type.is_enum();
}

// is_same_kind: a distilled type fits this one better than one of another kind.
bool is_same_kind(Type distilled, Type found) {
  return distilled.kind() == found.kind() || (distilled.is(kEnum) && found.is_enum());
}

// fits_kind is for types of one name and, where that counts, one size.
bool fits_kind(Type distilled, Type found) {
  switch (distilled.kind()) {
  case kInt:
    return found.is(kInt) && distilled.int_encoding() == found.int_encoding();
  case kFwd:
    if (found.is(kFwd))
      return distilled.flag() == found.flag();
    return found.is(distilled.flag() ? kUnion : kStruct);
  case kStruct:
  case kUnion:
    return true;
  default:
    return is_same_kind(distilled, found);
  }
}

class Relocation {
public:
  Relocation(const Btf& btf, const Btf& base) : btf_(btf), old_base_(*btf.base()), base_(base) {}

  // find finds what each distilled type is, and checks that all names of own types are known.
  Result<void> find() {
    if (const auto listed = list_distilled(); !listed)
      return listed;
    if (const auto marked = mark_embedded(); !marked)
      return marked;
    if (const auto matched = match(true); !matched)
      return matched;
    if (const auto matched = match(false); !matched)
      return matched;
    return check_all();
  }
  // move_type puts the new ids and names into the words of an own type.
  void move_type(std::uint32_t* type) const {
    each_id(type, [&](std::uint32_t& id) { id = new_id(id); });
    each_string(type, [&](std::uint32_t& offset) { offset = new_string(offset); });
  }

private:
  // What is known of a distilled type.
  struct Entry {
    std::uint32_t match = 0;      // the id in the new base, or 0
    std::uint32_t composites = 0; // how many structs and unions there have its name
    bool is_embedded = false;     // an own struct contains it, so its size must be the same
    bool is_same_kind = false;    // what matches is
  };

  Result<void> list_distilled();
  Result<void> mark_embedded();
  void follow_member(std::uint32_t id, Vector<bool>& seen);
  Result<void> match(bool same_kind);
  Result<void> match_one(std::uint32_t found_id, std::uint32_t distilled_id, bool same_kind);
  Result<void> check_all() const;

  // each_of_name calls visit(id) for each distilled type with a name.
  template <class Visit>
  void each_of_name(std::string_view name, Visit visit) const {
    const auto look = [&](std::uint32_t id) {
      if (name == old_base_.name(old_base_.type(id)))
        visit(id);
      return false;
    };
    static_cast<void>(names_.find(hash_text(name), look));
  }
  [[nodiscard]] std::uint32_t new_id(std::uint32_t id) const {
    if (id >= btf_.first_id())
      return id - btf_.first_id() + base_.end_id();
    return entries_[id].match;
  }
  // new_string is 0 for what was not found: the empty string is no name.
  [[nodiscard]] std::uint32_t new_string(std::uint32_t offset) const {
    if (offset >= btf_.first_string())
      return offset - btf_.first_string() + base_.end_string();
    if (offset == 0)
      return 0;
    const std::uint32_t id =
        names_.find(hash_text(old_base_.string(offset)), [&](std::uint32_t distilled) {
          return old_base_.type(distilled).name() == offset;
        });
    return id != HashIndex::kNone ? base_.type(entries_[id].match).name() : 0;
  }

  const Btf& btf_;
  const Btf& old_base_;
  const Btf& base_;
  Vector<Entry> entries_; // by id
  HashIndex names_;       // of distilled types
};

Result<void> Relocation::list_distilled() {
  if (!entries_.append_default(btf_.first_id()))
    return no_memory(kRelocateSubject, "a list of types");
  for (std::uint32_t id = 1; id < btf_.first_id(); ++id) {
    const Type type = old_base_.type(id);
    const char* const name = old_base_.name(type);
    if (!can_be_distilled(type) || name[0] == '\0')
      return fail(kRelocateSubject, Errno(EINVAL),
                  "its base was not made by distilling: type %u is a %s named '%s'", id,
                  kind_name(type.kind()), name);
    if (!names_.insert(hash_text(name), id))
      return no_memory(kRelocateSubject, "an index of names");
  }
  return {};
}

Result<void> Relocation::mark_embedded() {
  Vector<bool> seen;
  if (!seen.append_default(btf_.end_id()))
    return no_memory(kRelocateSubject, "a list of types");
  for (std::uint32_t id = btf_.first_id(); id < btf_.end_id(); ++id) {
    const Type type = btf_.type(id);
    if (const auto known = check_kind(id, type, kRelocateSubject); !known)
      return known;
    bool is_sound = true;
    each_id(type.words(), [&](std::uint32_t target) { is_sound &= target < btf_.end_id(); });
    if (!is_sound)
      return fail(kRelocateSubject, Errno(EINVAL), "type %u refers to a type that is not there",
                  id);
    if (type.is_composite())
      each_id(type.words(), [&](std::uint32_t target) { follow_member(target, seen); });
  }
  return {};
}

// follow_member marks the struct or union that a member is, behind modifiers, typedefs and arrays.
// What was seen before has been followed.
void Relocation::follow_member(std::uint32_t id, Vector<bool>& seen) {
  while (id != 0 && !seen[id]) {
    seen[id] = true;
    const Type type = btf_.type(id);
    if (id < btf_.first_id() && type.is_composite())
      entries_[id].is_embedded = true;
    if (type.is(kArray))
      id = type.array().element < btf_.end_id() ? type.array().element : 0;
    else if ((type.is_modifier() || type.is(kTypedef)) && type.target() < btf_.end_id())
      id = type.target();
    else
      return;
  }
}

// match finds types of the same kind first. A struct that is only declared in the new base, or has
// become a union, is found where there is none of its kind.
Result<void> Relocation::match(bool same_kind) {
  const auto each_candidate = [&](auto visit) -> Result<void> {
    Result<void> done;
    for (std::uint32_t id = 1; id < base_.end_id() && done; ++id)
      if (const Type type = base_.type(id); can_be_found(type) && type.name() != 0)
        each_of_name(base_.name(type), [&](std::uint32_t distilled) {
          if (done)
            done = visit(id, type, distilled);
        });
    return done;
  };
  if (same_kind)
    if (const auto counted =
            each_candidate([&](std::uint32_t, Type type, std::uint32_t distilled) -> Result<void> {
              entries_[distilled].composites += type.is_composite() ? 1 : 0;
              return {};
            });
        !counted)
      return counted;
  return each_candidate([&](std::uint32_t id, Type type, std::uint32_t distilled) {
    return is_same_kind(old_base_.type(distilled), type) == same_kind
               ? match_one(id, distilled, same_kind)
               : Result<void>();
  });
}

Result<void> Relocation::match_one(std::uint32_t found_id, std::uint32_t distilled_id,
                                   bool same_kind) {
  Entry& entry = entries_[distilled_id];
  const Type distilled = old_base_.type(distilled_id);
  const Type found = base_.type(found_id);
  // A type of its own kind is better than one of another.
  if (!same_kind && entry.is_same_kind)
    return {};
  const bool needs_size = has_fixed_size(found) || (found.is_composite() && entry.composites > 1) ||
                          (distilled.is_composite() && entry.is_embedded && entry.match == 0);
  if ((needs_size && distilled.size() != found.size()) || !fits_kind(distilled, found))
    return {};
  if (entry.match != 0)
    return fail(kRelocateSubject, Errno(EINVAL),
                "%s '%s' may be type %u or type %u of the new base", kind_name(distilled.kind()),
                old_base_.name(distilled), entry.match, found_id);
  entry.match = found_id;
  entry.is_same_kind = same_kind;
  return {};
}

Result<void> Relocation::check_all() const {
  for (std::uint32_t id = 1; id < btf_.first_id(); ++id)
    if (const Type type = old_base_.type(id); entries_[id].match == 0)
      return fail(kRelocateSubject, Errno(EINVAL), "the new base has no %s '%s' of %u bytes",
                  kind_name(type.kind()), old_base_.name(type), type.size());
  for (std::uint32_t id = btf_.first_id(); id < btf_.end_id(); ++id) {
    std::uint32_t unknown = 0;
    each_string(btf_.type(id).words(), [&](std::uint32_t offset) {
      if (offset != 0 && offset < btf_.first_string() && new_string(offset) == 0)
        unknown = offset;
    });
    if (unknown != 0)
      return fail(kRelocateSubject, Errno(ENOENT),
                  "type %u: its name at %u is that of no type of the base", id, unknown);
  }
  return {};
}

} // namespace

Result<void> relocate(Btf& btf, const Btf& base) {
  if (btf.base() == nullptr || btf.base() == &base)
    return fail(kRelocateSubject, Errno(EINVAL),
                btf.base() == nullptr ? "it is not split" : "that is its base already");
  Relocation relocation(btf, base);
  if (const auto found = relocation.find(); !found)
    return found;
  Change change(btf);
  if (const auto begun = change.begin(); !begun)
    return begun;
  for (std::uint32_t id = btf.first_id(); id < btf.end_id(); ++id)
    relocation.move_type(change.words(id));
  change.replace_base(base);
  return {};
}

} // namespace ringside::btf
