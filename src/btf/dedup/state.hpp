// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// State: what the passes of dedup share. A copy of the own types, what each type has become,
// and the lists of those that stay.
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

  // begin copies the own types. ENOMEM.
  Result<void> begin() {
    auto map = Array<std::uint32_t>::of_size(end_id());
    if (!map)
      return map.error();
    map_ = std::move(*map);
    std::fill(map_.begin(), map_.end(), kNone);
    if (const auto copied = words_.append_all(btf_.data().words); !copied)
      return copied;
    return lists_.init(end_id());
  }

  [[nodiscard]] std::uint32_t first_id() const { return btf_.first_id(); }
  [[nodiscard]] std::uint32_t end_id() const { return btf_.end_id(); }
  [[nodiscard]] bool is_own(std::uint32_t id) const { return id >= first_id(); }

  // words is the own types. type is any, own_words one of the own to be written to.
  [[nodiscard]] Vector<std::uint32_t>& words() { return words_; }
  [[nodiscard]] std::uint32_t* own_words(std::uint32_t id) {
    return words_.data() + starts_[id - first_id()];
  }
  [[nodiscard]] Type type(std::uint32_t id) const {
    return is_own(id) ? Type(words_.data() + starts_[id - first_id()]) : btf_.type(id);
  }

  [[nodiscard]] std::uint32_t& map(std::uint32_t id) { return map_[id]; }
  [[nodiscard]] std::uint32_t map(std::uint32_t id) const { return map_[id]; }
  [[nodiscard]] bool is_mapped(std::uint32_t id) const { return map_[id] != kNone; }
  // resolve follows the map to its end.
  [[nodiscard]] std::uint32_t resolve(std::uint32_t id) const {
    while (map_[id] != kNone && map_[id] != id)
      id = map_[id];
    return id;
  }

  [[nodiscard]] Lists& lists() { return lists_; }

private:
  const Btf& btf_;
  std::span<const std::uint32_t> starts_;
  Vector<std::uint32_t> words_;
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
