// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Names and their suffixes.
#include "btf/dump/names.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

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

// find_suffixed finds the few strings that end in a suffix.
Result<void> Names::find_suffixed(const Btf& btf) {
  const auto& strings = btf.data().strings;
  const char* const end = strings.data() + strings.size();
  for (const char* text = strings.data(); text < end;) {
    const std::string_view whole(text);
    // Most end in a letter.
    if (!whole.empty() && whole.back() <= '9' && has_suffix(whole))
      if (const auto added = suffixed_.append(text); !added)
        return added;
    text += whole.size() + 1;
  }
  return btf.base() != nullptr ? find_suffixed(*btf.base()) : Result<void>();
}

Result<bool> Names::is_taken(std::string_view name, std::uint32_t number) {
  if (!has_suffixed_)
    if (const auto found = find_suffixed(btf_); !found)
      return found.error();
  has_suffixed_ = true;
  char buffer[kSuffixedSize];
  const std::string_view wanted = suffixed_name(name, number, buffer);
  const bool is_there = std::any_of(suffixed_.begin(), suffixed_.end(),
                                    [&](const char* text) { return wanted == text; });
  return is_there && btf_.find(wanted.data()).has_value();
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
