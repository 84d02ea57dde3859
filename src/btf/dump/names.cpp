// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Names and their suffixes.
#include "btf/dump/names.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "btf/dump/each_type.hpp"

namespace ringside::btf {

std::string_view suffixed_name(std::string_view name, std::uint32_t number,
                               char (&buffer)[kSuffixedSize]) {
  const auto length = static_cast<int>(std::min(name.size(), kSuffixedSize));
  const int written =
      std::snprintf(buffer, kSuffixedSize, "%.*s___%" PRIu32, length, name.data(), number);
  return {buffer, std::min(static_cast<std::size_t>(written), kSuffixedSize - 1)};
}

namespace {

// has_suffix: a text ends as the name of a use that is not the first.
bool has_suffix(std::string_view text) {
  const std::size_t begin = text.find_last_not_of("0123456789") + 1;
  return begin < text.size() && text.substr(0, begin).ends_with("___");
}

} // namespace

// find_suffixed finds the few types whose names end in a suffix, among those that were not looked
// at before. Only the names of these kinds stand in what is printed.
Result<void> Names::find_suffixed() {
  constexpr KindSet kNamed = {kInt, kFloat, kStruct, kUnion, kEnum, kEnum64, kFwd, kTypedef};
  Result<void> found;
  const std::uint32_t end = btf_.end_id();
  each_type(btf_, looked_at_, end, [&](std::uint32_t, Type type) {
    if (!kNamed.has(type.kind()))
      return;
    const std::string_view name = btf_.name(type);
    // Most end in a letter.
    if (!name.empty() && name.back() <= '9' && has_suffix(name) && found)
      found = suffixed_.append(type.name());
  });
  if (found)
    looked_at_ = end;
  return found;
}

Result<bool> Names::is_taken(std::string_view name, std::uint32_t number) {
  if (const auto found = find_suffixed(); !found)
    return found.error();
  char buffer[kSuffixedSize];
  const std::string_view wanted = suffixed_name(name, number, buffer);
  return std::any_of(suffixed_.begin(), suffixed_.end(),
                     [&](std::uint32_t string) { return wanted == btf_.string(string); });
}

// grow makes room for a few names, or for many more than there are: to move them costs more.
Result<void> Names::grow() {
  const std::size_t room = std::max<std::size_t>(10, 4 * room_);
  if (const auto grown = names_.reserve(room); !grown)
    return grown;
  if (const auto grown = index_.reserve(room); !grown)
    return grown;
  room_ = room;
  return {};
}

Result<std::uint32_t> Names::use(std::uint32_t string, std::string_view name, NameSpace space) {
  const auto number = static_cast<std::uint32_t>(names_.size());
  if (number == room_)
    if (const auto grown = grow(); !grown)
      return grown.error();
  const auto known = index_.find_or_insert(hash_text(name), number, [&](std::uint32_t at) {
    const std::uint32_t other = names_.data()[at].string;
    return other == string || name == btf_.string(other);
  });
  if (!known)
    return known;
  const bool is_new = *known == HashIndex::kNone;
  if (is_new)
    if (const auto added = names_.append({string, {0, 0}}); !added)
      return added.error();
  const std::size_t at = is_new ? number : *known;
  std::uint32_t& used = names_.data()[at].used[space == NameSpace::tags ? 0 : 1];
  while (++used > 1) {
    const auto taken = is_taken(name, used);
    if (!taken)
      return taken.error();
    if (!*taken)
      break;
  }
  return used;
}

} // namespace ringside::btf
