// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Strings of a BTF: one run of texts, each ended by a NUL and known by its offset.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::btf {

// Functions that return an offset return it as an int.
inline constexpr std::size_t kMaxStrings = std::size_t{1} << 31;

// is_at: a string is `text`, up to its NUL. The offset is one of the run.
inline bool is_at(std::span<const char> strings, std::uint32_t offset, std::string_view text) {
  return strings.size() - offset > text.size() &&
         std::memcmp(strings.data() + offset, text.data(), text.size()) == 0 &&
         strings[offset + text.size()] == '\0';
}

// index_strings fills an empty index with all strings of a run whose last byte is NUL. ENOMEM.
Result<void> index_strings(std::span<const char> strings, HashIndex& index);

// find_string is the offset of the first string that is `text`; one that is only the end of another
// string is not found.
std::optional<std::uint32_t> find_string(std::span<const char> strings, const HashIndex& index,
                                         std::string_view text);

// search_strings is the same without an index, slower.
std::optional<std::uint32_t> search_strings(std::span<const char> strings, const char* text);

// StringSet is strings that grow and are held once each.
class StringSet {
public:
  // of begins with a copy of `strings`, which may be empty. ENOMEM.
  static Result<StringSet> of(std::span<const char> strings);

  // reserve makes room for `count` more strings of `size` bytes in all. ENOMEM.
  Result<void> reserve(std::size_t count, std::size_t size) {
    if (const auto room = index_.reserve(index_.size() + count); !room)
      return room;
    return strings_.reserve(strings_.size() + size);
  }

  // add is the offset of `text`, which is added if it is not there. The text may lie in this set.
  // ENOMEM, also where the strings would have more than `max_size` bytes.
  Result<std::uint32_t> add(std::string_view text, std::size_t max_size = kMaxStrings) {
    const std::uint32_t hash = hash_text(text);
    const std::uint32_t found =
        index_.find(hash, [&](std::uint32_t offset) { return is_at(strings_, offset, text); });
    return found != HashIndex::kNone ? Result(found) : add_new(text, hash, max_size);
  }

  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const {
    return find_string(strings_, index_, text);
  }

  [[nodiscard]] std::span<const char> view() const { return strings_; }

private:
  Result<std::uint32_t> add_new(std::string_view text, std::uint32_t hash, std::size_t max_size);

  Vector<char> strings_;
  HashIndex index_;
};

} // namespace ringside::btf
