// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Permuting: the order is checked, the types are copied in it, and then they replace the old ones.
#include "btf/permute.hpp"

#include <cerrno>

#include "base/failure.hpp"
#include "btf/change.hpp"
#include "btf/check.hpp"

namespace ringside::btf {
namespace {

constexpr Subject kPermuteSubject("permuting a BTF");

// old_order is the old number of each own type, by its new number.
Result<Vector<std::uint32_t>> old_order(const Btf& btf, std::span<const std::uint32_t> new_ids) {
  constexpr std::uint32_t kNone = UINT32_MAX;
  Vector<std::uint32_t> order;
  if (const auto made = order.append_default(new_ids.size()); !made)
    return no_memory(kPermuteSubject, "an order");
  for (std::uint32_t& number : order)
    number = kNone;
  for (std::size_t number = 0; number < new_ids.size(); ++number) {
    const std::uint32_t place = new_ids[number] - btf.first_id();
    if (place >= order.size())
      return fail(kPermuteSubject, Errno(EINVAL), "the new id %u is none of %u to %u",
                  new_ids[number], btf.first_id(), btf.end_id() - 1);
    if (order[place] != kNone)
      return fail(kPermuteSubject, Errno(EINVAL), "two types get the new id %u", new_ids[number]);
    order[place] = static_cast<std::uint32_t>(number);
  }
  return order;
}

// check_ids: each id in a type, and in `ext`, is there.
Result<void> check_ids(const Btf& btf, Ext* ext) {
  std::uint32_t highest = 0;
  const auto see = [&](std::uint32_t id) { highest = std::max(highest, id); };
  for (std::uint32_t id = btf.first_id(); id < btf.end_id(); ++id) {
    const Type type = btf.type(id);
    if (const auto known = check_kind(id, type, kPermuteSubject); !known)
      return known;
    each_id(type.words(), see);
  }
  if (ext != nullptr)
    ext->each_id(see);
  if (highest >= btf.end_id())
    return fail(kPermuteSubject, Errno(EINVAL), "something refers to type %u of %u", highest,
                btf.end_id());
  return {};
}

// own_ids is the new ids of the own types alone.
Result<std::span<const std::uint32_t>> own_ids(const Btf& btf,
                                               std::span<const std::uint32_t> new_ids) {
  const std::size_t wanted = btf.base() == nullptr ? btf.end_id() : btf.end_id() - btf.first_id();
  if (new_ids.size() != wanted)
    return fail(kPermuteSubject, Errno(EINVAL), "%zu new ids are given for %zu", new_ids.size(),
                wanted);
  if (btf.base() != nullptr)
    return new_ids;
  if (new_ids[0] != 0)
    return fail(kPermuteSubject, Errno(EINVAL), "void gets the id %u", new_ids[0]);
  return new_ids.subspan(1);
}

} // namespace

Result<void> permute(Btf& btf, std::span<const std::uint32_t> new_ids, Ext* ext) {
  const auto ids = own_ids(btf, new_ids);
  if (!ids)
    return ids.error();
  const auto order = old_order(btf, *ids);
  if (!order)
    return order.error();
  if (const auto sound = check_ids(btf, ext); !sound)
    return sound;
  const auto renumber = [&](std::uint32_t& id) {
    id = id < btf.first_id() ? id : (*ids)[id - btf.first_id()];
  };

  Vector<std::uint32_t> words;
  Vector<std::uint32_t> starts;
  const Data& data = btf.data();
  if (!words.reserve(data.words.size()) || !starts.reserve(data.starts.size()))
    return no_memory(kPermuteSubject, "a copy of its types");
  for (const std::uint32_t number : *order) {
    const Type type = data.type(number);
    const auto start = static_cast<std::uint32_t>(words.size());
    if (!starts.append(start) || !words.append_all({type.words(), words_of(type.info())}))
      return no_memory(kPermuteSubject, "a copy of its types");
    each_id(&words[start], renumber);
  }
  Change change(btf);
  if (const auto begun = change.begin_replacing(false); !begun)
    return begun;
  if (ext != nullptr) {
    ext->each_id(renumber);
    ext->drop_foreign();
  }
  change.replace_types(std::move(words), std::move(starts));
  return {};
}

} // namespace ringside::btf
