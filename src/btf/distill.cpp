// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Distilling: what of the base is needed, the two new BTFs, and the ids in them.
#include "btf/distill.hpp"

#include <cerrno>

#include "base/failure.hpp"
#include "btf/change.hpp"
#include "btf/check.hpp"
#include "btf/edit.hpp"

namespace ringside::btf {
namespace {

constexpr Subject kDistillSubject("distilling a BTF");

bool is_named_composite(Type type) {
  return type.is_composite() && type.name() != 0;
}
bool is_named_enum(Type type) {
  return type.is_enum() && type.name() != 0;
}
// goes_to_base: what the new base can say. The rest refers to other types, or has no name.
bool goes_to_base(Type type) {
  return type.is(kInt) || type.is(kFloat) || type.is(kFwd) || is_named_composite(type) ||
         is_named_enum(type);
}

class Distilling {
public:
  explicit Distilling(const Btf& from) : from_(from) {}

  Result<Distilled> run() {
    if (const auto found = find_needed(); !found)
      return found.error();
    auto base = Btf::empty(nullptr);
    if (!base)
      return base.error();
    if (const auto filled = fill_base(**base); !filled)
      return filled.error();
    auto split = Btf::empty(base->get());
    if (!split)
      return split.error();
    if (const auto filled = fill_split(**split); !filled)
      return filled.error();
    (*base)->set_order(from_.order());
    (*split)->set_order(from_.order());
    return Distilled{std::move(*base), std::move(*split)};
  }

private:
  // Of new_ids_, before a type has one.
  static constexpr std::uint32_t kNotNeeded = UINT32_MAX;
  static constexpr std::uint32_t kNeeded = UINT32_MAX - 1;

  Result<void> find_needed();
  Result<void> need(Type type, std::uint32_t id);
  Result<void> fill_base(Btf& base);
  Result<void> fill_split(Btf& split);
  Result<std::uint32_t> add_to_base(Btf& base, Type type);
  void renumber(Btf& split);

  const Btf& from_;
  Vector<std::uint32_t> new_ids_; // by id of from_
  Vector<std::uint32_t> left_;    // ids of the base whose references were not followed yet
};

Result<void> Distilling::find_needed() {
  if (const auto made = new_ids_.append_default(from_.end_id()); !made)
    return no_memory(kDistillSubject, "its ids");
  for (std::uint32_t& id : new_ids_)
    id = kNotNeeded;
  new_ids_[0] = 0;
  for (std::uint32_t id = from_.first_id(); id < from_.end_id(); ++id)
    if (const auto needed = need(from_.type(id), id); !needed)
      return needed;
  while (!left_.empty()) {
    const std::uint32_t id = left_.take_last();
    const Type type = from_.type(id);
    if (type.is(kFunc) || type.is(kVar) || type.is(kDatasec) || type.is(kDeclTag))
      return fail(kDistillSubject, Errno(EINVAL), "it needs type %u of its base, a %s", id,
                  kind_name(type.kind()));
    if (is_named_composite(type))
      continue;
    if (const auto needed = need(type, id); !needed)
      return needed;
  }
  return {};
}

// need marks what a type refers to in the base.
Result<void> Distilling::need(Type type, std::uint32_t id) {
  if (const auto known = check_kind(id, type, kDistillSubject); !known)
    return known;
  Result<void> done;
  each_id(type.words(), [&](std::uint32_t target) {
    if (!done || (target < from_.first_id() && new_ids_[target] != kNotNeeded))
      return;
    if (target >= from_.end_id()) {
      done = fail(kDistillSubject, Errno(EINVAL), "type %u refers to type %u of %u", id, target,
                  from_.end_id());
    } else if (target < from_.first_id()) {
      new_ids_[target] = kNeeded;
      if (!left_.append(target))
        done = no_memory(kDistillSubject, "a list of what it needs");
    }
  });
  return done;
}

Result<void> Distilling::fill_base(Btf& base) {
  for (std::uint32_t id = 1; id < from_.first_id(); ++id) {
    if (new_ids_[id] != kNeeded || !goes_to_base(from_.type(id)))
      continue;
    const auto added = add_to_base(base, from_.type(id));
    if (!added)
      return added.error();
    new_ids_[id] = *added;
  }
  return {};
}

Result<std::uint32_t> Distilling::add_to_base(Btf& base, Type type) {
  if (type.is_composite())
    return add_composite(base, type.kind(), from_.name(type), type.size());
  if (type.is_enum())
    return add_enum(base, kEnum, from_.name(type), type.size(), false);
  return add_copy(base, from_, type);
}

// The own types, and then what the base cannot say.
Result<void> Distilling::fill_split(Btf& split) {
  const auto add = [&](std::uint32_t id) -> Result<void> {
    const auto added = add_copy(split, from_, from_.type(id));
    if (!added)
      return added.error();
    new_ids_[id] = *added;
    return {};
  };
  for (std::uint32_t id = from_.first_id(); id < from_.end_id(); ++id)
    if (const auto added = add(id); !added)
      return added;
  for (std::uint32_t id = 1; id < from_.first_id(); ++id)
    if (new_ids_[id] == kNeeded)
      if (const auto added = add(id); !added)
        return added;
  renumber(split);
  return {};
}

void Distilling::renumber(Btf& split) {
  Change change(split);
  for (std::uint32_t id = split.first_id(); id < split.end_id(); ++id)
    each_id(change.words(id), [&](std::uint32_t& target) { target = new_ids_[target]; });
}

} // namespace

Result<Distilled> distill(const Btf& from) {
  if (from.base() == nullptr)
    return fail(kDistillSubject, Errno(EINVAL), "it is not split");
  return Distilling(from).run();
}

} // namespace ringside::btf
