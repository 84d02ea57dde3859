// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// State: what the passes of dedup share. The own types, what each type has become, and the lists of
// those that stay.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/array.hpp"
#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"
#include "btf/dedup/lists.hpp"

namespace ringside::btf::dedup {

// State knows the ids of the base as well. A type is mapped to another one that says the same,
// to itself if it stays, or to none until that is known.
class State {
public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  // A type whose references are being followed.
  static constexpr std::uint32_t kOpen = UINT32_MAX - 1;

  explicit State(const Btf& btf) : btf_(btf), starts_(btf.data().starts) {}

  // begin comes first; with a copy the own types can be written to. ENOMEM.
  Result<void> begin(bool copies) {
    auto map = Array<std::uint32_t>::of_size(end_id());
    if (!map)
      return map.error();
    map_ = std::move(*map);
    std::fill(map_.begin(), map_.end(), kNone);
    own_ = btf_.data().words.data();
    if (copies) {
      if (const auto copied = copy_.append_all(btf_.data().words); !copied)
        return copied;
      own_ = copy_.data();
    }
    return lists_.init(end_id());
  }

  [[nodiscard]] std::uint32_t first_id() const { return btf_.first_id(); }
  [[nodiscard]] std::uint32_t end_id() const { return btf_.end_id(); }
  [[nodiscard]] bool is_own(std::uint32_t id) const { return id >= first_id(); }

  // type is any type; words is those of an own one, writable_words in the copy.
  [[nodiscard]] const std::uint32_t* words(std::uint32_t id) const {
    return own_ + starts_[id - first_id()];
  }
  [[nodiscard]] std::uint32_t* writable_words(std::uint32_t id) {
    return copy_.data() + starts_[id - first_id()];
  }
  [[nodiscard]] Type type(std::uint32_t id) const {
    return is_own(id) ? Type(words(id)) : btf_.type(id);
  }

  [[nodiscard]] std::uint32_t& map(std::uint32_t id) { return map_[id]; }
  [[nodiscard]] std::uint32_t map(std::uint32_t id) const { return map_[id]; }
  [[nodiscard]] bool is_mapped(std::uint32_t id) const { return map_.data()[id] != kNone; }
  // resolve follows the map to its end.
  [[nodiscard]] std::uint32_t resolve(std::uint32_t id) const {
    const std::uint32_t* const map = map_.data();
    while (map[id] != kNone && map[id] != id)
      id = map[id];
    return id;
  }

  [[nodiscard]] Lists& lists() { return lists_; }

private:
  const Btf& btf_;
  std::span<const std::uint32_t> starts_;
  Vector<std::uint32_t> copy_;
  const std::uint32_t* own_ = nullptr;
  Array<std::uint32_t> map_;
  Lists lists_;
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

// mixed is a hash of one more word.
inline std::uint32_t mixed(std::uint32_t hash, std::uint32_t word) {
  constexpr std::uint32_t kOdd = 0x9e3779b1;
  hash = (hash ^ word) * kOdd;
  return hash ^ hash >> 15;
}

// hash_type is a hash of a type in which of_id(id) stands for each id.
template <class OfId>
std::uint32_t hash_type(Type type, OfId of_id) {
  const KindLine& line = kKinds[type.kind()];
  const std::uint32_t* word = type.words();
  std::uint32_t hash = mixed(mixed(0, word[kNameWord]), word[kInfoWord]);
  word += kTargetWord;
  for (unsigned ids = line.ids >> kTargetWord, left = 1U + line.extra_words; left != 0;
       --left, ids >>= 1)
    hash = mixed(hash, (ids & 1) != 0 ? of_id(*word++) : *word++);
  if (line.element_words == 0)
    return hash;
  for (std::uint32_t left = type.elements(); left != 0; --left)
    for (unsigned at = 0; at < line.element_words; ++at)
      hash = mixed(hash, at == line.element_id ? of_id(*word++) : *word++);
  return hash;
}

inline std::uint32_t hash_words(Type type) {
  return hash_bytes(type.words(), words_of(type.info()) * sizeof(std::uint32_t));
}

// first_equal is the first type that stays and has the same words as `type`, or Lists::kNone.
// enter_equal puts a type into the list of those that are equal to it. ENOMEM.
inline std::uint32_t first_equal(State& state, Type type) {
  return state.lists().first(
      hash_words(type), [&](std::uint32_t other) { return same_words(state.type(other), type); });
}
inline Result<void> enter_equal(State& state, std::uint32_t id) {
  const Type type = state.type(id);
  return state.lists().enter(hash_words(type), id, [&](std::uint32_t other) {
    return same_words(state.type(other), type);
  });
}

} // namespace ringside::btf::dedup
