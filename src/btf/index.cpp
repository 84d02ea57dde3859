// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Finding types by name and kind, and strings by their text. The first question is answered by a
// search. From the second on an index is worth what it costs, where the Btf cannot change.
#include <cerrno>
#include <cstring>

#include "btf/btf.hpp"

namespace ringside::btf {
namespace {

// The index has the number of the first type of each name and kind, so a file in which all types
// have one name costs no more than others.
Result<void> index_names(const Btf& btf, HashIndex& index) {
  const Data& data = btf.data();
  // Half of the types of a kernel have names.
  if (const auto room = index.reserve(data.starts.size() / 2); !room)
    return room;
  for (std::uint32_t number = 0; number < data.starts.size(); ++number) {
    const Type type = data.type(number);
    if (type.name() == 0)
      continue;
    const std::string_view name(btf.name(type));
    const std::uint32_t hash = hash_text(name);
    const auto is_same = [&](std::uint32_t other) {
      return data.type(other).is(type.kind()) && name == btf.name(data.type(other));
    };
    if (const auto noted = index.find_or_insert(hash, number, is_same); !noted)
      return noted.error();
  }
  return {};
}

// index_in is the index in a slot, made now if it is wanted for the second time. Null: there is
// none yet, or no memory for one.
template <class Fill>
const HashIndex* index_in(const Lazy<HashIndex>& slot, Fill fill) {
  if (!slot.second_time())
    return nullptr;
  if (const HashIndex* const index = slot.get())
    return index;
  auto index = make<HashIndex>();
  if (index == nullptr || !fill(*index))
    return nullptr;
  return &slot.keep(std::move(index));
}

std::optional<std::uint32_t> found(std::uint32_t number) {
  return number != HashIndex::kNone ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<std::uint32_t> Btf::find(const char* name, Kind kind, std::uint32_t end) const {
  if (place_.base != nullptr)
    if (const auto id = place_.base->find(name, kind, std::min(end, place_.first_id)))
      return id;
  const auto number = find_own(name, kind);
  if (!number || *number >= end - std::min(end, place_.first_id))
    return {};
  return place_.first_id + *number;
}

std::optional<std::uint32_t> Btf::find_own(const char* name, Kind kind) const {
  const auto is_it = [&](std::uint32_t number) {
    const Type type = data_.type(number);
    return (kind == kAnyKind || type.is(kind)) && std::strcmp(this->name(type), name) == 0;
  };
  // Unnamed types are many and early.
  const auto fill = [&](HashIndex& index) { return index_names(*this, index); };
  if (image_ != nullptr && name[0] != '\0')
    if (const auto* index = index_in(image_->names(), fill))
      return found(index->find(hash_text(name), is_it));
  for (std::uint32_t number = 0; number < data_.starts.size(); ++number)
    if (is_it(number))
      return number;
  return {};
}

std::optional<std::uint32_t> Btf::find_string(const char* text, std::uint32_t end) const {
  if (text[0] == '\0')
    return 0;
  if (place_.base != nullptr)
    if (const auto offset = place_.base->find_string(text, std::min(end, place_.first_string)))
      return offset;
  const auto offset = find_own_string(text);
  if (!offset || *offset >= end - std::min(end, place_.first_string))
    return {};
  return place_.first_string + *offset;
}

std::optional<std::uint32_t> Btf::find_own_string(const char* text) const {
  if (image_ == nullptr)
    return edited_.strings.find(text);
  const auto fill = [&](HashIndex& index) { return index_strings(data_.strings, index); };
  if (const auto* index = index_in(image_->strings(), fill))
    return btf::find_string(data_.strings, *index, text);
  return search_strings(data_.strings, text);
}

} // namespace ringside::btf
