// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// State: what the passes of dedup share. The own types, and what each type has become.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/array.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"

namespace ringside::btf::dedup {

// State knows the ids of the base as well. A type is mapped to another one that says the same,
// to itself if it stays, or to none until that is known.
class State {
public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  // A type whose references are being followed.
  static constexpr std::uint32_t kOpen = UINT32_MAX - 1;

  explicit State(const Btf& btf)
      : btf_(btf), first_id_(btf.first_id()), end_id_(btf.end_id()), words_(btf.data().words),
        starts_(btf.data().starts) {}

  // begin comes first; with a copy the own types can be written to. ENOMEM.
  Result<void> begin(bool copies) {
    auto map = Array<std::uint32_t>::of_size(end_id_);
    if (!map)
      return map.error();
    map_ = std::move(*map);
    std::fill(map_.begin(), map_.end(), kNone);
    if (!copies)
      return {};
    if (const auto copied = copy_.append_all(words_); !copied)
      return copied;
    words_ = copy_;
    return {};
  }

  [[nodiscard]] std::uint32_t first_id() const { return first_id_; }
  [[nodiscard]] std::uint32_t end_id() const { return end_id_; }
  [[nodiscard]] bool is_own(std::uint32_t id) const { return id >= first_id_; }

  // type is any type; own is all words of own ones, from an id up to, and without, another.
  // each_own visits those of each own one, in the copy.
  [[nodiscard]] Type type(std::uint32_t id) const {
    return is_own(id) ? Type(words_.data() + starts_[id - first_id_]) : btf_.type(id);
  }
  [[nodiscard]] std::span<const std::uint32_t> own(std::uint32_t begin, std::uint32_t end) const {
    return words_.subspan(start(begin), start(end) - start(begin));
  }
  template <class Visit>
  void each_own(Visit visit) {
    for (const std::uint32_t start : starts_)
      visit(copy_.data() + start);
  }

  [[nodiscard]] std::uint32_t& map(std::uint32_t id) { return map_[id]; }
  [[nodiscard]] std::uint32_t map(std::uint32_t id) const { return map_[id]; }
  [[nodiscard]] bool is_mapped(std::uint32_t id) const { return map_[id] != kNone; }
  [[nodiscard]] bool stays(std::uint32_t id) const { return map_[id] == id; }
  // resolve follows the map to its end.
  [[nodiscard]] std::uint32_t resolve(std::uint32_t id) const {
    const std::uint32_t* const map = map_.data();
    while (map[id] != kNone && map[id] != id)
      id = map[id];
    return id;
  }

private:
  [[nodiscard]] std::size_t start(std::uint32_t id) const {
    return id != end_id_ ? starts_[id - first_id_] : words_.size();
  }

  const Btf& btf_;
  const std::uint32_t first_id_;
  const std::uint32_t end_id_;
  std::span<const std::uint32_t> words_;
  std::span<const std::uint32_t> starts_;
  Vector<std::uint32_t> copy_;
  Array<std::uint32_t> map_;
};

// same_words: all of two types is the same, ids included.
inline bool same_words(Type one, Type other) {
  return one.info() == other.info() &&
         std::memcmp(one.words(), other.words(), words_of(one.info()) * sizeof(std::uint32_t)) == 0;
}
// same_but_ids: all of two types is the same but for the ids in them.
inline bool same_but_ids(Type one, Type other) {
  if (one.info() != other.info())
    return false;
  const KindLine& line = kKinds[one.kind()];
  const std::uint32_t* const left = one.words();
  const std::uint32_t* const right = other.words();
  for (std::size_t word = 0; word < kHeadWords + line.extra_words; ++word)
    if ((line.ids >> word & 1) == 0 && left[word] != right[word])
      return false;
  if (line.element_words == 0)
    return true;
  for (std::uint32_t index = 0; index < one.elements(); ++index)
    for (std::size_t word = 0; word < line.element_words; ++word)
      if (word != line.element_id && one.element(index)[word] != other.element(index)[word])
        return false;
  return true;
}
// each_id_pair calls visit(id, id) for each id of one type and the id in its place in another that
// is same_but_ids.
template <class Visit>
void each_id_pair(Type one, Type other, Visit visit) {
  each_id(one.words(),
          [&](const std::uint32_t& id) { visit(id, other.words()[&id - one.words()]); });
}
// are_compatible_enums: one of two enums may be the other's forward declaration, or they are equal.
inline bool are_compatible_enums(Type one, Type other) {
  if (one.elements() != 0 && other.elements() != 0)
    return same_words(one, other);
  return one.name() == other.name();
}

// WordHash is a hash of words that are added one by one.
class WordHash {
public:
  void add(std::uint32_t word) { hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15; }
  // value is the upper half, which depends on all bits of all words.
  [[nodiscard]] std::uint32_t value() const { return static_cast<std::uint32_t>(hash_ >> 32); }

private:
  std::uint64_t hash_ = 0;
};

// hash_type is a hash of a type in which of_id(id) stands for each id.
template <class OfId>
std::uint32_t hash_type(Type type, OfId of_id) {
  const KindLine& line = kKinds[type.kind()];
  const std::uint32_t* word = type.words();
  WordHash hash;
  hash.add(word[kNameWord]);
  hash.add(word[kInfoWord]);
  word += kTargetWord;
  for (unsigned ids = line.ids >> kTargetWord, left = 1U + line.extra_words; left != 0;
       --left, ids >>= 1)
    hash.add((ids & 1) != 0 ? of_id(*word++) : *word++);
  if (line.element_words == 0)
    return hash.value();
  for (std::uint32_t left = type.elements(); left != 0; --left)
    for (unsigned at = 0; at < line.element_words; ++at)
      hash.add(at == line.element_id ? of_id(*word++) : *word++);
  return hash.value();
}

} // namespace ringside::btf::dedup
