// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Candidates: one pass over the types of a BTF for all names at once.
#include "co_re/candidates.hpp"

#include <algorithm>
#include <bitset>
#include <cerrno>

#include "base/owned.hpp"

namespace ringside::co_re {
namespace {

btf::Kind searched_kind(btf::Kind kind) {
  return kind == btf::kEnum64 ? btf::kEnum : kind;
}

} // namespace

// Filter rejects most types that are not looked for, by their kind and the first two bytes of their
// name.
class Candidates::Filter {
public:
  void add(std::string_view name, btf::Kind kind) {
    kinds_.add(kind);
    starts_.set(start_of(name[0], name.size() > 1 ? name[1] : '\0'));
    // The first character of the name may be all of it, with a flavor behind.
    if (name.size() == 1)
      starts_.set(start_of(name[0], '_'));
  }
  [[nodiscard]] bool passes(btf::Kind kind) const { return kinds_.has(kind); }
  [[nodiscard]] bool passes(const char* name) const {
    return name[0] != '\0' && starts_.test(start_of(name[0], name[1]));
  }

private:
  static std::size_t start_of(char first, char second) {
    return std::size_t{static_cast<unsigned char>(first)} << 8 | static_cast<unsigned char>(second);
  }

  btf::KindSet kinds_{};
  std::bitset<1 << 16> starts_;
};

std::uint32_t Candidates::find_name(std::string_view name, btf::Kind kind) const {
  return name_index_.find(hash_text(name, kind), [&](std::uint32_t number) {
    return names_[number].kind == kind && names_[number].name == name;
  });
}

// add_name adds the name of a local type to those of the next search.
Result<std::uint32_t> Candidates::add_name(std::uint32_t id) {
  const btf::Type type = local_.type(id);
  const std::string_view name = plain_name(local_.name(type));
  const btf::Kind kind = searched_kind(type.kind());
  if (const std::uint32_t number = find_name(name, kind); number != HashIndex::kNone)
    return number;
  const auto number = static_cast<std::uint32_t>(names_.size());
  Name added;
  added.name = name;
  added.kind = kind;
  if (const auto appended = names_.append(std::move(added)); !appended)
    return appended.error();
  if (const auto indexed = name_index_.insert(hash_text(name, kind), number); !indexed) {
    names_.truncate(number);
    return indexed.error();
  }
  return number;
}

// search looks for the open names among a BTF's own types, and adds what it finds.
Result<void> Candidates::search(const Target& target, const Filter& filter) {
  const btf::Data& data = target.btf->data();
  for (std::size_t index = 0; index < data.starts.size(); ++index) {
    const btf::Type type = data.type(index);
    const btf::Kind kind = searched_kind(type.kind());
    if (!filter.passes(kind))
      continue;
    const char* const name = target.btf->name(type);
    if (!filter.passes(name))
      continue;
    const std::uint32_t number = find_name(plain_name(name), kind);
    if (number == HashIndex::kNone || !names_[number].open)
      continue;
    const auto id = static_cast<std::uint32_t>(target.btf->first_id() + index);
    if (const auto added = names_[number].found.append({target.btf, id}); !added)
      return added;
  }
  return {};
}

// search_main looks for names in the main target, but for those of which it is known what is there.
Result<void> Candidates::search_main(std::span<Name> names, const Filter& filter) {
  const Known* const known = targets_.known;
  bool are_known = true;
  for (Name& name : names) {
    const auto found = known != nullptr ? known->find(known->context, name.name, name.kind,
                                                      *targets_.main.btf, name.found)
                                        : Result<bool>(false);
    if (!found)
      return found.error();
    name.open = !*found;
    are_known = are_known && *found;
  }
  if (are_known)
    return {};
  if (const auto searched = search(targets_.main, filter); !searched)
    return searched;
  for (const Name& name : names)
    if (name.open && known != nullptr)
      known->keep(known->context, name.name, name.kind, {name.found.begin(), name.found.size()});
  return {};
}

// search_all looks for the names from `first` on.
Result<void> Candidates::search_all(std::size_t first) {
  const auto names = std::span(names_.begin(), names_.end()).subspan(first);
  if (names.empty())
    return {};
  auto filter = make<Filter>();
  if (filter == nullptr)
    return Errno(ENOMEM);
  for (const Name& name : names)
    filter->add(name.name, name.kind);
  if (const auto searched = search_main(names, *filter); !searched)
    return searched;

  // A name that the kernel itself has is never looked for in a module.
  for (Name& name : names)
    name.open = name.found.empty();
  const auto is_open = [](const Name& name) { return name.open; };
  if (targets_.modules != nullptr && std::any_of(names.begin(), names.end(), is_open)) {
    const auto modules = targets_.modules(targets_.context);
    if (!modules)
      return modules.error();
    modules_ = *modules;
    for (const Target& module : modules_)
      if (const auto searched = search(module, *filter); !searched)
        return searched;
  }
  for (Name& name : names)
    name.open = false;
  return {};
}

Result<void> Candidates::expect(std::span<const std::uint32_t> ids) {
  const std::size_t first = names_.size();
  for (const std::uint32_t id : ids)
    if (local_.name(local_.type(id))[0] != '\0')
      if (const auto added = add_name(id); !added)
        return added.error();
  return search_all(first);
}

Result<Vector<TypeRef>*> Candidates::of(std::uint32_t id) {
  const std::uint32_t hash = hash_bytes(&id, sizeof(id));
  const std::uint32_t known =
      list_index_.find(hash, [&](std::uint32_t number) { return lists_[number].id == id; });
  if (known != HashIndex::kNone)
    return &lists_[known].candidates;

  const std::size_t first = names_.size();
  const auto name = add_name(id);
  if (!name)
    return name.error();
  if (const auto searched = search_all(first); !searched)
    return searched.error();
  List list;
  list.id = id;
  if (const auto copied = list.candidates.append_all(names_[*name].found); !copied)
    return copied.error();
  const auto number = static_cast<std::uint32_t>(lists_.size());
  if (const auto added = lists_.append(std::move(list)); !added)
    return added.error();
  if (const auto indexed = list_index_.insert(hash, number); !indexed) {
    lists_.truncate(number);
    return indexed.error();
  }
  return &lists_[number].candidates;
}

const char* Candidates::name_of(const btf::Btf* btf) const {
  for (const Target& module : modules_)
    if (module.btf == btf)
      return module.name;
  return targets_.main.name;
}

} // namespace ringside::co_re
