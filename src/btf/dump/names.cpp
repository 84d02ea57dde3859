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

Result<std::uint32_t> Names::use(std::uint32_t string, std::string_view name, NameSpace space) {
  const std::uint32_t hash = hash_text(name);
  const std::uint32_t known = index_.find(hash, [&](std::uint32_t number) {
    const std::uint32_t other = names_.data()[number].string;
    return other == string || name == btf_.string(other);
  });
  const std::size_t in_space = space == NameSpace::tags ? 0 : 1;
  if (known == HashIndex::kNone)
    return add(string, hash, in_space);
  std::uint32_t& used = names_[known].used[in_space];
  while (++used > 1) {
    const auto taken = is_taken(name, used);
    if (!taken)
      return taken.error();
    if (!*taken)
      break;
  }
  return used;
}

// add counts the first use of a name.
Result<std::uint32_t> Names::add(std::uint32_t string, std::uint32_t hash, std::size_t in_space) {
  const auto number = static_cast<std::uint32_t>(names_.size());
  Name name{string, {0, 0}};
  name.used[in_space] = 1;
  if (const auto added = names_.append(name); !added)
    return added.error();
  if (const auto indexed = index_.insert(hash, number); !indexed) {
    names_.truncate(number);
    return indexed.error();
  }
  return 1U;
}

} // namespace ringside::btf
