// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Lists: types that dedup keeps, in lists by a hash of what they look like. Which of several types
// that fit another one becomes depends on the order of a list, so that is the order of libbpf's
// hash table.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/array.hpp"
#include "base/result.hpp"

namespace ringside::btf::dedup {

// A list is visited from its newest entry to its oldest. Each time that the entries of all lists
// have doubled, counted from 3, all lists are reversed, and from then on new entries are at the
// other end.
//
// The lists whose hashes end with the same bits lie in one ring, which is reversed as they are. An
// entry is put in between the ring's back and its front, so the two ends differ only by which of
// them it becomes.
class Lists {
public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // init makes room for entries, which are ids, below `end`. ENOMEM.
  Result<void> init(std::uint32_t end) {
    auto fronts = Array<std::uint32_t>::of_size(std::bit_ceil(std::size_t{end}));
    auto entries = Array<Entry>::of_size(end);
    if (!fronts || !entries)
      return Errno(ENOMEM);
    fronts_ = std::move(*fronts);
    entries_ = std::move(*entries);
    std::fill(fronts_.begin(), fronts_.end(), kNone);
    return {};
  }

  // enter adds an entry to the list of a hash.
  void enter(std::uint32_t hash, std::uint32_t id) {
    Entry& entry = entries_[id];
    entry = {id, id, hash, count_entry()};
    std::uint32_t& front = fronts_[ring_of(hash)];
    if (front != kNone) {
      Entry& first = entries_[front];
      entry.before = first.before;
      entry.behind = front;
      entries_[first.before].behind = id;
      first.before = id;
    }
    if (front == kNone || !is_reversed_)
      front = id;
  }

  // first is the entry that is visited first of those with this hash for which fits(id) holds, next
  // the one that is visited after another. kNone if there is none.
  template <class Fits>
  [[nodiscard]] std::uint32_t first(std::uint32_t hash, Fits fits) const {
    const std::uint32_t start = start_of(hash);
    return start == kNone ? kNone : search(start, start, hash, fits);
  }
  template <class Fits>
  [[nodiscard]] std::uint32_t next(std::uint32_t id, Fits fits) const {
    const std::uint32_t hash = entries_[id].hash;
    const std::uint32_t start = start_of(hash);
    const std::uint32_t follower = follower_of(id);
    return follower == start ? kNone : search(follower, start, hash, fits);
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
    std::uint32_t hash;
    std::int32_t rank;
  };

  [[nodiscard]] std::size_t ring_of(std::uint32_t hash) const {
    return hash & (fronts_.size() - 1);
  }
  // A ring is visited from its start, which follows its last entry.
  [[nodiscard]] std::uint32_t start_of(std::uint32_t hash) const {
    const std::uint32_t front = fronts_[ring_of(hash)];
    return is_reversed_ && front != kNone ? entries_[front].before : front;
  }
  [[nodiscard]] std::uint32_t follower_of(std::uint32_t id) const {
    return is_reversed_ ? entries_[id].before : entries_[id].behind;
  }

  // search is the first that fits, from an entry on and up to the end of the ring.
  template <class Fits>
  [[nodiscard]] std::uint32_t search(std::uint32_t id, std::uint32_t start, std::uint32_t hash,
                                     Fits fits) const {
    const Entry* const entries = entries_.data();
    do {
      if (entries[id].hash == hash && fits(id))
        return id;
      id = is_reversed_ ? entries[id].before : entries[id].behind;
    } while (id != start);
    return kNone;
  }

  // The lists are reversed before the entries number 4, 7, 13, 25 and so on are made. It returns
  // the rank of the entry that is made next.
  std::int32_t count_entry() {
    if (++count_ == next_reversal_) {
      is_reversed_ = !is_reversed_;
      next_reversal_ += next_reversal_ - 1;
    }
    const auto number = static_cast<std::int32_t>(count_);
    return is_reversed_ ? number : -number;
  }

  Array<std::uint32_t> fronts_; // by ring
  Array<Entry> entries_;        // by id
  std::uint64_t count_ = 0;
  std::uint64_t next_reversal_ = 4;
  bool is_reversed_ = false;
};

} // namespace ringside::btf::dedup
