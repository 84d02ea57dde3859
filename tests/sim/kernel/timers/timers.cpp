// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernel: timers, on the clock that the program under test sees.
#include "sim/kernel/kernel.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/kernel/timespec.hpp"

namespace ringside::sim {
namespace {

bool valid(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < std::int64_t{kNsPerSecond};
}

} // namespace

std::uint64_t Kernel::next_timer_ns() const {
  std::uint64_t next = kNever;
  for (const auto& known : timers_)
    if (auto timer = known.lock())
      next = std::min(next, timer->next_ns().value_or(kNever));
  if (next == kNever)
    return kNever;
  std::uint64_t clock = clock_ns();
  return now_ns_ + (next > clock ? next - clock : 0);
}

void Kernel::reach_timers() {
  for (const auto& known : timers_)
    if (auto timer = known.lock())
      timer->reach(clock_ns());
}

std::optional<int> Kernel::create_timer(int clock, int flags) {
  if (clock != CLOCK_MONOTONIC)
    return std::nullopt;
  std::lock_guard lock(mutex_);
  if (int error = failures_.check(Call::timerfd_create))
    return -error;
  if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) != 0)
    return -EINVAL;
  auto timer = std::make_shared<Timer>();
  int fd = descriptors_.open(timer, "[timerfd]", (flags & TFD_CLOEXEC) != 0);
  if (fd < 0)
    return fd;
  if ((flags & TFD_NONBLOCK) != 0)
    host::set_nonblocking(fd);
  std::erase_if(timers_, [](const auto& known) { return known.expired(); });
  timers_.push_back(timer);
  return fd;
}

std::optional<int> Kernel::set_timer(int fd, int flags, const itimerspec* value, itimerspec* old) {
  std::lock_guard lock(mutex_);
  auto timer = descriptors_.find_as<Timer>(fd);
  if (!timer)
    return std::nullopt;
  if (int error = failures_.check(Call::timerfd_settime))
    return -error;
  if (value == nullptr)
    return -EFAULT;
  if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0 || !valid(value->it_value) ||
      !valid(value->it_interval))
    return -EINVAL;
  if (old != nullptr)
    *old = describe(*timer);
  std::uint64_t at = ns_of(value->it_value);
  if (at != 0 && (flags & TFD_TIMER_ABSTIME) == 0)
    at += clock_ns();
  timer->arm(at, ns_of(value->it_interval));
  timer->reach(clock_ns());
  // Those who wait have another time to wait for.
  notify();
  return 0;
}

std::optional<int> Kernel::get_timer(int fd, itimerspec* value) {
  std::lock_guard lock(mutex_);
  auto timer = descriptors_.find_as<Timer>(fd);
  if (!timer)
    return std::nullopt;
  if (value == nullptr)
    return -EFAULT;
  *value = describe(*timer);
  return 0;
}

itimerspec Kernel::describe(const Timer& timer) const {
  return {timespec_of(timer.every_ns()), timespec_of(timer.left_ns(clock_ns()))};
}

long Kernel::read_timer(std::unique_lock<std::mutex>& lock, Timer& timer, int fd,
                        std::span<std::byte> buffer) {
  std::uint64_t count = 0;
  if (buffer.size() < sizeof(count))
    return -EINVAL;
  auto look = [&] {
    count = timer.take(clock_ns());
    return count != 0 ? 1 : 0;
  };
  int found = wait(lock, host::nonblocking(fd) ? 0 : kForever, false, look, nullptr);
  if (found <= 0)
    return found == 0 ? -EAGAIN : found;
  std::memcpy(buffer.data(), &count, sizeof(count));
  return sizeof(count);
}

} // namespace ringside::sim
