// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Lists: types that dedup keeps, in lists by what they look like. Which of several equal types
// another one becomes depends on the order of a list, so that is the order of libbpf's hash table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/array.hpp"
#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::btf::dedup {

// A list is visited from its newest entry to its oldest. Each time that the entries of all lists
// have doubled, counted from 3, all lists are reversed, and from then on new entries are at the
// other end.
class Lists {
public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // init makes room for entries, which are ids, below `end`. ENOMEM.
  Result<void> init(std::uint32_t end) {
    auto entries = Array<Entry>::of_size(end);
    if (!entries)
      return entries.error();
    entries_ = std::move(*entries);
    return {};
  }

  // enter adds an entry to a list, which is made if there is none: the list with this hash for one
  // of whose entries, and so for all, equal(entry) holds. ENOMEM.
  template <class Equal>
  Result<void> enter(std::uint32_t hash, std::uint32_t id, Equal equal) {
    const std::uint32_t number = find(hash, equal);
    if (number == HashIndex::kNone)
      return enter_alone(hash, id);
    const std::int32_t rank = count_entry();
    List& list = lists_[number];
    if (is_reversed_) {
      entries_[id] = {list.back, kNone, rank};
      entries_[list.back].behind = id;
      list.back = id;
    } else {
      entries_[id] = {kNone, list.front, -rank};
      entries_[list.front].before = id;
      list.front = id;
    }
    return {};
  }

  // enter_alone is the same where it is known that there is no such list.
  Result<void> enter_alone(std::uint32_t hash, std::uint32_t id) {
    const std::int32_t rank = count_entry();
    entries_[id] = {kNone, kNone, is_reversed_ ? rank : -rank};
    const auto made = static_cast<std::uint32_t>(lists_.size());
    if (const auto added = lists_.append({id, id}); !added)
      return added;
    return index_.insert(hash, made);
  }

  // first is the entry of a list that is visited first, or kNone if there is no such list; next is
  // the one behind another, or kNone.
  template <class Equal>
  [[nodiscard]] std::uint32_t first(std::uint32_t hash, Equal equal) const {
    const std::uint32_t number = find(hash, equal);
    if (number == HashIndex::kNone)
      return kNone;
    return is_reversed_ ? lists_[number].back : lists_[number].front;
  }
  [[nodiscard]] std::uint32_t next(std::uint32_t id) const {
    return is_reversed_ ? entries_[id].before : entries_[id].behind;
  }

  // rank ascends from the front of any list to its back. comes_before is whether one entry would be
  // visited before another if they were in one list.
  [[nodiscard]] std::int32_t rank(std::uint32_t id) const { return entries_[id].rank; }
  [[nodiscard]] bool comes_before(std::uint32_t one, std::uint32_t other) const {
    return is_reversed_ ? rank(one) > rank(other) : rank(one) < rank(other);
  }

private:
  struct Entry {
    std::uint32_t before, behind;
    std::int32_t rank;
  };
  struct List {
    std::uint32_t front, back;
  };

  template <class Equal>
  [[nodiscard]] std::uint32_t find(std::uint32_t hash, Equal equal) const {
    return index_.find(hash, [&](std::uint32_t number) { return equal(lists_[number].front); });
  }

  // The lists are reversed before the entries number 4, 7, 13, 25 and so on are made. It returns
  // the number of the entry that is made next.
  std::int32_t count_entry() {
    if (++count_ == next_reversal_) {
      is_reversed_ = !is_reversed_;
      next_reversal_ += next_reversal_ - 1;
    }
    return static_cast<std::int32_t>(count_);
  }

  HashIndex index_; // numbers of lists, by the hash of their entries
  Vector<List> lists_;
  Array<Entry> entries_; // by id
  std::uint64_t count_ = 0;
  std::uint64_t next_reversal_ = 4;
  bool is_reversed_ = false;
};

} // namespace ringside::btf::dedup
