// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Strings of a BTF: the index over them, and the set that grows.
#include "btf/strings.hpp"

#include <cerrno>
#include <cstring>

namespace ringside::btf {

Result<void> index_strings(std::span<const char> strings, HashIndex& index) {
  // Names of C have some 20 characters. A table that has to grow is moved.
  constexpr std::size_t kUsualSize = 20;
  if (const auto room = index.reserve(strings.size() / kUsualSize); !room)
    return room;
  for (std::size_t offset = 0; offset < strings.size();) {
    const std::string_view text(strings.data() + offset);
    const auto number = static_cast<std::uint32_t>(offset);
    const std::uint32_t hash = hash_text(text);
    const auto is_equal = [&](std::uint32_t other) { return is_at(strings, other, text); };
    if (const auto noted = index.find_or_insert(hash, number, is_equal); !noted)
      return noted.error();
    offset += text.size() + 1;
  }
  return {};
}

std::optional<std::uint32_t> find_string(std::span<const char> strings, const HashIndex& index,
                                         std::string_view text) {
  const std::uint32_t found = index.find(
      hash_text(text), [&](std::uint32_t offset) { return is_at(strings, offset, text); });
  if (found == HashIndex::kNone)
    return {};
  return found;
}

std::optional<std::uint32_t> search_strings(std::span<const char> strings, const char* text) {
  const std::size_t size = std::strlen(text) + 1;
  if (strings.size() >= size && std::memcmp(strings.data(), text, size) == 0)
    return 0;
  // Every other string begins behind a NUL.
  const char* from = strings.data();
  const char* const end = from + strings.size();
  while (const void* found = memmem(from, static_cast<std::size_t>(end - from), text, size)) {
    const char* const at = static_cast<const char*>(found);
    if (at != strings.data() && at[-1] == '\0')
      return static_cast<std::uint32_t>(at - strings.data());
    from = at + 1;
  }
  return {};
}

Result<StringSet> StringSet::of(std::span<const char> strings) {
  StringSet set;
  if (const auto copied = set.strings_.append_all(strings); !copied)
    return copied.error();
  if (const auto indexed = index_strings(set.strings_, set.index_); !indexed)
    return indexed.error();
  return set;
}

Result<std::uint32_t> StringSet::add_new(std::string_view text, std::uint32_t hash,
                                         std::size_t max_size) {
  const std::size_t offset = strings_.size();
  if (offset >= max_size || text.size() >= max_size - offset)
    return Errno(ENOMEM);
  if (const auto text_added = strings_.append_all(std::span(text)); !text_added)
    return text_added.error();
  const auto number = static_cast<std::uint32_t>(offset);
  const auto ended = strings_.append('\0');
  const auto indexed = ended ? index_.insert(hash, number) : ended;
  if (!indexed) {
    strings_.truncate(offset);
    return indexed.error();
  }
  return number;
}

} // namespace ringside::btf
