// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadySet: an epoll set with a timer, and room for its answers.
#include "ring/ready_set.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include "os/clock.hpp"
#include "os/epoll.hpp"
#include "os/timer.hpp"

namespace ringside {
namespace {

// What the set knows its timers by.
constexpr std::uint64_t kTimer = UINT64_MAX;
constexpr std::uint64_t kInterrupt = UINT64_MAX - 1;

} // namespace

int ReadySet::whole_ms(std::uint64_t ns) {
  return static_cast<int>(std::min<std::uint64_t>((ns + os::kNsPerMs - 1) / os::kNsPerMs, INT_MAX));
}

Result<ReadySet> ReadySet::make() {
  auto epoll = os::create_epoll();
  if (!epoll)
    return epoll.error();
  ReadySet set;
  set.epoll_ = std::move(*epoll);
  return set;
}

Result<void> ReadySet::reserve(std::size_t capacity) {
  auto ready = Array<epoll_event>::of_size(capacity + 2);
  if (!ready)
    return ready.error();
  larger_ = std::move(*ready);
  return {};
}

Result<void> ReadySet::watch(int fd, std::uint32_t events, std::uint64_t token) {
  return os::control_epoll(epoll_.get(), EPOLL_CTL_ADD, fd, events, token);
}

Result<void> ReadySet::watch_for(int fd, std::uint32_t events, std::uint64_t token) {
  return os::control_epoll(epoll_.get(), EPOLL_CTL_MOD, fd, events, token);
}

void ReadySet::unwatch(int fd) {
  static_cast<void>(os::control_epoll(epoll_.get(), EPOLL_CTL_DEL, fd, 0, 0));
}

Result<void> ReadySet::add_timer() {
  if (timer_)
    return {};
  auto timer = os::create_timer();
  if (!timer)
    return timer.error();
  // A sandbox may know timers, and refuse to set them.
  if (const auto set = os::arm_timer(timer->get(), 0); !set)
    return set.error();
  // An expiry is one event. A timer that cannot be set any more would end every wait.
  if (const auto watched = watch(timer->get(), EPOLLIN | EPOLLET, kTimer); !watched)
    return watched.error();
  timer_ = std::move(*timer);
  return {};
}

bool ReadySet::arm(std::uint64_t at_ns) {
  if (armed_for_ns_ == at_ns)
    return true;
  if (!os::arm_timer(timer_.get(), at_ns))
    return false;
  armed_for_ns_ = at_ns;
  return true;
}

Result<std::span<const epoll_event>> ReadySet::wait_until(std::uint64_t until_ns,
                                                          std::uint64_t now_ns) {
  if (until_ns == UINT64_MAX)
    return wait(-1);
  if (until_ns <= now_ns)
    return wait(0);
  // The timer is exact, but it may be refused, and programs may put something of their own in its
  // place. So it is not trusted alone.
  static_cast<void>(arm(until_ns));
  return wait_as_armed(whole_ms(until_ns - now_ns));
}

Result<std::span<const epoll_event>> ReadySet::wait(int timeout_ms) {
  arm(0);
  return wait_as_armed(timeout_ms);
}

Result<std::span<const epoll_event>> ReadySet::wait_as_armed(int timeout_ms) {
  if (larger_.size() != 0) {
    ready_ = std::move(larger_);
    larger_ = {};
  }
  interrupted_ = false;
  const auto count = os::wait_epoll(epoll_.get(), ready_, timeout_ms);
  if (!count)
    return count.error();
  const std::span<epoll_event> ready = std::span(ready_).first(*count);
  const auto rings_end =
      std::remove_if(ready.begin(), ready.end(), [this](const epoll_event& event) {
        interrupted_ = interrupted_ || event.data.u64 == kInterrupt;
        return event.data.u64 >= kInterrupt;
      });
  // An interrupt that arrives from here on ends the next wait.
  if (interrupted_)
    static_cast<void>(os::arm_timer(interrupt_.get(), 0));
  return std::span<const epoll_event>(ready.begin(), rings_end);
}

Result<void> ReadySet::interrupt() {
  if (interrupt_.get() < 0) {
    auto timer = os::create_timer();
    if (!timer)
      return timer.error();
    interrupt_.offer(std::move(*timer));
  }
  // Of several threads the first one adds it.
  const auto watched = watch(interrupt_.get(), EPOLLIN, kInterrupt);
  if (!watched && watched.error() != Errno(EEXIST))
    return watched;
  constexpr std::uint64_t kLongPast = 1;
  return os::arm_timer(interrupt_.get(), kLongPast);
}

} // namespace ringside
