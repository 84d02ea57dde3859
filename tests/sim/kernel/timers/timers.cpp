// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Timers: arming, asking, and when the next one expires.
#include "sim/kernel/timers/timers.hpp"

#include <algorithm>
#include <cerrno>

#include "sim/kernel/host.hpp"
#include "sim/kernel/timespec.hpp"

namespace ringside::sim {

std::uint64_t Timers::next_ns() const {
  std::uint64_t next = kNever;
  for (const auto& known : timers_)
    if (auto timer = known.lock())
      next = std::min(next, timer->next_ns().value_or(kNever));
  return next;
}

void Timers::reach(std::uint64_t clock_ns) {
  for (const auto& known : timers_)
    if (auto timer = known.lock())
      timer->reach(clock_ns);
}

std::optional<int> Timers::create(int clock, int flags) {
  if (clock != CLOCK_MONOTONIC)
    return std::nullopt;
  const auto lock = core_.enter();
  if (int error = core_.failures.check(Call::timerfd_create))
    return -error;
  if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) != 0)
    return -EINVAL;
  auto timer = std::make_shared<Timer>(core_);
  int fd = core_.descriptors.open(timer, "[timerfd]", (flags & TFD_CLOEXEC) != 0);
  if (fd < 0)
    return fd;
  if ((flags & TFD_NONBLOCK) != 0)
    host::set_nonblocking(fd);
  std::erase_if(timers_, [](const auto& known) { return known.expired(); });
  timers_.push_back(timer);
  return fd;
}

std::optional<int> Timers::set(int fd, int flags, const itimerspec* value, itimerspec* old) {
  const auto lock = core_.enter();
  auto timer = core_.descriptors.find_as<Timer>(fd);
  if (!timer)
    return std::nullopt;
  if (int error = core_.failures.check(Call::timerfd_settime))
    return -error;
  if (value == nullptr)
    return -EFAULT;
  if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0 || !is_valid(value->it_value) ||
      !is_valid(value->it_interval))
    return -EINVAL;
  if (old != nullptr)
    *old = describe(*timer);
  std::uint64_t at = ns_of(value->it_value);
  if (at != 0 && (flags & TFD_TIMER_ABSTIME) == 0)
    at += core_.clock.clock_ns();
  timer->arm(at, ns_of(value->it_interval));
  timer->reach(core_.clock.clock_ns());
  // Waiters have another time to wait for.
  core_.clock.notify();
  return 0;
}

std::optional<int> Timers::get(int fd, itimerspec* value) {
  const auto lock = core_.enter();
  auto timer = core_.descriptors.find_as<Timer>(fd);
  if (!timer)
    return std::nullopt;
  if (value == nullptr)
    return -EFAULT;
  *value = describe(*timer);
  return 0;
}

itimerspec Timers::describe(const Timer& timer) const {
  return {timespec_of(timer.every_ns()), timespec_of(timer.left_ns(core_.clock.clock_ns()))};
}

} // namespace ringside::sim
