// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// poll_rings: one call of poll, over rings of which the kernel signals some and others are looked
// at by the clock.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "os/os.hpp"
#include "ring/ready_set.hpp"
#include "ring/turn.hpp"
#include "ring/wakeup_policy.hpp"

namespace ringside {

inline constexpr std::uint64_t kNever = UINT64_MAX;

// Why a ring is looked at: the kernel has named it, or it is due by the clock, or the call is about
// to end, when all rings are looked at.
enum class LookFor { signal, clock, end };
// Looked is what came of it: the call goes on to wait if all looks found nothing, and ends at once
// with a stop.
enum class Looked { nothing, something, stop };

// deadline_ns is when a timeout of epoll_wait(2) that begins at `now_ns` is over.
inline std::uint64_t deadline_ns(int timeout_ms, std::uint64_t now_ns) {
  constexpr std::uint64_t kNsPerMs = 1'000'000;
  return timeout_ms < 0 ? kNever : now_ns + static_cast<std::uint64_t>(timeout_ms) * kNsPerMs;
}

// earliest_due is when the first of the rings by the clock is due; kNever if there are none.
template <class Policy>
std::uint64_t earliest_due(std::size_t ring_count, Policy policy) {
  std::uint64_t due_ns = kNever;
  for (std::size_t index = 0; index < ring_count; ++index)
    if (policy(index).by_clock())
      due_ns = std::min(due_ns, policy(index).due_ns());
  return due_ns;
}

// poll_rings waits until a look finds something, or for `timeout_ms` as epoll_wait(2) counts it.
// When the time is over, and when a signal handler has run or somebody interrupts, all rings are
// looked at once; EINTR is the result if that finds nothing after a signal.
//   turn                   whose turn it is to be looked at first
//   by_clock               whether some ring is by the clock: else there is one wait, without a
//                          timer
//   policy(index)          a ring's WakeupPolicy
//   look(index, why, now)  looks at a ring, and returns a Looked
template <class Policy, class Look>
Result<void> poll_rings(ReadySet& ready, std::size_t ring_count, Turn& turn, bool by_clock,
                        int timeout_ms, Policy policy, Look look) {
  std::uint64_t now_ns = by_clock ? os::now_ns() : 0;
  const std::uint64_t end_ns = deadline_ns(timeout_ms, now_ns);
  for (;;) {
    const auto named =
        by_clock ? ready.wait_until(std::min(earliest_due(ring_count, policy), end_ns), now_ns)
                 : ready.wait(timeout_ms);
    now_ns = os::now_ns();

    bool found = false;
    const auto stops = [&](std::size_t index, LookFor why) {
      const Looked looked = look(index, why, now_ns);
      if (looked == Looked::something && !found)
        turn.took(index);
      found = found || looked == Looked::something;
      return looked == Looked::stop;
    };
    if (named && !named->empty()) {
      const auto place = [&](const epoll_event& event) {
        return turn.place(static_cast<std::size_t>(event.data.u64), ring_count);
      };
      const auto first = std::min_element(named->begin(), named->end(),
                                          [&](const epoll_event& one, const epoll_event& other) {
                                            return place(one) < place(other);
                                          });
      const auto stops_at = [&](const epoll_event& event) {
        return stops(static_cast<std::size_t>(event.data.u64), LookFor::signal);
      };
      if (std::any_of(first, named->end(), stops_at) ||
          std::any_of(named->begin(), first, stops_at))
        return {};
    }
    const bool over = !named || ready.interrupted() || (!found && (!by_clock || now_ns >= end_ns));
    const auto due = [&](const WakeupPolicy& ring) { return ring.by_clock() && ring.due(now_ns); };
    const Turn now = turn;
    for (std::size_t step = 0; (over || by_clock) && step < ring_count; ++step) {
      const std::size_t index = now.at(step, ring_count);
      if ((over || due(policy(index))) && stops(index, over ? LookFor::end : LookFor::clock))
        return {};
    }
    if (found)
      return {};
    if (!named)
      return named.error();
    if (over)
      return {};
  }
}

} // namespace ringside
