// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingSet: what sets of rings of both kinds have in common: the rings, waiting for them, reading
// them in turn, and their statistics.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/array.hpp"
#include "base/owned.hpp"
#include "base/shared_word.hpp"
#include "os/clock.hpp"
#include "ring/budget.hpp"
#include "ring/poll_rings.hpp"
#include "ring/ready_set.hpp"
#include "ring/ring_stats.hpp"
#include "ring/turn.hpp"
#include "ring/wakeup_policy.hpp"

namespace ringside {

template <class Ring>
class RingSet {
public:
  // holds_something is whether a ring has anything unread now, written to its end or not.
  [[nodiscard]] bool holds_something() const {
    return std::any_of(rings().begin(), rings().end(),
                       [](const auto& ring) { return ring->unread() != 0; });
  }

  // interrupt makes the poll that is under way, or else the next one, return at once with what it
  // has. Any thread and any signal handler may call it.
  Result<void> interrupt() { return ready_.interrupt(); }

  [[nodiscard]] std::size_t ring_count() const { return load_acquire(ring_count_); }
  [[nodiscard]] Ring& ring(std::size_t index) { return *rings_[index]; }
  [[nodiscard]] const Ring& ring(std::size_t index) const { return *rings_[index]; }
  [[nodiscard]] int epoll_fd() const { return ready_.fd(); }

  // stats is what has gone through a ring, or through all; polls is how often poll was called. Any
  // thread may ask while others read.
  [[nodiscard]] RingStats stats(std::size_t index) const { return rings_[index]->stats(); }
  [[nodiscard]] RingStats stats() const {
    RingStats all;
    for (std::size_t index = 0; index < ring_count(); ++index)
      all = merged(all, stats(index));
    return all;
  }
  [[nodiscard]] std::uint64_t polls() const { return polls_.get(); }

  // being_read is whether a read of a ring has yet to return; see ReadMark. silence is for a set
  // that goes away when none has: handlers are called no more, and calls that are under way go on
  // to no other ring.
  [[nodiscard]] bool being_read(const void* frame) const {
    return std::any_of(rings().begin(), rings().end(),
                       [frame](const auto& ring) { return ring->being_read(frame); });
  }
  void silence() {
    silenced_ = true;
    for (const auto& ring : rings())
      ring->silence();
  }
  [[nodiscard]] bool silenced() const { return silenced_; }

protected:
  RingSet() = default;

  [[nodiscard]] std::span<const Owned<Ring>> rings() const {
    return std::span<const Owned<Ring>>(rings_).first(ring_count_);
  }
  // reserve makes room for `capacity` rings in all; those that are there move to other places of
  // the array. push needs room for one more.
  Result<void> reserve(std::size_t capacity) {
    auto rings = Array<Owned<Ring>>::of_size(capacity);
    if (!rings)
      return rings.error();
    if (const auto room = ready_.reserve(capacity); !room)
      return room;
    std::move(rings_.begin(), rings_.begin() + ring_count_, rings->begin());
    rings_ = std::move(*rings);
    return {};
  }
  void push(Owned<Ring> ring) {
    rings_[ring_count_] = std::move(ring);
    // Pairs with the acquire in ring_count(), by a thread that asks about rings while another
    // polls.
    store_release(ring_count_, ring_count_ + 1);
  }

  void drop_rings() {
    ring_count_ = 0;
    rings_ = Array<Owned<Ring>>();
  }

  [[nodiscard]] ReadySet& ready() { return ready_; }
  void count_poll() { polls_.add(1); }

  // Some rings are by the clock only while by_clock().
  [[nodiscard]] bool by_clock() const { return by_clock_; }
  void set_by_clock(bool by_clock) { by_clock_ = by_clock; }

  // reads_unasked is whether a poll that may do so looks at all rings and does not ask the kernel.
  // The ring that the last one has begun with is likely to have more, and to ask costs as much as
  // to read a few records. To look at many rings costs more than to ask. What a callback was given
  // whose read is under way, or was left, waits for the kernel. A thread is cancelled where it
  // asks, so that is never long in coming.
  [[nodiscard]] bool reads_unasked(bool may) {
    constexpr unsigned kMost = 4;
    constexpr std::size_t kMostRings = 32;
    const bool reads = may && unasked_ < kMost && !ready_.interruptible() && ring_count_ != 0 &&
                       ring_count_ <= kMostRings &&
                       rings_[turn_.at(ring_count_ - 1, ring_count_)]->unread() != 0 &&
                       std::none_of(rings().begin(), rings().end(),
                                    [](const auto& ring) { return ring->has_unfinished_read(); });
    unasked_ += reads ? 1 : 0;
    return reads;
  }
  // unasked is how many polls have done so since the kernel was asked.
  [[nodiscard]] unsigned unasked() const { return unasked_; }
  void set_unasked(unsigned polls) { unasked_ = polls; }

  // earliest_due_ns is when the first of the rings by the clock is due; kNever if there are none.
  [[nodiscard]] std::uint64_t earliest_due_ns() const {
    std::uint64_t due_ns = kNever;
    for (const auto& ring : rings())
      if (ring->wakeups().by_clock())
        due_ns = std::min(due_ns, ring->wakeups().due_ns());
    return due_ns;
  }

  // due_by_clock is whether it is time to look at a ring that is by the clock.
  [[nodiscard]] bool due_by_clock(std::size_t index, std::uint64_t now_ns) const {
    const WakeupPolicy& wakeups = rings_[index]->wakeups();
    return wakeups.by_clock() && wakeups.due(now_ns);
  }

  // time_for is the time of a look at a ring that is not by the clock.
  static std::uint64_t time_for(const WakeupPolicy& wakeups) {
    if (!wakeups.limited())
      return 0;
    // While the ring cannot change, the time that costs less will do.
    const std::uint64_t roughly_ns = os::roughly_now_ns();
    return wakeups.barred(roughly_ns) ? roughly_ns : os::now_ns();
  }

  // poll_with is poll_rings on these rings, or look_at_unread, if that is enough.
  template <class Wait, class Due, class Look>
  Result<void> poll_with(bool unasked, Timed timed, int timeout_ms, Wait wait, Due due, Look look) {
    if (unasked) {
      const auto is_unread = [this](std::size_t index) { return rings_[index]->unread() != 0; };
      look_at_unread(ring_count_, turn_, is_unread, look);
      return {};
    }
    const auto polled = poll_rings(ready_, ring_count_, turn_, timed, timeout_ms, wait, due, look);
    if (by_clock_)
      by_clock_ = earliest_due_ns() != kNever;
    return polled;
  }

  // read_in_turn calls read(index) for each ring, until that says false or the budget, if there is
  // one, is spent. Each call begins with another ring, and behind the one where a budget was spent.
  template <class Read>
  void read_in_turn(const Budget* budget, Read read) {
    const Turn now = turn_;
    const auto spent = [budget] { return budget != nullptr && budget->spent(); };
    for (std::size_t step = 0; step < ring_count_ && !spent(); ++step) {
      const std::size_t index = now.at(step, ring_count_);
      // First, because a callback may leave by an exception.
      if (step == 0)
        turn_.begun_with(index);
      const bool goes_on = read(index);
      if (spent())
        turn_.begun_with(index);
      if (!goes_on || silenced_)
        return;
    }
  }

private:
  ReadySet ready_;
  Array<Owned<Ring>> rings_;
  std::size_t ring_count_ = 0;
  Counter polls_;
  bool by_clock_ = false;
  unsigned unasked_ = 0;
  Turn turn_;
  bool silenced_ = false;
};

} // namespace ringside
