// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// HashIndex: numbers found by the hash of what they stand for. The one hash table of the library.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/vector.hpp"

namespace ringside {

// hash_bytes is a hash of some bytes, the same in each run. The author of a file can make its names
// collide; then a look-up costs as much as a search through a list.
inline std::uint32_t hash_bytes(const void* bytes, std::size_t size, std::uint64_t seed = 0) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  const auto* next = static_cast<const unsigned char*>(bytes);
  std::uint64_t hash = seed ^ (size * kOdd);
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * kOdd;
    hash ^= hash >> 29;
  };
  for (; size >= 8; size -= 8, next += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, next, 8);
    mix(word);
  }
  // The last 1 to 7 bytes, by copies whose sizes the compiler knows.
  if (size >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, next, 4);
    std::memcpy(&last, next + size - 4, 4);
    mix(std::uint64_t{first} << 32 | last);
  } else if (size != 0) {
    mix(std::uint64_t{next[0]} << 16 | std::uint64_t{next[size / 2]} << 8 | next[size - 1]);
  }
  hash *= kOdd;
  return static_cast<std::uint32_t>(hash >> 32);
}
inline std::uint32_t hash_text(std::string_view text, std::uint64_t seed = 0) {
  return hash_bytes(text.data(), text.size(), seed);
}

// HashIndex is an open table of {hash, number}. What a number stands for, and what is equal, only
// its owner knows: the owner gives the hash, and an `equal(number)` that is called for numbers of
// the same 32-bit hash alone. Numbers of one hash are found in the order in which they were added.
class HashIndex {
public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // reserve makes room for `count` numbers in all. ENOMEM.
  Result<void> reserve(std::size_t count) {
    // At most two thirds of the slots are used.
    const std::size_t wanted = count + count / 2 + 1;
    return wanted <= slots_.size() ? Result<void>() : move_to(std::bit_ceil(wanted));
  }

  // find is the first number with this hash for which `equal` holds, or kNone.
  template <class Equal>
  [[nodiscard]] std::uint32_t find(std::uint32_t hash, Equal equal) const {
    if (slots_.empty())
      return kNone;
    const Slot* const slots = slots_.data();
    for (std::size_t at = hash & mask(); slots[at].number != kNone; at = (at + 1) & mask())
      if (slots[at].hash == hash && equal(slots[at].number))
        return slots[at].number;
    return kNone;
  }

  // insert adds a number, which must not be kNone, whether or not an equal one is there. ENOMEM
  // leaves the index as it was.
  Result<void> insert(std::uint32_t hash, std::uint32_t number) {
    if (const auto room = reserve(count_ + 1); !room)
      return room;
    place(slots_.data(), mask(), {hash, number});
    ++count_;
    return {};
  }

  // find_or_insert is find, and inserts `number` where it finds none.
  template <class Equal>
  Result<std::uint32_t> find_or_insert(std::uint32_t hash, std::uint32_t number, Equal equal) {
    if (const auto room = reserve(count_ + 1); !room)
      return room.error();
    Slot* const slots = slots_.data();
    std::size_t at = hash & mask();
    for (; slots[at].number != kNone; at = (at + 1) & mask())
      if (slots[at].hash == hash && equal(slots[at].number))
        return slots[at].number;
    slots[at] = {hash, number};
    ++count_;
    return kNone;
  }

  [[nodiscard]] std::size_t size() const { return count_; }
  void clear() {
    slots_ = {};
    count_ = 0;
  }

private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = kNone;
  };

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }

  static void place(Slot* slots, std::size_t mask, Slot slot) {
    std::size_t at = slot.hash & mask;
    while (slots[at].number != kNone)
      at = (at + 1) & mask;
    slots[at] = slot;
  }

  Result<void> move_to(std::size_t size) {
    Vector<Slot> larger;
    if (const auto room = larger.append_default(size); !room)
      return room;
    // A run of slots may go on at the beginning of the table. To begin behind an empty slot keeps
    // the order within each run.
    std::size_t begin = 0;
    while (begin < slots_.size() && slots_[begin].number != kNone)
      ++begin;
    for (std::size_t step = 0; step < slots_.size(); ++step)
      if (const Slot& slot = slots_[(begin + step) & mask()]; slot.number != kNone)
        place(larger.data(), size - 1, slot);
    slots_ = std::move(larger);
    return {};
  }

  Vector<Slot> slots_;
  std::size_t count_ = 0;
};

} // namespace ringside
