// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// poll_rings: one call of poll, over rings of which the kernel signals some and others are looked
// at by the clock.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "os/clock.hpp"
#include "ring/ready_set.hpp"
#include "ring/turn.hpp"

namespace ringside {

inline constexpr std::uint64_t kNever = UINT64_MAX;

// Why a ring is looked at: it has something unread, before the kernel is asked; or the kernel has
// named it, or it is due by the clock, or the call is about to end, when all rings are looked at.
enum class LookFor { unread, signal, clock, end };
// Looked is what came of it: the call goes on to wait if all looks found nothing, and ends at once
// with a stop.
enum class Looked { nothing, something, stop };

// For what a call needs the time: for nothing, because it waits once, as long as it may; for its
// end, from when a first wait that lasts no time was for nothing; or for each look.
enum class Timed { nothing, end, looks };

// deadline_ns is when a timeout of epoll_wait(2) that begins at `now_ns` is over.
inline std::uint64_t deadline_ns(int timeout_ms, std::uint64_t now_ns) {
  return timeout_ms < 0 ? kNever : now_ns + static_cast<std::uint64_t>(timeout_ms) * os::kNsPerMs;
}

// time_over is whether a call has waited as long as it may.
inline bool time_over(Timed timed, std::uint64_t now_ns, std::uint64_t end_ns) {
  return timed == Timed::nothing || (timed == Timed::looks && now_ns >= end_ns);
}

// any_in_turn is whether `stops(index)` is true of a ring that was named. They are asked in the
// kernel's order, but from the one on whose turn it is.
template <class Stops>
bool any_in_turn(std::span<const epoll_event> named, const Turn& turn, std::size_t ring_count,
                 Stops stops) {
  const auto index_of = [](const epoll_event& event) {
    return static_cast<std::size_t>(event.data.u64);
  };
  const auto comes_before = [&](const epoll_event& one, const epoll_event& other) {
    return turn.place(index_of(one), ring_count) < turn.place(index_of(other), ring_count);
  };
  // One place where rings are looked at, so that the compiler has it in this loop.
  auto at = std::min_element(named.begin(), named.end(), comes_before);
  for (std::size_t left = named.size(); left > 0; --left, ++at) {
    if (at == named.end())
      at = named.begin();
    if (stops(index_of(*at)))
      return true;
  }
  return false;
}

// any_due is the same of the rings that are due.
template <class Due, class Stops>
bool any_due(const Turn turn, std::size_t ring_count, Due due, Stops stops) {
  for (std::size_t step = 0; step < ring_count; ++step)
    if (const std::size_t index = turn.at(step, ring_count); due(index) && stops(index))
      return true;
  return false;
}

// look_at_unread looks at the rings that have something unread, and does not wait.
template <class IsUnread, class Look>
void look_at_unread(std::size_t ring_count, Turn& turn, IsUnread is_unread, Look look) {
  bool begun = false;
  any_due(turn, ring_count, is_unread, [&](std::size_t index) {
    if (!std::exchange(begun, true))
      turn.begun_with(index);
    return look(index, LookFor::unread, 0) == Looked::stop;
  });
}

// poll_rings waits until a look finds something, or for `timeout_ms` as epoll_wait(2) counts it.
// When the time is over, and when a signal handler has run or somebody interrupts, all rings are
// looked at once; EINTR is the result if that finds nothing after a signal.
//   turn                   whose turn it is to be looked at first
//   timed                  for what the time is needed, which is dear to ask for; nothing, unless
//                          some ring may be due before the call's time is over
//   wait(end_ns, now_ns)   waits at most until then, and returns the rings that the kernel names
//   due(index, now_ns)     whether a ring is to be looked at that the kernel has not named
//   look(index, why, now)  looks at a ring, and returns a Looked
// Where the time is not needed yet, `now_ns` is 0.
template <class Wait, class Due, class Look>
Result<void> poll_rings(const ReadySet& ready, std::size_t ring_count, Turn& turn, Timed timed,
                        int timeout_ms, Wait wait, Due due, Look look) {
  std::uint64_t now_ns = timed == Timed::looks ? os::now_ns() : 0;
  std::uint64_t end_ns = deadline_ns(timeout_ms, now_ns);
  for (;;) {
    const auto named = wait(end_ns, now_ns);
    now_ns = timed == Timed::looks ? os::now_ns() : 0;

    bool found = false;
    const auto stops = [&](std::size_t index, LookFor why) {
      const Looked looked = look(index, why, now_ns);
      if (looked != Looked::nothing && !found)
        turn.begun_with(index);
      found = found || looked == Looked::something;
      return looked == Looked::stop;
    };
    if (named && any_in_turn(*named, turn, ring_count,
                             [&](std::size_t index) { return stops(index, LookFor::signal); }))
      return {};
    const bool over = !named || ready.interrupted() || (!found && time_over(timed, now_ns, end_ns));
    const auto to_look_at = [&](std::size_t index) { return over || due(index, now_ns); };
    const LookFor why = over ? LookFor::end : LookFor::clock;
    if ((over || timed != Timed::nothing) &&
        any_due(turn, ring_count, to_look_at, [&](std::size_t index) { return stops(index, why); }))
      return {};
    if (!named && !found)
      return named.error();
    if (found || over)
      return {};
    if (timed == Timed::end) {
      timed = Timed::looks;
      now_ns = os::now_ns();
      end_ns = deadline_ns(timeout_ms, now_ns);
    }
  }
}

} // namespace ringside
