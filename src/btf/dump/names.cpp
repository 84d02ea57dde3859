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

// find_suffixed finds the few strings that have three underscores. One of them is at a place that
// is a multiple of three steps from where the search begins.
Result<void> Names::find_suffixed(const Btf& btf) {
  constexpr std::size_t kUnderscores = 3;
  const auto& strings = btf.data().strings;
  const std::string_view all(strings.data(), strings.size());
  for (std::size_t at = kUnderscores - 1; at < all.size(); at += kUnderscores) {
    if (all[at] != '_')
      continue;
    std::size_t begin = at;
    while (begin > 0 && all[begin - 1] == '_')
      --begin;
    const std::size_t end = all.find_first_not_of('_', at);
    if (end - begin < kUnderscores)
      continue;
    const std::size_t nul = all.rfind('\0', begin);
    if (const auto added =
            suffixed_.append(all.data() + (nul == std::string_view::npos ? 0 : nul + 1));
        !added)
      return added;
    at = all.find('\0', at);
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

Result<std::uint32_t> Names::use(std::uint32_t string, NameSpace space) {
  const std::string_view name = btf_.string(string);
  const std::uint32_t hash = hash_text(name);
  const auto is_it = [&](std::uint32_t number) {
    const std::uint32_t other = names_[number].string;
    return other == string || name == btf_.string(other);
  };
  std::uint32_t number = index_.find(hash, is_it);
  if (number == HashIndex::kNone) {
    number = static_cast<std::uint32_t>(names_.size());
    if (const auto added = names_.append({string, {0, 0}}); !added)
      return added.error();
    if (const auto indexed = index_.insert(hash, number); !indexed) {
      names_.truncate(number);
      return indexed.error();
    }
  }
  std::uint32_t& used = names_[number].used[space == NameSpace::tags ? 0 : 1];
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
